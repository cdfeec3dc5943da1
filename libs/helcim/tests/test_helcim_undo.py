"""Refund, void, cancel and settle: what goes out, and what is read out of one sentence."""

import httpx2
import pytest
from bankrails_helcim.bodies import CustomerUpdate, NewAddress, NewCustomer, refund_body
from bankrails_helcim.client import RefundAnswer, VoidAnswer
from bankrails_helcim.mapping import PadStatus, PadType
from bankrails_helcim.sentences import ids_in
from bankrails_vendor_http.errors import OutcomeUnknown, VendorRejected

KEY = "a1b2c3d4e5f6g7h8i9j0k1l2m"
REFUNDED = "Successfully refunded transaction ID #109361. Refund transaction ID #109370 created."
VOIDED = "Successfully voided transaction ID #109361. Void transaction ID #109371 created."
CANCELLED = "Successfully cancelled ACH transaction #109361."
SETTLED = "Successfully settled ACH batch ID #47339."


def says(message, status=200):
    return httpx2.Response(status, json={"message": message})


async def test_a_refund_goes_out_as_the_stored_bytes_and_its_id_is_read_from_the_sentence(vendor, access):
    """The vendor returns no object: the refund's own number exists only in its sentence."""
    asked = vendor(says(REFUNDED))
    answer = await asked.client.refund(access, 109361, refund_body(4995), idempotency_key=KEY)
    assert answer == RefundAnswer(109361, 109370, REFUNDED)
    (request,) = asked.asked
    assert (request.method, request.url.path) == ("PUT", "/v2/ach/transactions/109361/refund")
    assert (request.headers["idempotency-key"], request.content) == (KEY, b'{"amount":49.95}')


async def test_a_void_has_no_body_and_makes_a_transaction(vendor, access):
    """PUT; the new one is the REVERSE row."""
    asked = vendor(says(VOIDED))
    answer = await asked.client.void(access, 109361, idempotency_key=KEY)
    assert (answer, answer.new_id) == (VoidAnswer(109361, 109371, VOIDED), 109371)
    (request,) = asked.asked
    assert (request.method, request.url.path, request.content) == ("PUT", "/v2/ach/transactions/109361/void", b"")
    assert request.headers["idempotency-key"] == KEY


async def test_a_cancel_is_a_patch_without_a_body(vendor, access):
    """Where everything else under /ach is PUT."""
    asked = vendor(says(CANCELLED))
    await asked.client.cancel(access, 109361, idempotency_key=KEY)
    (request,) = asked.asked
    assert (request.method, request.url.path, request.content) == ("PATCH", "/v2/ach/transactions/109361/cancel", b"")
    assert request.headers["idempotency-key"] == KEY


async def test_a_batch_is_settled_by_its_id(vendor, access):
    """PUT without a body, under a key."""
    asked = vendor(says(SETTLED))
    await asked.client.settle_batch(access, 47339, idempotency_key=KEY)
    (request,) = asked.asked
    assert (request.method, request.url.path, request.content) == ("PUT", "/v2/ach/batches/47339/settle", b"")
    assert request.headers["idempotency-key"] == KEY


@pytest.mark.parametrize("message", ["Refunded.", "", "Refunded transaction 109361, new 109370", "#", "# 109361"])
async def test_a_sentence_without_numbers_is_a_success_whose_refund_is_looked_for(vendor, access, message):
    """The wording is not a contract. A 200 is a yes; the row points back by `originalTransactionId`."""
    answer = await vendor(says(message)).client.refund(access, 109361, refund_body(1), idempotency_key=KEY)
    assert (answer.original_id, answer.new_id, answer.message) == (None, None, message)


async def test_a_sentence_about_the_original_alone_leaves_the_new_number_open(vendor, access):
    """Its number twice is not a new one either."""
    for message in ("Successfully refunded transaction ID #109361.", "#109361 refunded, see #109361"):
        answer = await vendor(says(message)).client.refund(access, 109361, refund_body(1), idempotency_key=KEY)
        assert (answer.original_id, answer.new_id) == (109361, None)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda client, access: client.refund(access, 1, refund_body(1), idempotency_key=KEY), REFUNDED),
        (lambda client, access: client.void(access, 1, idempotency_key=KEY), VOIDED),
        (lambda client, access: client.cancel(access, 1, idempotency_key=KEY), CANCELLED),
        (lambda client, access: client.settle_batch(access, 1, idempotency_key=KEY), SETTLED),
    ],
    ids=["refund", "void", "cancel", "settle"],
)
async def test_a_sentence_about_another_transaction_is_unknown(vendor, access, call, message):
    """Somebody's money moved; that it was ours is not said."""
    with pytest.raises(OutcomeUnknown, match="instead of 1"):
        await call(vendor(says(message)).client, access)


