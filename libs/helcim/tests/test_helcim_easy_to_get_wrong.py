"""The client's side of the ten things that are easy to get wrong with the vendor, each by its name; the vendor's side is
in the file of the same name beside the sandbox, and what a service makes of them is tested there.
"""

from datetime import timedelta

import httpx2
import pytest
from bankrails_contracts.money import Currency
from bankrails_helcim import endpoints
from bankrails_helcim.bodies import NewCustomer, refund_body, withdraw_body
from bankrails_helcim.endpoints import KEY_LIFE, Effect
from bankrails_helcim.errors import CustomerCodeRejected
from bankrails_helcim.mapping import AuthStatus, BatchStatus, ClearingStatus, TransactionType
from bankrails_vendor_http.errors import VendorRejected

KEY = "a1b2c3d4e5f6g7h8i9j0k1l2m"


def withdrawal(payer):
    return withdraw_body(customer_id=payer[0], bank_account_id=payer[1], amount_minor=4995, currency=Currency.CAD)


def test_1_methods_withdraw_refund_void_settle_put_cancel_patch_and_a_get_that_mails():
    """And the GET counts as a call with an effect, so that nothing repeats it."""
    puts = (endpoints.WITHDRAW, endpoints.REFUND, endpoints.VOID, endpoints.SETTLE_BATCH)
    assert {endpoint.method for endpoint in puts} == {"PUT"}
    assert endpoints.CANCEL.method == "PATCH"
    assert (endpoints.REQUEST_NEW.method, endpoints.REQUEST_NEW.writes) == ("GET", True)


async def test_2_an_idempotency_key_lives_five_minutes_and_an_hour_later_it_debits_twice(
    client, control, admin, accepted
):
    """KEY_LIFE is what the rule of resending is built on."""
    assert timedelta(minutes=5) == KEY_LIFE
    first = await client.withdraw(admin, withdrawal(accepted), idempotency_key=KEY)
    control.advance(seconds=3600)
    assert (await client.withdraw(admin, withdrawal(accepted), idempotency_key=KEY)).id != first.id


async def test_3_a_withdraw_without_a_usable_pad_succeeds_and_stays_pending_for_ever(client, admin, payer):
    """No error to catch: the status tells."""
    debit = await client.withdraw(admin, withdrawal(payer), idempotency_key=KEY)
    assert (debit.auth, debit.batch_id) == (AuthStatus.PENDING, 0)


async def test_4_void_cancel_and_refund_are_never_interchangeable_and_the_close_comes_between(
    client, control, admin, accepted
):
    """The refusal is a definite no; what is read then says which one fits."""
    debit = await client.withdraw(admin, withdrawal(accepted), idempotency_key=KEY)
    assert (debit.auth, debit.batch) == (AuthStatus.APPROVED, BatchStatus.OPEN)
    control.advance(seconds=86400)
    with pytest.raises(VendorRejected) as caught:
        await client.void(admin, debit.id, idempotency_key="v" * 25)
    assert caught.value.status == 400
    assert (await client.get_transaction(admin, debit.id)).batch is BatchStatus.CLOSED
    assert (await client.refund(admin, debit.id, refund_body(4995), idempotency_key="r" * 25)).new_id is not None


async def test_5_a_refunds_own_id_is_only_in_a_sentence(client, control, admin, accepted):
    """Parsed, and confirmed by the row's `originalTransactionId`."""
    debit = await client.withdraw(admin, withdrawal(accepted), idempotency_key=KEY)
    control.advance(seconds=86400)
    answer = await client.refund(admin, debit.id, refund_body(1), idempotency_key="r" * 25)
    row = await client.get_transaction(admin, answer.new_id)
    assert (row.type, row.original_transaction_id) == (TransactionType.REFUND, debit.id)


async def test_6_alpha_2_on_bank_account_create_alpha_3_elsewhere_ints_on_write_names_on_read(
    client, admin, payer, account, address
):
    """One country in the suite, written in the vendor's two ways."""
    assert b'"countryAlpha2":"CA"' in account.body()
    assert b'"accountType":1' in account.body()
    customer = NewCustomer(customer_code="c", contact_name="Jo", billing_address=address)
    assert b'"country":"CAN"' in customer.body()
    read = await client.get_bank_account(admin, *payer)
    assert (read.account_type, read.account_corporate, read.type, read.holder) == (
        "CHECKING",
        "PERSONAL",
        account.account_type,
        account.holder,
    )


async def test_7_cleared_can_still_be_followed_by_a_return(client, control, admin, accepted):
    """The same field, later."""
    debit = await client.withdraw(admin, withdrawal(accepted), idempotency_key=KEY)
    control.advance(seconds=20 * 86400)
    assert (await client.get_transaction(admin, debit.id)).clearing is ClearingStatus.CLEARED
    control.bank_answers(debit.id, code="901")
    assert (await client.get_transaction(admin, debit.id)).clearing is ClearingStatus.RETURNED


async def test_8_limits_are_shared_by_every_token_of_the_merchant(client, admin, quotas):
    """What is left is handed on per merchant, whichever token asked."""
    other = type(admin)(admin.merchant_id, "maple-books-read-only-token")
    await client.connection_test(admin)
    await client.connection_test(other)
    assert quotas == [("maple-books", 99, 2999), ("maple-books", 98, 2998)]


async def test_9_no_date_is_a_date_of_zeros(vendor, access, samples):
    """It breaks `datetime.fromisoformat`; here it is None."""
    row = samples["transactions.openapi"].body[0] | {"dateClosed": "0000-00-00 00:00:00"}
    (read,) = await vendor(httpx2.Response(200, json=[row])).client.transactions_page(access)
    assert read.closed_at is None


async def test_10_customer_and_bank_account_writes_have_no_idempotency(client, admin, payer):
    """The customer's code is the guard: taken, it is looked up and adopted. No call under /customers takes a key."""
    with pytest.raises(CustomerCodeRejected):
        await client.create_customer(admin, NewCustomer(customer_code="payer-1", contact_name="Again"))
    assert (await client.find_customer_by_code(admin, "payer-1")).id == payer[0]
    known = [each for each in vars(endpoints).values() if isinstance(each, endpoints.Endpoint)]
    assert [each.operation for each in known if each.path.startswith("customers") and each.effect is Effect.KEYED] == []
