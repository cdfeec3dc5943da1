"""Every answer that is no success, for calls with an effect and for those without: who may retry, and who must look."""

import json

import httpx2
import pytest
from bankrails_contracts.money import Currency
from bankrails_helcim import endpoints
from bankrails_helcim.bodies import (
    CanadianRouting,
    CustomerUpdate,
    NewBankAccount,
    NewCustomer,
    refund_body,
    withdraw_body,
)
from bankrails_helcim.client import MerchantAccess
from bankrails_helcim.errors import CustomerCodeRejected, failure, read_complaint
from bankrails_helcim.mapping import AccountType, Holder, PadStatus
from bankrails_vendor_http.client import Answer
from bankrails_vendor_http.errors import (
    NotPermitted,
    OutcomeUnknown,
    TokenRejected,
    VendorRejected,
    VendorUnavailable,
)
from bankrails_vendor_http.vendor_text import TEXT_CHARACTERS_MAX

KEY = "a1b2c3d4e5f6g7h8i9j0k1l2m"
BODY = withdraw_body(customer_id=19411033, bank_account_id=41992, amount_minor=4995, currency=Currency.CAD)
CUSTOMER = NewCustomer(customer_code="payer-1", contact_name="Jo")
ACCOUNT = NewBankAccount(
    routing=CanadianRouting(institution="123", transit="12345"),
    account_number="123456789",
    account_type=AccountType.CHECKING,
    holder=Holder.PERSONAL,
    street="1 Main St",
    city="Calgary",
    province="AB",
    postal_code="T2P5E9",
)

WITH_EFFECT = {
    "withdraw": lambda client, access: client.withdraw(access, BODY, idempotency_key=KEY),
    "refund": lambda client, access: client.refund(access, 109361, refund_body(100), idempotency_key=KEY),
    "void": lambda client, access: client.void(access, 109361, idempotency_key=KEY),
    "cancel": lambda client, access: client.cancel(access, 109361, idempotency_key=KEY),
    "settle_batch": lambda client, access: client.settle_batch(access, 47339, idempotency_key=KEY),
    "create_customer": lambda client, access: client.create_customer(access, CUSTOMER),
    "update_customer": lambda client, access: client.update_customer(access, 1, CustomerUpdate(contact_name="Jo")),
    "delete_bank_account": lambda client, access: client.delete_bank_account(access, 1, 2),
    "update_pad": lambda client, access: client.update_pad(access, 1, 2, 3, accepted=True, status=PadStatus.ACTIVE),
    "create_bank_account": lambda client, access: client.create_bank_account(access, 1, ACCOUNT),
    "set_default_bank_account": lambda client, access: client.set_default_bank_account(access, 1, 2),
    "request_new": lambda client, access: client.request_new(access, 1),
}
READS = {
    "connection_test": lambda client, access: client.connection_test(access),
    "list_customers": lambda client, access: client.find_customer_by_code(access, "payer-1"),
    "get_customer": lambda client, access: client.get_customer(access, 1),
    "list_bank_accounts": lambda client, access: client.list_bank_accounts(access, 1),
    "get_bank_account": lambda client, access: client.get_bank_account(access, 1, 2),
    "list_pads": lambda client, access: client.list_pads(access, 1),
    "get_pad": lambda client, access: client.get_pad(access, 1, 2, 3),
    "get_transaction": lambda client, access: client.get_transaction(access, 1),
    "list_batches": lambda client, access: client.list_batches(access),
    "list_transactions": lambda client, access: client.transactions_page(access),
}
CALLS = WITH_EFFECT | READS

DEFINITE_NO_TO_THE_REQUEST = [400, 404, 405, 422]
DEFINITE_NO_TO_THE_ATTEMPT = [401, 429]
NOT_EVEN_A_NO = [302, 304, 402, 408, 409, 418, 500, 502, 503, 504, 520, 599]
UNREADABLE = [
    b"",
    b"<html>504 Gateway Timeout</html>",
    b'{"transaction": {"id": 1',
    b"\xff\xfe\x00",
    b"null",
    b"{}",
    b"[]",
    b'{"message": "ok?"}',
    b'{"transaction": null}',
    b'{"id": "not a number"}',
    b"[" * 100_000,
    b"NaN",
]
READABLE_ALL_THE_SAME = {
    "request_new": {b'{"message": "ok?"}'},
    "refund": {b'{"message": "ok?"}'},
    "void": {b'{"message": "ok?"}'},
    "cancel": {b'{"message": "ok?"}'},
    "settle_batch": {b'{"message": "ok?"}'},
    "update_pad": set(UNREADABLE),
    "connection_test": {content for content in UNREADABLE if content.startswith(b"{") and content.endswith(b"}")},
    "list_customers": {b"[]"},
    "list_bank_accounts": {b"[]"},
    "list_pads": {b"[]"},
    "list_transactions": {b"[]"},
    "list_batches": {b"[]"},
}
"""A message is all that some endpoints promise, any object all that another does, an empty list is an answer, and no body
at all is declared for what changes a PAD."""


