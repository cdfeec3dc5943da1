"""Calls about bank accounts at the vendor."""

from collections.abc import Sequence
from datetime import datetime

from bankrails_helcim.bodies import (
    CanadianRouting,
    NewBankAccount,
    UsRouting,
)
from bankrails_helcim.mapping import AccountType, Holder
from bankrails_helcim.wire import BankAccount
from bankrails_messaging.calls import (
    Answer,
    Effect,
    LookFirstCall,
    NaturalKeyCall,
    NeverRepeatCall,
    Payload,
    ReadCall,
)
from bankrails_vendor_http.errors import VendorRejected
from sqlalchemy import Connection

from payments_service.handlers.record_bank_account_request import LOOK_FOR_BANK_ACCOUNT
from payments_service.handlers.register_bank_account import CREATE_BANK_ACCOUNT
from payments_service.handlers.remove_bank_account import REMOVE_BANK_ACCOUNT
from payments_service.handlers.request_bank_account import REQUEST_BANK_ACCOUNT
from payments_service.handlers.set_default_bank_account import SET_DEFAULT
from payments_service.store.repositories import BANK_ACCOUNTS, claimed
from payments_service.vendor.helcim import CLOCKS_APART, HelcimCall


class CreateBankAccount(HelcimCall, LookFirstCall):
    """Mails the payer. Has no key: the customer's accounts are listed first, and one with these numbers is adopted."""

    kind = CREATE_BANK_ACCOUNT
    repeatable = True

    async def look_up(self, payload: Payload, since: datetime | None) -> Sequence[Effect]:
        account, _ = await self.helcim.load_account(payload["bank_account_id"])
        listed = await self.client(payload).list_bank_accounts(self.general(payload), int(account.vendor_customer_id))
        return [
            Effect(str(row.id), {"vendor_bank_account_id": str(row.id)})
            for row in sorted(listed, key=lambda row: row.id, reverse=True)
            if row.bank_account_number_l4 == account.account_last4
            and row.bank_id_number == (account.institution_number or "")
            and row.transit_number == (account.transit_number or "")
            and row.routing_number == (account.routing_number or "")
            and row.type.value.lower() == account.account_type
            and (row.holder is Holder.PERSONAL) == (account.holder_type == "personal")
            and (since is None or row.created_at is None or row.created_at >= since - CLOCKS_APART)
        ]

    def claimed(self, connection: Connection, key: str, payload: Payload, vendor_ids: Sequence[str]) -> set[str]:
        return claimed(connection, BANK_ACCOUNTS, "vendor_bank_account_id", key, payload["merchant_id"], vendor_ids)

    async def send(self, payload: Payload) -> Answer:
        account, payer = await self.helcim.load_account(payload["bank_account_id"])
        routing: CanadianRouting | UsRouting
        if account.country == "CA":
            routing = CanadianRouting(
                institution=account.institution_number or "", transit=account.transit_number or ""
            )
        else:
            routing = UsRouting(routing=account.routing_number or "")
        new = NewBankAccount(
            routing=routing,
            account_number=self.helcim.decrypt(account),
            account_type=AccountType.CHECKING if account.account_type == "checking" else AccountType.SAVINGS,
            holder=Holder.PERSONAL if account.holder_type == "personal" else Holder.CORPORATE,
            street=payer.street,
            city=payer.city,
            province=payer.province,
            postal_code=payer.postal_code,
            first_name=account.first_name,
            last_name=account.last_name,
            company_name=account.company_name,
        )
        made = await self.client(payload).create_bank_account(
            self.general(payload), int(account.vendor_customer_id), new
        )
        return {"vendor_bank_account_id": str(made)}


class SetDefaultBankAccount(HelcimCall, NaturalKeyCall):
    """Setting it twice is setting it."""

    kind = SET_DEFAULT

    async def send(self, payload: Payload) -> Answer:
        await self.client(payload).set_default_bank_account(
            self.general(payload), int(payload["vendor_customer_id"]), int(payload["vendor_bank_account_id"])
        )
        return {}


class RequestBankAccount(HelcimCall, NeverRepeatCall):
    """A GET that mails the payer. Each command sends one mail, and no answer means that one may be out."""

    kind = REQUEST_BANK_ACCOUNT

    async def send(self, payload: Payload) -> Answer:
        await self.client(payload).request_new(self.general(payload), int(payload["vendor_customer_id"]))
        return {}


class LookForBankAccount(HelcimCall, ReadCall):
    """The customer's accounts that are there since the mail, the oldest first. The mail's answer names none."""

    kind = LOOK_FOR_BANK_ACCOUNT

    async def send(self, payload: Payload) -> Answer:
        since = datetime.fromisoformat(payload["since"]) - CLOCKS_APART
        listed = await self.client(payload).list_bank_accounts(
            self.general(payload), int(payload["vendor_customer_id"])
        )
        found = [row for row in listed if row.created_at is None or row.created_at >= since]
        return {"accounts": [_entered(row) for row in sorted(found, key=lambda row: row.id)]}


class RemoveBankAccount(HelcimCall, NaturalKeyCall):
    """One that is gone is removed."""

    kind = REMOVE_BANK_ACCOUNT

    async def send(self, payload: Payload) -> Answer:
        try:
            await self.client(payload).delete_bank_account(
                self.general(payload), int(payload["vendor_customer_id"]), int(payload["vendor_bank_account_id"])
            )
        except VendorRejected as error:
            if error.status != 404:
                raise
        return {}


def _entered(row: BankAccount) -> dict[str, str | None]:
    """As a bank account of ours has it. Of the number the vendor shows the last four digits."""
    return {
        "vendor_bank_account_id": str(row.id),
        "institution_number": row.bank_id_number or None,
        "transit_number": row.transit_number or None,
        "routing_number": row.routing_number or None,
        "account_last4": row.bank_account_number_l4,
        "account_type": row.type.value.lower(),
        "holder_type": {Holder.PERSONAL: "personal", Holder.CORPORATE: "business"}.get(row.holder, "unrecognised"),
    }
