"""The client against what the vendor prints, in every packing in which its documents print it."""

from datetime import UTC, date, datetime

import pytest
from bankrails_contracts.money import Currency
from bankrails_helcim.bodies import CanadianRouting, NewAddress, NewBankAccount, NewCustomer
from bankrails_helcim.mapping import (
    AccountType,
    AuthStatus,
    BatchStatus,
    ClearingStatus,
    Holder,
    PadState,
    PadType,
    TransactionType,
)

KEY = "a1b2c3d4e5f6g7h8i9j0k1l2m"
CUSTOMER = NewCustomer(customer_code="payer-1", contact_name="Jo")
ACCOUNT = NewBankAccount(
    routing=CanadianRouting(institution="123", transit="12345"),
    account_number="123456789",
    account_type=AccountType.SAVINGS,
    holder=Holder.PERSONAL,
    street="440 2 Ave SW",
    city="Calgary",
    province="AB",
    postal_code="T2P5E9",
    first_name="John",
    last_name="Doe",
)


@pytest.mark.parametrize("name", ["connection_test.guide", "connection_test.openapi"])
async def test_a_connection_test_needs_no_particular_sentence(vendor, access, samples, name):
    """The guide and the OpenAPI document print different ones."""
    await vendor(samples[name]).client.connection_test(access)


async def test_a_customer_is_read_when_created_and_when_fetched(vendor, access, samples):
    """Creating answers 200 with the whole customer, and phone numbers may be JSON numbers."""
    client = vendor(samples["customer.openapi"]).client
    created = await client.create_customer(access, CUSTOMER)
    assert created == await client.get_customer(access, 2488717)
    assert (created.id, created.customer_code, created.business_name) == (2488717, "CST1200", "Best company")
    assert created.billing_address is not None
    assert (created.billing_address.country, created.billing_address.phone) == ("CAN", "4031231234")


async def test_a_customer_is_found_by_its_exact_code_alone(vendor, access, samples):
    """A filter that matches loosely must not make us adopt somebody else's customer."""
    found = vendor(samples["customers.openapi"])
    assert (await found.client.find_customer_by_code(access, "CST1200")).id == 2488717
    assert await found.client.find_customer_by_code(access, "CST120") is None
    assert dict(found.asked[0].url.params) == {"customerCode": "CST1200"}


@pytest.mark.parametrize(
    ("name", "expected"), [("bank_account_created.guide", 45367), ("bank_account_created.openapi", 12345)]
)
async def test_a_new_bank_accounts_id_is_found_in_both_packings(vendor, access, samples, name, expected):
    """Missed, the account would exist at the vendor and not with us."""
    assert await vendor(samples[name]).client.create_bank_account(access, 1, ACCOUNT) == expected


async def test_a_bank_account_is_read_as_the_guide_prints_it(vendor, access, samples):
    """An object, flags as numbers, zeros for dates that are not."""
    client = vendor(samples["bank_account.guide"]).client
    account = await client.get_bank_account(access, 19411033, 41992)
    assert account == await client.set_default_bank_account(access, 19411033, 41992)
    assert (account.id, account.customer_id, account.bank_account_number_l4) == (41992, 19411033, "6789")
    assert (account.bank_id_number, account.transit_number, account.routing_number) == ("123", "12345", "")
    assert (account.type, account.holder) == (AccountType.CHECKING, Holder.PERSONAL)
    assert (account.verified, account.ready) == (False, False)
    assert account.created_at == datetime(2024, 3, 14, 22, 51, 38, tzinfo=UTC)
    assert (account.updated_at, account.last_used_at, account.verified_at) == (None, None, None)


async def test_a_bank_account_is_read_as_the_openapi_document_prints_it(vendor, access, samples):
    """An array of one, flags as text."""
    client = vendor(samples["bank_account.openapi"]).client
    account = await client.get_bank_account(access, 2222, 12312)
    assert account == await client.set_default_bank_account(access, 2222, 12312)
    assert [account] == await client.list_bank_accounts(access, 2222)
    assert (account.id, account.verified, account.ready) == (12312, True, True)


async def test_requesting_bank_details_needs_the_vendors_word_that_it_mailed(vendor, access, samples):
    """A GET, but one that does something: exactly one request leaves us."""
    asked = vendor(samples["request_new.guide"])
    await asked.client.request_new(access, 19411033)
    (request,) = asked.asked
    assert (request.method, request.url.path) == ("GET", "/v2/customers/19411033/bank-accounts/request-new")


async def test_a_customer_without_pads_has_none(vendor, access, samples):
    """The vendor answers 204 without a body, which is not an unreadable answer."""
    assert await vendor(samples["pads.none"]).client.list_pads(access, 19411033) == []