def unreadable_answers(operations):
    return [
        pytest.param(operation, content, id=f"{operation}-{content[:20]!r}")
        for operation in operations
        for content in UNREADABLE
        if content not in READABLE_ALL_THE_SAME.get(operation, ())
    ]


@pytest.mark.parametrize(
    "endpoint",
    [endpoints.WITHDRAW, endpoints.REFUND, endpoints.REQUEST_NEW, endpoints.UPDATE_PAD, endpoints.GET_TRANSACTION],
)
def test_every_status_that_can_be_written_means_something(endpoint):
    """Three digits are all that HTTP allows; the one nobody thought of is the one that must not raise KeyError."""
    meaning = {status: type(failure(endpoint, Answer(status, httpx2.Headers(), b""))) for status in range(100, 1000)}
    unless_listed = VendorUnavailable if endpoint.effect is endpoints.Effect.NONE else OutcomeUnknown
    assert {status for status, error in meaning.items() if error is VendorRejected} == set(DEFINITE_NO_TO_THE_REQUEST)
    told = {status: meaning[status] for status in (401, 403, 429)}
    assert told == {401: TokenRejected, 403: NotPermitted, 429: VendorUnavailable}
    listed = [*DEFINITE_NO_TO_THE_REQUEST, 401, 403, 429]
    assert {error for status, error in meaning.items() if status not in listed} == {unless_listed}


@pytest.mark.parametrize("status", DEFINITE_NO_TO_THE_REQUEST)
@pytest.mark.parametrize("operation", CALLS)
async def test_a_refused_request_is_rejected_with_the_vendors_words(vendor, access, operation, status):
    """Repeating it unchanged is pointless, and nothing happened."""
    answer = httpx2.Response(status, json={"message": "Invalid payload"})
    with pytest.raises(VendorRejected, match="Invalid payload") as caught:
        await CALLS[operation](vendor(answer).client, access)
    assert (caught.value.operation, caught.value.status) == (operation, status)


@pytest.mark.parametrize("status", DEFINITE_NO_TO_THE_ATTEMPT)
@pytest.mark.parametrize("operation", CALLS)
async def test_a_request_that_was_not_taken_is_unavailable(vendor, access, operation, status):
    """The token or the quota is at fault, not the request: it goes out again when that is put right."""
    with pytest.raises(VendorUnavailable) as caught:
        await CALLS[operation](vendor(httpx2.Response(status)).client, access)
    assert (caught.value.operation, caught.value.status) == (operation, status)


@pytest.mark.parametrize("status", NOT_EVEN_A_NO)
@pytest.mark.parametrize("operation", WITH_EFFECT)
async def test_any_other_answer_leaves_an_effect_unknown(vendor, access, operation, status):
    """A 500 may come after the debit, a 409 speaks of an earlier attempt, and a proxy's 3xx of nothing we know."""
    with pytest.raises(OutcomeUnknown) as caught:
        await WITH_EFFECT[operation](vendor(httpx2.Response(status, json={"message": "?"})).client, access)
    assert (caught.value.operation, caught.value.status) == (operation, status)


@pytest.mark.parametrize("status", NOT_EVEN_A_NO)
@pytest.mark.parametrize("operation", READS)
async def test_any_other_answer_to_a_read_can_be_asked_for_again(vendor, access, operation, status):
    """There is nothing to be in doubt about."""
    with pytest.raises(VendorUnavailable) as caught:
        await READS[operation](vendor(httpx2.Response(status)).client, access)
    assert caught.value.status == status


@pytest.mark.parametrize(("operation", "content"), unreadable_answers(WITH_EFFECT))
async def test_a_success_that_cannot_be_read_is_unknown(vendor, access, operation, content):
    """A 200 whose id we cannot read is a debit that we would otherwise lose, or make again."""
    with pytest.raises(OutcomeUnknown) as caught:
        await WITH_EFFECT[operation](vendor(httpx2.Response(200, content=content)).client, access)
    assert caught.value.status == 200