async def test_too_late_for_a_void_is_a_definite_no(vendor, access):
    """The batch closed in between: the caller reads again, and refunds."""
    with pytest.raises(VendorRejected) as caught:
        await vendor(says("Transaction is in a closed batch.", 400)).client.void(access, 109361, idempotency_key=KEY)
    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("message", "ids"),
    [
        (REFUNDED, (109361, 109370)),
        ("#1 #2 #3", (1, 3)),
        ("#" + "9" * 18 + ".", (999999999999999999, None)),
        ("#" + "9" * 19, (None, None)),
        ("#" + "9" * 5000, (None, None)),
        ("#١٢٣", (None, None)),
    ],
)
def test_numbers_in_a_sentence(message, ids):
    """First the original, last the new one; nothing that no id can be."""
    assert ids_in(message) == ids


def test_a_refunds_bytes_are_the_same_every_time():
    """A byte of difference under one key is a conflict."""
    assert refund_body(1000) == b'{"amount":10.00}'
    assert refund_body(7) == refund_body(7) == b'{"amount":0.07}'
    for nothing in (0, -1):
        with pytest.raises(ValueError, match="more than nothing"):
            refund_body(nothing)


# Customers, bank accounts and PADs that change


async def test_a_customer_is_updated_by_what_is_given(vendor, access, samples):
    """A missing e-mail is put right this way; the code stays out of it. Alpha-3, as everywhere but one place."""
    address = NewAddress(
        name="Jo",
        street1="1 Main St",
        city="Calgary",
        province="AB",
        country="CA",
        postal_code="T2P5E9",
        email="jo@example.com",
    )
    asked = vendor(samples["customer.openapi"])
    update = CustomerUpdate(contact_name="Jo", billing_address=address)
    assert (await asked.client.update_customer(access, 2488717, update)).id == 2488717
    (request,) = asked.asked
    assert (request.method, request.url.path) == ("PUT", "/v2/customers/2488717")
    assert request.content == (
        b'{"contactName":"Jo","billingAddress":{"name":"Jo","street1":"1 Main St","city":"Calgary","province":"AB",'
        b'"country":"CAN","postalCode":"T2P5E9","email":"jo@example.com"}}'
    )
    new = NewCustomer(customer_code="payer-1", contact_name="Jo", billing_address=address)
    assert new.body() == b'{"customerCode":"payer-1",' + request.content[1:]


async def test_a_deleted_bank_account_answers_204(vendor, access):
    """Nothing to return."""
    asked = vendor(httpx2.Response(204))
    await asked.client.delete_bank_account(access, 1, 2)
    assert (asked.asked[0].method, asked.asked[0].url.path) == ("DELETE", "/v2/customers/1/bank-accounts/2")


async def test_a_bank_account_that_is_gone_is_told_by_its_404(vendor, access):
    """Absent or deleted before: the caller may take it for done."""
    with pytest.raises(VendorRejected) as caught:
        await vendor(says("Bank account not found.", 404)).client.delete_bank_account(access, 1, 2)
    assert caught.value.status == 404


async def test_a_deletion_answered_with_anything_else_is_unknown(vendor, access):
    """A proxy's friendly page is no deletion."""
    with pytest.raises(OutcomeUnknown):
        await vendor(httpx2.Response(200, content=b"<html>")).client.delete_bank_account(access, 1, 2)


@pytest.mark.parametrize("wrapped", [True, False])
async def test_a_pad_is_changed_by_what_is_given(vendor, access, samples, wrapped):
    """Bare in the guide, wrapped elsewhere; numbers on the wire."""
    body = samples["pad.guide"].body
    asked = vendor(httpx2.Response(200, json={"pad": body} if wrapped else body))
    pad = await asked.client.update_pad(
        access, 1, 2, 3, accepted=True, status=PadStatus.ACTIVE, type=PadType.BUSINESS, ip_address="203.0.113.7"
    )
    assert pad is not None
    assert pad.id == body["id"]
    (request,) = asked.asked
    assert (request.method, request.url.path) == ("PUT", "/v2/customers/1/bank-accounts/2/pads/3")
    assert request.content == b'{"accepted":1,"ipAddress":"203.0.113.7","status":1,"type":2}'


async def test_a_pad_change_answered_without_the_pad_is_still_made(vendor, access):
    """No body is declared for it: reading it again tells."""
    for answer in (httpx2.Response(200), httpx2.Response(204), httpx2.Response(200, json={"message": "ok"})):
        asked = vendor(answer)
        assert await asked.client.update_pad(access, 1, 2, 3, status=PadStatus.INACTIVE) is None
        assert asked.asked[0].content == b'{"status":2}'


async def test_a_pad_change_without_a_change_never_leaves_us(vendor, access):
    """A bug of ours."""
    asked = vendor(httpx2.Response(200))
    with pytest.raises(ValueError, match="changes something"):
        await asked.client.update_pad(access, 1, 2, 3)
    assert asked.asked == []