async def test_a_pad_is_read_bare_and_wrapped(vendor, access, samples):
    """The guide prints it bare, the OpenAPI document under `pad`."""
    bare = await vendor(samples["pad.guide"]).client.get_pad(access, 19411033, 41992, 53735)
    assert (bare.id, bare.bank_account_id, bare.customer_id) == (53735, 41992, 19411033)
    assert (bare.state, bare.type) == (PadState.NOT_ACCEPTED, PadType.BUSINESS)
    assert (bare.accepted_at, bare.earliest_debit_at, bare.earliest_debit_on) == (None, None, None)
    assert bare.updated_at == datetime(2024, 3, 14, 22, 57, 19, tzinfo=UTC)
    wrapped = await vendor(samples["pad.openapi"]).client.get_pad(access, 222, 111, 238954)
    assert [wrapped] == await vendor(samples["pads.openapi"]).client.list_pads(access, 222)
    assert wrapped.state is PadState.REVOKED
    assert wrapped.earliest_debit_at == datetime(2023, 10, 6, 19, 30, tzinfo=UTC)
    assert wrapped.earliest_debit_on == date(2023, 10, 6)


async def test_a_debit_is_read_as_the_guide_prints_it(vendor, access, samples):
    """Waiting for its PAD: success, and yet no money will move until somebody clicks in a mail."""
    client = vendor(samples["withdraw.guide"]).client
    debit = await client.withdraw(access, b"{}", idempotency_key=KEY)
    assert debit == await client.get_transaction(access, 109361)
    assert (debit.id, debit.bank_account_id, debit.amount_minor, debit.currency) == (109361, 41992, 1000, Currency.CAD)
    assert (debit.auth, debit.clearing) == (AuthStatus.PENDING, ClearingStatus.OPENED)
    assert (debit.batch, debit.batch_id, debit.closed_at) == (BatchStatus.OPEN, 0, None)
    assert (debit.type, debit.original_transaction_id, debit.test) == (TransactionType.WITHDRAWAL, 0, False)
    assert debit.created_at == datetime(2024, 4, 17, 18, 3, 11, tzinfo=UTC)


async def test_every_packing_of_a_transaction_is_the_same_transaction(vendor, access, samples):
    """Bare or wrapped, alone or listed, `L4L4` or `L4l4`, with and without the fields of 2026."""
    bare = await vendor(samples["transaction.openapi"]).client.get_transaction(access, 109361)
    (listed,) = await vendor(samples["transactions.openapi"]).client.transactions_page(access)
    wrapped = await vendor(samples["transaction.guide"]).client.get_transaction(access, 109361)
    newer = await vendor(samples["transaction.mid_2026"]).client.get_transaction(access, 109361)
    assert bare == listed
    assert bare.bank_account_l4l4 == wrapped.bank_account_l4l4 == 23190563
    assert wrapped.model_copy(update={"order_id": 0}) == bare
    assert newer.model_copy(update={"customer_code": "", "invoice_number": ""}) == wrapped
    assert (newer.customer_code, newer.invoice_number) == ("CST1200", "INV2022")


async def test_what_we_write_has_the_vendors_write_names(vendor, access, samples):
    """Ints, alpha-2 and `bankFinancialNumber` on the way in; names, alpha-3 and `bankIdNumber` on the way out."""
    asked = vendor(samples["bank_account_created.guide"])
    await asked.client.create_bank_account(access, 19411033, ACCOUNT)
    (request,) = asked.asked
    assert (request.method, request.url.path) == ("POST", "/v2/customers/19411033/bank-accounts")
    assert request.headers["content-type"] == "application/json"
    assert request.content == (
        b'{"accountCorporate":1,"accountType":2,"bankAccountNumber":"123456789","bankFinancialNumber":"123",'
        b'"bankTransitNumber":"12345","countryAlpha2":"CA","provinceAlpha2":"AB","city":"Calgary",'
        b'"postalCode":"T2P5E9","streetAddress":"440 2 Ave SW","firstName":"John","lastName":"Doe"}'
    )
    assert "123456789" not in repr(ACCOUNT)


async def test_a_customers_country_is_written_in_three_letters(vendor, access, samples):
    """And what is not given is left out, not sent as null."""
    address = NewAddress(
        name="Zoë", street1="1 Main St", city="Boise", province="ID", country="US", postal_code="83702", email="z@x.org"
    )
    asked = vendor(samples["customer.openapi"])
    await asked.client.create_customer(
        access, NewCustomer(customer_code="p-1", contact_name="Zoë", billing_address=address)
    )
    assert (
        asked.asked[0].content
        == (
            '{"customerCode":"p-1","contactName":"Zoë","billingAddress":{"name":"Zoë","street1":"1 Main St",'
            '"city":"Boise","province":"ID","country":"USA","postalCode":"83702","email":"z@x.org"}}'
        ).encode()
    )