@pytest.mark.parametrize(("operation", "content"), unreadable_answers(READS))
async def test_a_read_that_cannot_be_read_is_never_an_empty_answer(vendor, access, operation, content):
    """Taken for "nothing there", it would let a look-up clear the way for a second debit."""
    with pytest.raises(VendorUnavailable) as caught:
        await READS[operation](vendor(httpx2.Response(200, content=content)).client, access)
    assert caught.value.status == 200


async def test_one_unreadable_row_spoils_its_page(vendor, access, samples):
    """The row that we cannot read may be the debit that we are looking for."""
    good = samples["transactions.openapi"].body[0]
    with pytest.raises(VendorUnavailable):
        await vendor(httpx2.Response(200, json=[good, {**good, "amount": "ten"}])).client.transactions_page(access)


@pytest.mark.parametrize("operation", WITH_EFFECT)
async def test_silence_leaves_an_effect_unknown(vendor, access, operation):
    """The request left us."""
    with pytest.raises(OutcomeUnknown) as caught:
        await WITH_EFFECT[operation](vendor(httpx2.ReadTimeout("slow")).client, access)
    assert caught.value.status is None


@pytest.mark.parametrize("operation", READS)
async def test_silence_on_a_read_can_be_asked_again(vendor, access, operation):
    """The same silence, and no doubt."""
    with pytest.raises(VendorUnavailable) as caught:
        await READS[operation](vendor(httpx2.ReadTimeout("slow")).client, access)
    assert caught.value.status is None


@pytest.mark.parametrize("operation", CALLS)
async def test_no_call_is_sent_twice_by_itself(vendor, access, operation):
    """Repeating is decided above, where the age of the key is known."""
    asked = vendor(httpx2.Response(503, headers={"retry-after": "1"}))
    with pytest.raises((VendorUnavailable, OutcomeUnknown)):
        await CALLS[operation](asked.client, access)
    assert len(asked.asked) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("error.unauthorized", "Unauthorized"),
        ("error.no_access", "No access permission"),
        ("error.field", "contactName: Missing required data"),
        ("error.list", "An error occurred"),
        ("error.email", "Customer email address on file () is invalid."),
        ("error.country", "Invalid payload: bank account country is invalid"),
        ("error.forbidden_without_body", "403 Forbidden"),
        ("error.internal_without_body", "500 Internal Server Error"),
    ],
)
def test_each_of_the_vendors_error_bodies_is_read(samples, name, text):
    """Four shapes and none at all; the caller stores one text."""
    assert read_complaint(samples[name].status, samples[name].content).text == text


@pytest.mark.parametrize("content", [b"<html>", b"[]", b"7", b'"no"', b'{"errors": {}}', b"\xff", b'{"errors": null}'])
def test_a_body_that_says_nothing_falls_back_to_the_status(content):
    """An operator sees what a proxy's error page was about, and none of its HTML."""
    assert read_complaint(400, content).text == "400 Bad Request"
    assert read_complaint(599, content).text == "599"


def test_vendor_text_is_made_fit_to_be_stored():
    """A zero byte fails in PostgreSQL and half a surrogate in any encoder: at the worst moment, after the call."""
    told = read_complaint(400, json.dumps({"message": "a\x00b\ud800c" + "x" * 10_000}).encode()).text
    assert told.startswith("a b c")
    assert len(told) == TEXT_CHARACTERS_MAX


async def test_a_taken_customer_code_can_be_told_from_other_refusals(vendor, access):
    """The caller adopts the customer that is there, instead of failing for ever after a lost answer."""
    taken = httpx2.Response(400, json={"errors": {"customerCode": "Already exists"}})
    with pytest.raises(CustomerCodeRejected):
        await vendor(taken).client.create_customer(access, CUSTOMER)
    incomplete = httpx2.Response(400, json={"errors": {"contactName": "Missing required data"}})
    with pytest.raises(VendorRejected) as caught:
        await vendor(incomplete).client.create_customer(access, CUSTOMER)
    assert type(caught.value) is VendorRejected


async def test_a_complaint_that_repeats_an_account_number_is_masked(vendor, access):
    """It goes into events and logs, where account numbers never go."""
    answer = httpx2.Response(400, json={"message": "Bank account 123456789 at 12345 is invalid"})
    with pytest.raises(VendorRejected) as caught:
        await vendor(answer).client.create_bank_account(access, 1, ACCOUNT)
    assert caught.value.reason == "Bank account ******6789 at 12345 is invalid"


