"""How many of a customer's accounts count against the limit (Helix: External Account).

Unverified, VerifyLocked and Verified ones do, and so does an archived one while a payment of it settled in the past 90
calendar days: archiving to make room often makes none. Denied, expired and older archives are free. One that is on its
way to the vendor has its place already. The vendor counts its own transactions, we those of our payments, so the two
counts may differ; neither is talked away.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bankrails_contracts.accounts import CountedAccount
from bankrails_contracts.accounts import ExternalAccountState as State

from accounts_service.domain.account_use import AccountUse
from accounts_service.domain.external_account import ExternalAccount
from accounts_service.domain.program import Program

TAKES_A_PLACE = frozenset({State.LINKING, State.UNVERIFIED, State.VERIFY_LOCKED, State.VERIFIED})
SETTLED_WITHIN = timedelta(days=90)
"""Calendar days by the bank's clock; the ninetieth still counts."""


@dataclass(frozen=True)
class Places:
    """Of one customer, as they are now."""

    counted: tuple[CountedAccount, ...]
    limit: int | None
    """None: there is none, or it is not known."""

    @property
    def full(self) -> bool:
        return self.limit is not None and len(self.counted) >= self.limit


def places(
    accounts: Iterable[ExternalAccount],
    uses: Mapping[str, AccountUse],
    limit: int | None,
    program: Program,
    now: datetime,
) -> Places:
    today = program.date_of(now)
    return Places(tuple(_counting(accounts, uses, program, today)), limit)


def _counting(
    accounts: Iterable[ExternalAccount], uses: Mapping[str, AccountUse], program: Program, today: date
) -> Iterator[CountedAccount]:
    for account in accounts:
        if account.state in TAKES_A_PLACE:
            yield CountedAccount(external_account_id=account.id, state=account.state)
        elif account.state is State.ARCHIVED and (use := uses.get(account.id)) is not None:
            settled_at = use.last_cleared_at
            if today - program.date_of(settled_at) <= SETTLED_WITHIN:
                yield CountedAccount(external_account_id=account.id, state=account.state, last_settled_at=settled_at)
