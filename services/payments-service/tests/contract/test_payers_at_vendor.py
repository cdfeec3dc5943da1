"""Payers and bank accounts against the vendor's sandbox: our calls, its rules, and what becomes of a story."""

import asyncio
from datetime import timedelta

import pytest
from bankrails_contracts.payments import (
    RemoveBankAccount,
    RequestBankAccount,
    UpdatePayer,
)
from bankrails_helcim.bodies import NewAddress, NewCustomer
from bankrails_sandbox import FaultKind, Moment
from bankrails_sandbox.helcim.assumptions import Assumptions
from bankrails_testkit import commands
from bankrails_testkit.payments_shop import TOKEN, PaymentsShop, canadian_account, sealed
from payments_service.store.repositories import BANK_ACCOUNTS, PAYERS

FORM = {
    "accountCorporate": 1,
    "accountType": 1,
    "bankAccountNumber": "9998887",
    "bankFinancialNumber": "004",
    "bankTransitNumber": "11111",
    "countryAlpha2": "CA",
    "provinceAlpha2": "AB",
    "city": "Calgary",
    "postalCode": "T1T 1T1",
    "streetAddress": "1 Main Street",
    "firstName": "Ada",
    "lastName": "Lovelace",
}


# Payers


@pytest.mark.parametrize("assumptions", [Assumptions(), Assumptions(update_customer_replaces=True)])
async def test_an_email_is_put_right_and_nothing_else_is_lost(shop: PaymentsShop) -> None:
    """Whether the vendor empties what a PUT leaves out is not documented, so everything is written."""
    payer = await shop.payer(email=None, phone="4035551234")
    refused = await shop.ask(commands.register_bank_account("payer", sealed("1234567")), "command-refused")
    assert refused[0].data["code"] == "EMAIL_MISSING"
    update = UpdatePayer(merchant_id="maple-books", payer_id="payer", email="new@example.com")
    (updated,) = await shop.ask(update, "payer-updated")
    assert updated.data["changed"] == ["email"]
    customer = await shop.client.get_customer(TOKEN, int(payer.vendor_customer_id or 0))
    assert customer.billing_address is not None
    address = customer.billing_address
    assert (address.email, address.phone, address.street1, address.country, customer.contact_name) == (
        "new@example.com",
        "4035551234",
        "1 Main Street",
        "CAN",
        "Ada Lovelace",
    )
    await shop.account()


async def test_updates_at_once_lose_nothing(shop: PaymentsShop) -> None:
    """Each reads the customer whole and writes it whole; interleaved, one would undo the other."""
    payer = await shop.payer()
    names = {"merchant_id": "maple-books", "payer_id": "payer"}
    shop.control.fault(FaultKind.HOLD, operation="update-customer", moment=Moment.BEFORE_EFFECT, times=1, gate="first")
    await shop.engine.send(UpdatePayer(**names, email="new@example.com"))
    await asyncio.to_thread(shop.control.wait_until_held, "first")
    await shop.engine.send(UpdatePayer(**names, phone="4035551234"))
    await shop.engine.idle()
    shop.control.release("first")
    await shop.until("payer-updated", 2)
    customer = await shop.client.get_customer(TOKEN, int(payer.vendor_customer_id or 0))
    assert customer.billing_address is not None
    assert (customer.billing_address.email, customer.billing_address.phone) == ("new@example.com", "4035551234")


async def test_a_customer_is_taken_over_once(shop: PaymentsShop) -> None:
    """By its code; a second payer of ours cannot be the same person at the vendor."""
    first = await shop.payer()
    vendor_id = first.vendor_customer_id
    again = commands.register_payer(payer_id="payer-2", adopt_customer_code="payer")
    refused = await shop.ask(again, "command-refused")
    assert (refused[0].data["code"], refused[0].data["reason"]) == (
        "CONFLICT",
        "the vendor's customer is payer payer already",
    )
    nobody = commands.register_payer(payer_id="payer-3", adopt_customer_code="CST999")
    refused = await shop.ask(nobody, "command-refused")
    assert (refused[0].data["code"], refused[0].data["field"]) == ("NOT_FOUND", "adopt_customer_code")
    assert vendor_id is not None
    assert shop.calls("create-customer") == 1


async def test_of_two_that_take_over_one_customer_at_once_one_has_it(shop: PaymentsShop) -> None:
    """Neither sees the other when it is decided; the store holds them apart."""
    address = NewAddress(
        name="Ada",
        street1="9 Old Street",
        city="Calgary",
        province="AB",
        country="CA",
        postal_code="T1T 1T1",
        email="ada@vendor.example",
    )
    await shop.client.create_customer(
        TOKEN, NewCustomer(customer_code="CST1", contact_name="Ada L.", billing_address=address)
    )
    both = [commands.register_payer(payer_id=f"p{n}", adopt_customer_code="CST1", email=None) for n in range(2)]
    await shop.engine.send(*both)
    await shop.until("payer-registered")
    await shop.until("command-refused")
    registered = await shop.until("payer-registered")
    payer = await shop.one(PAYERS, registered.subject)
    assert (payer.email, payer.street, payer.country) == ("ada@vendor.example", "9 Old Street", "CA")


