"""Reads at Helix: one account, a customer's list, the program. None has an effect, and none's answer holds a number."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from bankrails_messaging.calls import Answer, Payload, ReadCall

from accounts_service.domain.external_account import ExternalAccount
from accounts_service.domain.opened_number import OpenedNumber
from accounts_service.handlers.approve_over_limit import FIND_APPROVED
from accounts_service.handlers.at_limit import COUNT_AT_HELIX
from accounts_service.handlers.record_program import READ_PROGRAM
from accounts_service.handlers.watching import LOOK_AT_HELIX
from accounts_service.vendor.helix import HelixCall, customer_number, which
from accounts_service.vendor.mapping import MASK, TAKES_A_PLACE, account_type, masked
from accounts_service.vendor.opening_calls import deposits
from accounts_service.vendor.wire import HelixAccount


class LookAtHelix(HelixCall, ReadCall):
    kind = LOOK_AT_HELIX

    async def send(self, payload: Payload) -> Answer:
        # Before the vendor is asked: what of ours begins after this makes the answer old.
        account = await self.account(payload)
        there = await self.helix.get(*which(account))
        if there is None:
            return {"acts": account.acts, "missing": True}
        return {"acts": account.acts, **_shown(there), "number": self._number(account, there)}

    def _number(self, account: ExternalAccount, there: HelixAccount) -> dict[str, Any] | None:
        """What is to be known of a number that is new; None while it is the one we saw, or is not shown in full."""
        seen = account.seen or {}
        new = (there.account_number_masked, there.routing_number) != (
            seen.get("account_masked"),
            seen.get("routing_number"),
        )
        if not seen or not new or there.account_number is None:
            return None
        number = there.account_number.get_secret_value()
        if masked(number) != there.account_number_masked or number.startswith(MASK):
            return None
        opened: OpenedNumber = self.numbers.shown(account, there.routing_number, number)
        return asdict(opened)


def _shown(there: HelixAccount) -> Answer:
    ours = account_type(there.type)
    return {
        "status": there.status,
        "is_locked": there.is_locked,
        "locked_at": _text(there.locked_date),
        "lock_reason": there.locked_reason,
        "noc_code": there.noc_code,
        "account_masked": there.account_number_masked,
        "routing_number": there.routing_number,
        "type": there.type,
        "account_type": None if ours is None else ours.value,
        "bank_name": there.name,
        "nickname": there.nick_name,
        "first_name": there.first_name,
        "last_name": there.last_name,
        "company_name": there.business_name,
        "custom_fields": there.custom_fields,
        "expires_at": _text(there.last_verify_expired_date),
    }


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


class CountAtHelix(HelixCall, ReadCall):
    """What of a customer's takes a place for certain. When an archived one last moved money, the list does not show."""

    kind = COUNT_AT_HELIX

    async def send(self, payload: Payload) -> Answer:
        account = await self.account(payload)
        listed = await self.helix.list_accounts(customer_number(account))
        return {"counted": sum(row.status in TAKES_A_PLACE for row in listed)}


class FindApproved(HelixCall, ReadCall):
    """The rows of the customer's list that may be the account that a person was to make."""

    kind = FIND_APPROVED

    async def send(self, payload: Payload) -> Answer:
        account = await self.account(payload)
        wanted = (masked(self.numbers.decrypt(account)), account.routing_number)
        listed = await self.helix.list_accounts(customer_number(account))
        rows = [
            {
                "id": str(row.external_account_id),
                "tag": row.tag,
                "status": row.status,
                "bank_name": row.name,
                "by": "tag" if row.tag == account.tag else "number",
                **deposits(row),
            }
            for row in listed
            # Our tag on another account's numbers is a slip of whoever typed it.
            if (row.account_number_masked, row.routing_number) == wanted
        ]
        return {"rows": rows}


class ReadProgram(HelixCall, ReadCall):
    kind = READ_PROGRAM

    async def send(self, payload: Payload) -> Answer:
        program = await self.helix.get_program()
        return {
            "external_accounts_max": program.external_accounts_max,
            "verification_type": program.verification_type,
            "time_zone": program.time_zone,
        }
