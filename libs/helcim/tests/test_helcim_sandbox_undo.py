"""What undoes a debit, and what changes a payer, by the client against the sandbox."""

import dataclasses
from itertools import count

import pytest
from bankrails_contracts.money import Currency
from bankrails_helcim.bodies import CustomerUpdate, NewCustomer, refund_body, withdraw_body
from bankrails_helcim.mapping import (
    AuthStatus,
    BatchStatus,
    ClearingStatus,
    PadState,
    PadStatus,
    PadType,
    TransactionType,
)
from bankrails_sandbox import FaultKind, Moment
from bankrails_vendor_http.errors import OutcomeUnknown, VendorRejected, VendorUnavailable

DAY = 86400
_KEYS = count()


def new_key():
    return f"undokey{next(_KEYS):018d}"


@pytest.fixture
def withdraw(client, admin):
    async def make(payer, amount_minor=4995):
        body = withdraw_body(
            customer_id=payer[0], bank_account_id=payer[1], amount_minor=amount_minor, currency=Currency.CAD
        )
        return await client.withdraw(admin, body, idempotency_key=new_key())

    return make


async def test_a_refund_is_confirmed_by_reading_the_row_that_it_names(client, control, admin, accepted, withdraw):
    """In part, twice, and no more than the original."""
    debit = await withdraw(accepted)
    control.advance(seconds=DAY)
    answer = await client.refund(admin, debit.id, refund_body(2000), idempotency_key=new_key())
    assert answer.original_id == debit.id
    row = await client.get_transaction(admin, answer.new_id)
    assert (row.type, row.original_transaction_id, row.amount_minor) == (TransactionType.REFUND, debit.id, 2000)
    assert (row.auth, row.batch) == (AuthStatus.APPROVED, BatchStatus.OPEN)
    await client.refund(admin, debit.id, refund_body(2995), idempotency_key=new_key())
    with pytest.raises(VendorRejected):
        await client.refund(admin, debit.id, refund_body(1), idempotency_key=new_key())
    open_, _ = await client.list_batches(admin)
    assert (open_.amount_refunded_minor, open_.count_refunded, open_.count_withdrawals) == (4995, 2, 0)
    control.advance(seconds=10 * DAY)
    assert (await client.get_transaction(admin, answer.new_id)).clearing is ClearingStatus.CLEARED


async def test_a_void_is_seen_at_the_original_and_at_its_reversal(client, admin, accepted, withdraw):
    """statusAuth 4 at the one, REVERSE at the other."""
    debit = await withdraw(accepted)
    answer = await client.void(admin, debit.id, idempotency_key=new_key())
    assert (await client.get_transaction(admin, debit.id)).auth is AuthStatus.CANCELLED
    row = await client.get_transaction(admin, answer.new_id)
    assert (row.type, row.original_transaction_id) == (TransactionType.REVERSE, debit.id)
    (batch,) = await client.list_batches(admin)
    assert (batch.amount_withdrawals_minor, batch.amount_reversed_minor, batch.count_reversed) == (0, 4995, 1)


async def test_a_cancel_ends_a_debit_that_waits(client, admin, payer, withdraw):
    """And makes nothing new."""
    debit = await withdraw(payer)
    await client.cancel(admin, debit.id, idempotency_key=new_key())
    (row,) = await client.all_transactions(admin)
    assert (row.id, row.auth) == (debit.id, AuthStatus.CANCELLED)


async def test_a_batch_is_settled_once(client, admin, accepted, withdraw):
    """Closed before its time, and refused when it is closed."""
    debit = await withdraw(accepted)
    await client.settle_batch(admin, debit.batch_id, idempotency_key=new_key())
    assert (await client.get_transaction(admin, debit.id)).batch is BatchStatus.CLOSED
    with pytest.raises(VendorRejected):
        await client.settle_batch(admin, debit.batch_id, idempotency_key=new_key())