# Bank accounts


async def test_an_account_that_the_payer_enters_is_found_and_adopted_with_its_mandate(shop: PaymentsShop) -> None:
    """One mail; the account and the agreement appear at the vendor and are taken over, masked as they are shown."""
    payer = await shop.payer()
    request = RequestBankAccount(merchant_id="maple-books", bank_account_id="asked", payer_id="payer", mandate_id="m1")
    await shop.ask(request, "bank-account-requested")
    await shop.pass_by(timedelta(minutes=3))
    assert "bank-account-registered" not in shop.names
    account_id, pad_id = shop.control.fill_in_form(int(payer.vendor_customer_id or 0), FORM)
    await shop.pass_by(timedelta(seconds=5))
    registered = await shop.until("bank-account-registered")
    assert registered.data | {"adopted": True, "account_masked": "******8887"} == registered.data
    assert registered.data["vendor_bank_account_id"] == str(account_id)
    requested = await shop.until("mandate-requested")
    assert (requested.subject, requested.data["vendor_mandate_id"], requested.data["mailed"]) == (
        "m1",
        str(pad_id),
        False,
    )
    await shop.pass_by(timedelta(seconds=5))
    await shop.until("mandate-accepted")
    assert len(shop.control.mails()) == 1
    looks = shop.calls("list-bank-accounts")
    await shop.pass_by(timedelta(days=1))
    assert shop.calls("list-bank-accounts") == looks


async def test_a_request_whose_answer_is_lost_mails_once_and_its_account_is_found_all_the_same(
    shop: PaymentsShop,
) -> None:
    """NEVER repeated by the machine: whoever sent the command is told that nobody knows."""
    payer = await shop.payer()
    shop.control.fault(FaultKind.CUT, operation="request-bank-account", moment=Moment.AFTER_EFFECT, times=1)
    request = RequestBankAccount(merchant_id="maple-books", bank_account_id="asked", payer_id="payer")
    refused = await shop.ask(request, "command-refused")
    assert refused[0].data["code"] == "VENDOR_OUTCOME_UNKNOWN"
    await shop.pass_by(timedelta(hours=2))
    assert len(shop.control.mails()) == 1
    shop.control.fill_in_form(int(payer.vendor_customer_id or 0), FORM)
    await shop.pass_by(timedelta(minutes=5))
    await shop.until("bank-account-registered")


async def test_two_requests_have_an_account_each(shop: PaymentsShop) -> None:
    """The first form is the older request's."""
    payer = await shop.payer()
    for name in ("first", "second"):
        command = RequestBankAccount(merchant_id="maple-books", bank_account_id=name, payer_id="payer")
        await shop.ask(command, "bank-account-requested")
    forms = [FORM, FORM | {"bankAccountNumber": "7776665"}]
    made = []
    for count, form in enumerate(forms, 1):
        made.append(shop.control.fill_in_form(int(payer.vendor_customer_id or 0), form)[0])
        await shop.pass_by(timedelta(seconds=5))
        await shop.until("bank-account-registered", count)
    found = [(await shop.one(BANK_ACCOUNTS, name)).vendor_bank_account_id for name in ("first", "second")]
    assert found == [str(each) for each in made]


async def test_an_account_is_removed_once_nothing_of_it_is_open(shop: PaymentsShop) -> None:
    """And one that is gone already is removed."""
    await shop.payer()
    account = await shop.account()
    pad = await shop.mandate()
    shop.control.accept_pad(pad)
    await shop.pass_by(timedelta(seconds=5))
    payment = commands.collect_payment("payer", "account")
    await shop.ask(payment, "payment-approved")
    remove = RemoveBankAccount(merchant_id="maple-books", bank_account_id="account")
    refused = await shop.ask(remove, "command-refused")
    assert payment.payment_id in refused[0].data["reason"]
    await shop.account("other", account=canadian_account("1112223"))
    other = await shop.one(BANK_ACCOUNTS, "other")
    ids = (int(account.vendor_customer_id), int(other.vendor_bank_account_id))
    await shop.client.delete_bank_account(TOKEN, *ids)
    await shop.ask(RemoveBankAccount(merchant_id="maple-books", bank_account_id="other"), "bank-account-removed")
    assert shop.calls("delete-bank-account") == 2
