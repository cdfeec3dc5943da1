"""Each Helcim call with its class: what a crash or a time-out means for it (bankrails_messaging.calls)."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bankrails_clock.port import Clock
from bankrails_contracts.money import Currency
from bankrails_helcim.bodies import (
    CanadianRouting,
    Country,
    NewAddress,
    NewBankAccount,
    NewCustomer,
    UsRouting,
    withdraw_body,
)
from bankrails_helcim.client import HelcimClient, MerchantAccess, TransactionFilter
from bankrails_helcim.endpoints import KEY_LIFE
from bankrails_helcim.errors import CustomerCodeRejected
from bankrails_helcim.mapping import AccountType, Holder, PadState, TransactionType
from bankrails_helcim.mountain_time import MOUNTAIN_TIME, wall_date
from bankrails_helcim.wire import AchTransaction
from bankrails_messaging.calls import (
    Answer,
    Effect,
    KeyedCall,
    LookFirstCall,
    NaturalKeyCall,
    Payload,
    ReadCall,
    VendorCall,
)
from bankrails_vendor_http.errors import OutcomeUnknown, VendorRejected, VendorUnavailable
from sqlalchemy import Connection

from payments_service.domain.bank_account import BankAccount
from payments_service.domain.payer import Payer
from payments_service.handlers.collect_payment import WITHDRAW
from payments_service.handlers.record_mandate_request import WATCH_MANDATE
from payments_service.handlers.register_bank_account import CREATE_BANK_ACCOUNT
from payments_service.handlers.register_payer import CREATE_CUSTOMER
from payments_service.handlers.request_mandate import REQUEST_MANDATE
from payments_service.handlers.set_default_bank_account import SET_DEFAULT
from payments_service.store.repositories import BANK_ACCOUNTS, MANDATES, PAYMENTS, claimed

CLOCKS_APART = timedelta(hours=2)
"""The vendor's times have no zone; an hour that occurs twice, and a clock that is off, still fall into the window."""

AccessFor = Callable[[str], MerchantAccess]
LoadAccount = Callable[[str], Awaitable[tuple[BankAccount, Payer]]]
Decrypt = Callable[[BankAccount], str]


@dataclass(frozen=True)
class Helcim:
    """What every call needs."""

    client: Callable[[str], HelcimClient]
    """By merchant id. Each merchant has connections of its own: one that is slow, or spends its quota, holds up itself."""
    clock: Clock
    general: AccessFor
    """By merchant id: customers, bank accounts, mandates."""
    processing: AccessFor
    """By merchant id: debits."""
    load_account: LoadAccount
    decrypt: Decrypt


@dataclass(frozen=True)
class _HelcimCall(VendorCall):
    helcim: Helcim

    def client(self, payload: Payload) -> HelcimClient:
        return self.helcim.client(payload["merchant_id"])

    def general(self, payload: Payload) -> MerchantAccess:
        return self.helcim.general(payload["merchant_id"])


class CreateCustomer(_HelcimCall, NaturalKeyCall):
    """Our payer id is the customer code. The call takes no idempotency key, so the code is looked up before."""

    kind = CREATE_CUSTOMER

    async def send(self, payload: Payload) -> Answer:
        access = self.general(payload)
        known = await self.client(payload).find_customer_by_code(access, payload["payer_id"])
        if known is not None:
            return {"vendor_customer_id": str(known.id), "adopted": True}
        country: Country = "CA" if payload["country"] == "CA" else "US"
        new = NewCustomer(
            customer_code=payload["payer_id"],
            contact_name=payload["contact_name"],
            business_name=payload["business_name"],
            billing_address=NewAddress(
                name=payload["business_name"] or payload["contact_name"],
                street1=payload["street"],
                city=payload["city"],
                province=payload["province"],
                country=country,
                postal_code=payload["postal_code"],
                phone=payload["phone"],
                email=payload["email"],
            ),
        )
        try:
            made = await self.client(payload).create_customer(access, new)
        except CustomerCodeRejected as error:
            taken = await self.client(payload).find_customer_by_code(access, payload["payer_id"])
            if taken is None:
                raise VendorUnavailable(self.kind, "the code is taken, and its customer is not listed yet") from error
            return {"vendor_customer_id": str(taken.id), "adopted": True}
        return {"vendor_customer_id": str(made.id), "adopted": False}


class CreateBankAccount(_HelcimCall, LookFirstCall):
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


class SetDefaultBankAccount(_HelcimCall, NaturalKeyCall):
    """Setting it twice is setting it."""

    kind = SET_DEFAULT

    async def send(self, payload: Payload) -> Answer:
        await self.client(payload).set_default_bank_account(
            self.general(payload), int(payload["vendor_customer_id"]), int(payload["vendor_bank_account_id"])
        )
        return {}