@pytest.mark.parametrize(
    ("fault", "raised", "refunds"),
    [
        ({"kind": FaultKind.CUT, "moment": Moment.AFTER_EFFECT}, OutcomeUnknown, 1),
        ({"kind": FaultKind.CUT, "moment": Moment.BEFORE_EFFECT}, OutcomeUnknown, 0),
        ({"kind": FaultKind.GARBAGE, "moment": Moment.AFTER_EFFECT}, OutcomeUnknown, 1),
        ({"kind": FaultKind.STATUS, "status": 429}, VendorUnavailable, 0),
    ],
    ids=["cut-after", "cut-before", "garbage", "429"],
)
async def test_a_refund_whose_answer_is_lost_is_made_once_under_its_key(
    client, control, admin, accepted, withdraw, fault, raised, refunds
):
    """The same key and bytes within its life, whatever had become of the first attempt."""
    debit = await withdraw(accepted)
    control.advance(seconds=DAY)
    control.fault(operation="refund", times=1, **fault)
    key, body = new_key(), refund_body(100)
    with pytest.raises(raised):
        await client.refund(admin, debit.id, body, idempotency_key=key)
    assert len(control.effects(kind="refund")) == refunds
    answer = await client.refund(admin, debit.id, body, idempotency_key=key)
    assert [effect.id for effect in control.effects(kind="refund")] == [answer.new_id]


async def test_a_missing_e_mail_is_put_right_by_an_update(client, admin, address, account):
    """And then a bank account can be made."""
    silent = dataclasses.replace(address, email=None)
    customer = await client.create_customer(
        admin, NewCustomer(customer_code="silent", contact_name="Jo", billing_address=silent)
    )
    with pytest.raises(VendorRejected, match="email address on file"):
        await client.create_bank_account(admin, customer.id, account)
    update = CustomerUpdate(contact_name="Jo", billing_address=address)
    updated = await client.update_customer(admin, customer.id, update)
    assert updated.billing_address is not None
    assert (updated.customer_code, updated.billing_address.email) == ("silent", "payer@example.com")
    assert await client.create_bank_account(admin, customer.id, account)


async def test_a_bank_account_is_removed_once_and_is_gone_the_second_time(client, admin, payer):
    """404 is what a repeat meets, and what the caller takes for done."""
    await client.delete_bank_account(admin, *payer)
    assert await client.list_bank_accounts(admin, payer[0]) == []
    with pytest.raises(VendorRejected) as caught:
        await client.delete_bank_account(admin, *payer)
    assert caught.value.status == 404


async def test_a_pad_is_accepted_and_revoked_by_the_merchant(client, admin, payer, withdraw):
    """With the payer's address at acceptance; a debit that waited goes through."""
    (pad,) = await client.list_pads(admin, payer[0])
    waiting = await withdraw(payer)
    changed = await client.update_pad(
        admin, *payer, pad.id, accepted=True, status=PadStatus.ACTIVE, type=PadType.PERSONAL, ip_address="203.0.113.7"
    )
    assert changed is not None
    assert (changed.state, changed.type) == (PadState.ACTIVE, PadType.PERSONAL)
    assert changed.accepted_at is not None
    assert (await client.get_transaction(admin, waiting.id)).auth is AuthStatus.APPROVED
    revoked = await client.update_pad(admin, *payer, pad.id, status=PadStatus.INACTIVE)
    assert revoked is not None
    assert revoked.state is PadState.REVOKED
    assert (await withdraw(payer)).auth is AuthStatus.PENDING


async def test_the_pair_that_no_document_has_is_told_as_a_contradiction(client, control, admin, accepted):
    """Active and never accepted: it permits nothing, and somebody should know."""
    (pad,) = await client.list_pads(admin, accepted[0])
    control.contradict_pad(pad.id)
    (read,) = await client.list_pads(admin, accepted[0])
    assert read.state is PadState.CONTRADICTORY


async def test_one_page_is_one_call(client, control, admin, accepted, withdraw):
    """So that a budget is asked for each."""
    ids = [(await withdraw(accepted, 100 + number)).id for number in range(5)]
    before = control.calls().total
    assert [row.id for row in await client.transactions_page(admin, page=2, limit=2)] == ids[2:0:-1]
    assert control.calls().total == before + 1
