"""How things stand, for the gauges: small questions over the service's tables."""

from dataclasses import dataclass
from datetime import date

from bankrails_contracts.accounts import ExternalAccountState
from sqlalchemy import Connection, and_, func, or_, select, true

from accounts_service.store.repositories import APPLIED_CHANGES, EXTERNAL_ACCOUNTS

VENDORS_WORDS = {
    "UNVERIFIED": "Unverified",
    "VERIFY_LOCKED": "VerifyLocked",
    "VERIFIED": "Verified",
    "DENIED": "Denied",
    "EXPIRED": "Expired",
    "ARCHIVED": "Archived",
}


@dataclass(frozen=True)
class Standings:
    by_state: dict[str, int]
    locked: int
    at_odds: int
    corrections_untold: int
    correction_due: date | None
    """The first of those that have a deadline."""


def standings(connection: Connection) -> Standings:
    account, change = EXTERNAL_ACCOUNTS.table.c, APPLIED_CHANGES.table.c
    counted = connection.execute(select(account.state, func.count()).group_by(account.state))
    locked = select(func.count()).where(account.state == "VERIFIED", account.locked == true())
    differs = or_(
        *(
            and_(account.state == ours, account.vendor_status != theirs)
            for ours, theirs in VENDORS_WORDS.items()
            # The window is over by our clock before the vendor looks at its own.
            if ours != "EXPIRED"
        )
    )
    untold = select(func.count(), func.min(change.apply_by)).where(change.told_at.is_(None))
    number, due = connection.execute(untold).one()
    return Standings(
        by_state={**dict.fromkeys(map(str, ExternalAccountState), 0), **{row[0]: row[1] for row in counted}},
        locked=connection.execute(locked).scalar_one(),
        at_odds=connection.execute(select(func.count()).where(differs)).scalar_one(),
        corrections_untold=number,
        correction_due=due,
    )