async def test_a_debit_goes_out_as_the_stored_bytes_under_the_stored_key(vendor, access, samples):
    """PUT, not POST; and the amount exactly: a byte of difference under one key is a conflict."""
    asked = vendor(samples["withdraw.guide"])
    await asked.client.withdraw(access, BODY, idempotency_key=KEY)
    (request,) = asked.asked
    assert (request.method, str(request.url)) == ("PUT", "https://helcim.example/v2/ach/withdraw")
    assert request.headers["idempotency-key"] == KEY
    assert request.headers["api-token"] == access.token
    assert request.content == b'{"bankAccountId":41992,"customerId":19411033,"amount":49.95,"currencyId":1}'


KEYED = {
    "withdraw": lambda client, access, key: client.withdraw(access, BODY, idempotency_key=key),
    "refund": lambda client, access, key: client.refund(access, 1, refund_body(1), idempotency_key=key),
    "void": lambda client, access, key: client.void(access, 1, idempotency_key=key),
    "cancel": lambda client, access, key: client.cancel(access, 1, idempotency_key=key),
    "settle_batch": lambda client, access, key: client.settle_batch(access, 1, idempotency_key=key),
}


@pytest.mark.parametrize("key", ["", "short", "x" * 24, "x" * 37, "x" * 24 + "\n", "é" * 25, "a b" * 9])
@pytest.mark.parametrize("operation", KEYED)
async def test_a_key_that_the_vendor_would_not_take_never_leaves_us(vendor, access, operation, key):
    """A bug of ours, not an answer of theirs."""
    asked = vendor(httpx2.Response(500))
    with pytest.raises(ValueError, match="idempotency key"):
        await KEYED[operation](asked.client, access, key)
    assert asked.asked == []


def test_every_keyed_endpoint_is_known_as_such():
    """Helcim OpenAPI: withdraw, refund, void, cancel and settle take a key, and nothing under /customers does."""
    known = [each for each in vars(endpoints).values() if isinstance(each, endpoints.Endpoint)]
    assert {each.operation for each in known if each.effect is endpoints.Effect.KEYED} == set(KEYED)
    assert {each.operation for each in known if each.effect is not endpoints.Effect.NONE} == set(WITH_EFFECT)
    assert {each.operation for each in known if each.effect is endpoints.Effect.NONE} == set(READS)


@pytest.mark.parametrize("token", ["", "with space", "newline\n", "tökén"])
def test_a_token_that_cannot_travel_is_refused_where_it_is_read(token):
    """From a secrets file with a newline, every debit would otherwise end with an unknown outcome."""
    with pytest.raises(ValueError, match="maple") as caught:
        MerchantAccess("maple", token)
    assert not token or token not in str(caught.value)


async def test_a_token_appears_in_no_error_and_no_repr(vendor, access, samples):
    """Its holder can move money."""
    with pytest.raises(VendorUnavailable) as caught:
        await vendor(samples["error.unauthorized"]).client.connection_test(access)
    assert access.token not in f"{access!r}{caught.value!r}{caught.value}"


@pytest.mark.parametrize(
    ("headers", "left"),
    [
        ({"minute-limit-remaining": "99", "hour-limit-remaining": "2999"}, (99, 2999)),
        ({"minute-limit-remaining": "0"}, (0, None)),
        ({"minute-limit-remaining": "-1", "hour-limit-remaining": "many"}, (None, None)),
        ({}, (None, None)),
    ],
)
@pytest.mark.parametrize("status", [200, 400, 429, 500])
async def test_what_is_left_of_the_quota_is_handed_on_with_every_answer(vendor, access, headers, left, status):
    """The merchant's other callers spend from the same quota; this is the only way to see them."""
    asked = vendor(httpx2.Response(status, headers=headers, json={"message": "x"}))
    try:
        await asked.client.connection_test(access)
    except (VendorRejected, VendorUnavailable):
        assert status != 200
    assert asked.quotas == [("maple", *left)]


@pytest.mark.parametrize(("header", "seconds"), [("30", 30.0), ("soon", None), ("", None), ("-5", None)])
async def test_a_wait_that_is_named_is_handed_on(vendor, access, header, seconds):
    """The vendor documents none, a proxy before it may name one."""
    with pytest.raises(VendorUnavailable) as caught:
        await vendor(httpx2.Response(429, headers={"retry-after": header})).client.connection_test(access)
    assert caught.value.retry_after_seconds == seconds
