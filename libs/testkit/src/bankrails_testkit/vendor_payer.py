"""A payer at the payment vendor, debited without payments-service, and what payments-service would say of a debit."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from bankrails_clock import SystemClock
from bankrails_contracts.money import Currency
from bankrails_contracts.payments import PaymentApproved
from bankrails_helcim.bodies import CanadianRouting, NewAddress, NewBankAccount, NewCustomer, withdraw_body
from bankrails_helcim.connections import HelcimConnections, connect
from bankrails_helcim.mapping import AccountType, Holder
from bankrails_helcim.merchants_file import read_merchants
from bankrails_sandbox import SandboxProcess
from bankrails_vendor_http.budget import Quota

from bankrails_testkit.commands import MERCHANT, new_id

QUOTA = Quota(5, 100, 3_000)


class VendorPayer:
    """A Canadian customer with one bank account and an accepted agreement."""

    def __init__(self, helcim: HelcimConnections, sandbox: SandboxProcess) -> None:
        self._client = helcim.clients[MERCHANT]
        self._general = helcim.general[MERCHANT]
        self._processing = helcim.processing[MERCHANT]
        self._control = sandbox.control
        self._customer_id = self._bank_account_id = 0

    async def register(self) -> None:
        where = {"city": "Calgary", "province": "AB", "postal_code": "T1T 1T1"}
        address = NewAddress(
            name="Ada Lovelace", street1="1 Main Street", country="CA", email="ada@example.com", **where
        )
        customer = await self._client.create_customer(
            self._general,
            NewCustomer(customer_code=secrets.token_hex(8), contact_name="Ada", billing_address=address),
        )
        account = NewBankAccount(
            routing=CanadianRouting(institution="001", transit="12345"),
            account_number="012345678",
            account_type=AccountType.CHECKING,
            holder=Holder.PERSONAL,
            street="1 Main Street",
            first_name="Ada",
            last_name="Lovelace",
            **where,
        )
        self._customer_id = customer.id
        self._bank_account_id = await self._client.create_bank_account(self._general, customer.id, account)
        (pad,) = await self._client.list_pads(self._general, customer.id)
        self._control.accept_pad(pad.id)

    async def debit(self, amount_minor: int) -> str:
        """The vendor's id of a new debit."""
        body = withdraw_body(
            customer_id=self._customer_id,
            bank_account_id=self._bank_account_id,
            amount_minor=amount_minor,
            currency=Currency.CAD,
        )
        made = await self._client.withdraw(self._processing, body, idempotency_key=secrets.token_hex(13)[:25])
        return str(made.id)


@asynccontextmanager
async def open_payer(sandbox: SandboxProcess, merchants_file: Path) -> AsyncIterator[VendorPayer]:
    async with AsyncExitStack() as stack:
        helcim = await connect(stack, sandbox.helcim_url, read_merchants(merchants_file), QUOTA, 1.0, SystemClock())
        payer = VendorPayer(helcim, sandbox)
        await payer.register()
        yield payer


def payment_approved(vendor_payment_id: str, amount_minor: int, at: datetime, **fields: Any) -> PaymentApproved:
    made = {
        "merchant_id": MERCHANT,
        "payment_id": new_id("payment"),
        "payer_id": new_id("payer"),
        "bank_account_id": new_id("account"),
        "amount": {"amount_minor": amount_minor, "currency": "CAD"},
        "country": "CA",
        "holder_type": "personal",
        "vendor_payment_id": vendor_payment_id,
        "approved_at": at,
    }
    return PaymentApproved.model_validate(made | fields)