class RequestMandate(_HelcimCall, LookFirstCall):
    """A GET that mails the payer: never repeated by machine. A mandate that waits unclaimed is taken instead.

    Registering a bank account has already mailed and made such a mandate, so the first request adopts that one.
    """

    kind = REQUEST_MANDATE
    repeatable = False

    async def look_up(self, payload: Payload, since: datetime | None) -> Sequence[Effect]:
        pads = await self.client(payload).list_pads(self.general(payload), int(payload["vendor_customer_id"]))
        return [
            Effect(str(pad.id), {"vendor_mandate_id": str(pad.id)})
            for pad in sorted(pads, key=lambda pad: pad.id, reverse=True)
            if str(pad.bank_account_id) == payload["vendor_bank_account_id"] and pad.state is not PadState.REVOKED
        ]

    def claimed(self, connection: Connection, key: str, payload: Payload, vendor_ids: Sequence[str]) -> set[str]:
        return claimed(connection, MANDATES, "vendor_mandate_id", key, payload["merchant_id"], vendor_ids)

    async def send(self, payload: Payload) -> Answer:
        access, customer_id = self.general(payload), int(payload["vendor_customer_id"])
        before = {pad.id for pad in await self.client(payload).list_pads(access, customer_id)}
        await self.client(payload).request_new(access, customer_id)
        # From here on the mail is out, so whatever fails is a doubt and never a reason to send it again.
        try:
            after = await self.client(payload).list_pads(access, customer_id)
        except (VendorRejected, VendorUnavailable) as error:
            raise OutcomeUnknown(self.kind, "the mail is out, and its mandate could not be listed") from error
        for pad in after:
            if pad.id not in before and str(pad.bank_account_id) == payload["vendor_bank_account_id"]:
                return {"vendor_mandate_id": str(pad.id)}
        raise OutcomeUnknown(self.kind, "the mail is out, and the mandate it asks for is not listed yet")


class WatchMandate(_HelcimCall, ReadCall):
    """Helcim announces nothing about mandates; asking is the only way to learn of an acceptance."""

    kind = WATCH_MANDATE

    async def send(self, payload: Payload) -> Answer:
        pad = await self.client(payload).get_pad(
            self.general(payload),
            int(payload["vendor_customer_id"]),
            int(payload["vendor_bank_account_id"]),
            int(payload["vendor_mandate_id"]),
        )
        return {
            "accepted": pad.state in (PadState.ACTIVE, PadState.REVOKED),
            "active": pad.state is PadState.ACTIVE,
            "accepted_at": _text(pad.accepted_at),
            "revoked_at": _text(pad.revoked_at),
            "earliest_debit_on": None if pad.earliest_debit_on is None else pad.earliest_debit_on.isoformat(),
        }


class Withdraw(_HelcimCall, KeyedCall):
    """The debit. Its key lives five minutes; past that a repeat is a second debit."""

    kind = WITHDRAW
    key_life = KEY_LIFE

    def body(self, payload: Payload) -> bytes:
        return withdraw_body(
            customer_id=int(payload["vendor_customer_id"]),
            bank_account_id=int(payload["vendor_bank_account_id"]),
            amount_minor=payload["amount_minor"],
            currency=Currency(payload["currency"]),
        )

    async def send(self, payload: Payload, *, body: bytes, idempotency_key: str) -> Answer:
        access = self.helcim.processing(payload["merchant_id"])
        return _debit(await self.client(payload).withdraw(access, body, idempotency_key=idempotency_key))

    async def look_up(self, payload: Payload, since: datetime | None) -> Sequence[Effect]:
        """Every debit of this account and amount since the first attempt, whatever became of it."""
        earliest = (since or self.helcim.clock.now()) - CLOCKS_APART
        where = TransactionFilter(
            start_on=wall_date(earliest - timedelta(days=1), MOUNTAIN_TIME),
            end_on=wall_date(self.helcim.clock.now() + timedelta(days=1), MOUNTAIN_TIME),
        )
        rows = await self.client(payload).all_transactions(self.helcim.processing(payload["merchant_id"]), where)
        return [
            Effect(str(row.id), _debit(row))
            for row in rows
            if str(row.bank_account_id) == payload["vendor_bank_account_id"]
            and row.amount_minor == payload["amount_minor"]
            and row.type in (TransactionType.WITHDRAWAL, TransactionType.UNRECOGNISED)
            and (row.created_at is None or row.created_at >= earliest)
        ]

    def claimed(self, connection: Connection, key: str, payload: Payload, vendor_ids: Sequence[str]) -> set[str]:
        return claimed(connection, PAYMENTS, "vendor_payment_id", key, payload["merchant_id"], vendor_ids)


def helcim_calls(helcim: Helcim) -> list[VendorCall]:
    kinds: list[Any] = [
        CreateCustomer,
        CreateBankAccount,
        SetDefaultBankAccount,
        RequestMandate,
        WatchMandate,
        Withdraw,
    ]
    return [kind(helcim) for kind in kinds]


def _debit(row: AchTransaction) -> Answer:
    return {
        "vendor_payment_id": str(row.id),
        "status_auth": row.auth.value,
        "response_message": row.response_message,
    }


def _text(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()
