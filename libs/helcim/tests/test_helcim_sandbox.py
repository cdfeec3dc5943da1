"""The same client against the sandbox, and the sandbox against the same samples: neither is checked by the other alone.

What the sandbox answers is first compared, field by field and kind by kind, with what the vendor prints; only then does
the client read it.
"""

from datetime import timedelta
from itertools import count

import pytest
from bankrails_contracts.money import Currency
from bankrails_helcim.bodies import NewCustomer, withdraw_body
from bankrails_helcim.client import HelcimClient, MerchantAccess, TransactionFilter
from bankrails_helcim.endpoints import KEY_LIFE
from bankrails_helcim.errors import CustomerCodeRejected
from bankrails_helcim.mapping import AuthStatus, BatchStatus, ClearingStatus, PadState
from bankrails_helcim.mountain_time import MOUNTAIN_TIME, wall_date
from bankrails_sandbox import FaultKind, Moment
from bankrails_vendor_http.errors import NotPermitted, OutcomeUnknown, VendorRejected, VendorUnavailable

ADMIN = MerchantAccess("maple-books", "maple-books-admin-token")
READ_ONLY = MerchantAccess("maple-books", "maple-books-read-only-token")
_KEYS = count()


def new_key():
    return f"contractkey{next(_KEYS):014d}"


def debit_of(payer, amount_minor=4995):
    return withdraw_body(
        customer_id=payer[0], bank_account_id=payer[1], amount_minor=amount_minor, currency=Currency.CAD
    )


# The sandbox against the samples


def shape(value):
    """Fields and JSON kinds, without the values: 10 and 49.95 are both numbers."""
    match value:
        case dict():
            return {name: shape(part) for name, part in value.items()}
        case list():
            return [shape(part) for part in value[:1]]
        case bool() | None:
            return repr(value)
        case int() | float():
            return "number"
        case _:
            return type(value).__name__


async def test_the_sandbox_answers_in_the_shapes_that_the_vendor_prints(http, client, accepted, account, samples):
    """Every answer of the story, before the client has read a single one. Where the vendor's two documents print
    different shapes, one of them is met."""
    customer_id, account_id = accepted
    (pad,) = await client.list_pads(ADMIN, customer_id)
    headers = {"api-token": ADMIN.token}

    async def answer(method, path, **request):
        return await http.request(method, path, **{"headers": headers, **request})

    keyed = {**headers, "idempotency-key": new_key(), "content-type": "application/json"}
    account_path = f"customers/{customer_id}/bank-accounts/{account_id}"
    withdrawn = await answer("PUT", "ach/withdraw", headers=keyed, content=debit_of(accepted))
    seen = [
        (await answer("GET", "connection-test"), ["connection_test.guide"]),
        (await answer("GET", account_path), ["bank_account.guide"]),
        (await answer("PATCH", f"{account_path}/default"), ["bank_account.guide"]),
        (await answer("GET", f"customers/{customer_id}/bank-accounts"), ["bank_accounts.guide"]),
        (await answer("GET", f"customers/{customer_id}/bank-accounts/request-new"), ["request_new.guide"]),
        (
            await answer("POST", f"customers/{customer_id}/bank-accounts", content=account.body()),
            ["bank_account_created.guide"],
        ),
        (withdrawn, ["withdraw.guide", "transaction.mid_2026"]),
        (
            await answer("GET", f"ach/transactions/{withdrawn.json()['transaction']['id']}"),
            ["transaction.guide", "transaction.mid_2026", "transaction.openapi"],
        ),
    ]
    for response, names in seen:
        assert response.status_code in {samples[name].status for name in names}
        assert shape(response.json()) in [shape(samples[name].body) for name in names], names
    (listed,) = (await answer("GET", "ach/transactions")).json()
    assert shape({"transaction": listed}) in [
        shape(samples[name].body) for name in ("transaction.guide", "transaction.mid_2026")
    ]
    # The OpenAPI document's PAD lacks `merchantAuthorized`, which the guide prints.
    printed = shape(samples["pad.guide"].body)
    assert shape((await answer("GET", f"{account_path}/pads/{pad.id}")).json()) == {"pad": printed}
    assert shape((await answer("GET", f"customers/{customer_id}/pads")).json()) == {"pads": [printed]}


@pytest.mark.parametrize(
    ("name", "request_"),
    [
        ("error.unauthorized", ("GET", "connection-test", {"headers": {"api-token": "wrong"}})),
        ("error.no_access", ("POST", "customers", {"headers": {"api-token": READ_ONLY.token}, "content": b"{}"})),
    ],
)
async def test_the_sandbox_says_no_in_the_vendors_words(http, samples, name, request_):
    """Status and body to the letter."""
    method, path, rest = request_
    response = await http.request(method, path, **rest)
    assert (response.status_code, response.json()) == (samples[name].status, samples[name].body)


async def test_the_sandbox_prints_the_vendors_two_sentences_about_bad_banking(http, client, samples, accepted, account):
    """No e-mail address, and the other country's currency, of which the sentence says nothing."""
    nobody = await client.create_customer(ADMIN, NewCustomer(customer_code="no-mail", contact_name="No Mail"))
    with pytest.raises(VendorRejected) as caught:
        await client.create_bank_account(ADMIN, nobody.id, account)
    assert caught.value.reason == samples["error.email"].body["message"]
    body = withdraw_body(customer_id=accepted[0], bank_account_id=accepted[1], amount_minor=1, currency=Currency.USD)
    with pytest.raises(VendorRejected) as caught:
        await client.withdraw(ADMIN, body, idempotency_key=new_key())
    assert caught.value.reason == samples["error.country"].body["message"]


# The client against the sandbox


async def test_the_story_of_one_payment(client, control, address, account):
    """Customer, account, default, PAD, debit: each id found again by reading."""
    await client.connection_test(ADMIN)
    assert await client.find_customer_by_code(ADMIN, "payer-1") is None
    new = NewCustomer(customer_code="payer-1", contact_name="Test Customer", billing_address=address)
    customer = await client.create_customer(ADMIN, new)
    assert await client.find_customer_by_code(ADMIN, "payer-1") == await client.get_customer(ADMIN, customer.id)
    assert await client.list_bank_accounts(ADMIN, customer.id) == []
    assert await client.list_pads(ADMIN, customer.id) == []

    account_id = await client.create_bank_account(ADMIN, customer.id, account)
    (account,) = await client.list_bank_accounts(ADMIN, customer.id)
    assert account == await client.get_bank_account(ADMIN, customer.id, account_id)
    assert (account.bank_id_number, account.transit_number, account.bank_account_number_l4) == ("123", "12345", "6789")
    assert (await client.set_default_bank_account(ADMIN, customer.id, account_id)).id == account_id
    assert not account.ready

    (pad,) = await client.list_pads(ADMIN, customer.id)
    assert (pad.state, pad.bank_account_id, pad.accepted_at) == (PadState.NOT_ACCEPTED, account_id, None)
    control.accept_pad(pad.id)
    pad = await client.get_pad(ADMIN, customer.id, account_id, pad.id)
    assert pad.state is PadState.ACTIVE
    assert pad.accepted_at is not None
    assert (await client.get_bank_account(ADMIN, customer.id, account_id)).ready

    debit = await client.withdraw(ADMIN, debit_of((customer.id, account_id)), idempotency_key=new_key())
    assert (debit.amount_minor, debit.currency, debit.bank_account_id) == (4995, Currency.CAD, account_id)
    assert (debit.auth, debit.clearing, debit.batch) == (AuthStatus.APPROVED, ClearingStatus.OPENED, BatchStatus.OPEN)
    assert debit.batch_id
    assert debit.id == (await client.get_transaction(ADMIN, debit.id)).id
    assert [debit.id] == [found.id for found in await client.all_transactions(ADMIN)]
    assert [(effect.id, effect.amount_minor, effect.times) for effect in control.effects(kind="withdraw")] == [
        (debit.id, 4995, 1)
    ]


async def test_a_debit_without_an_accepted_pad_waits(client, payer):
    """Success, PENDING, in no batch; and still so after the call."""
    debit = await client.withdraw(ADMIN, debit_of(payer), idempotency_key=new_key())
    assert (debit.auth, debit.batch_id) == (AuthStatus.PENDING, 0)


async def test_a_taken_customer_code_leads_to_the_customer_that_has_it(client, payer):
    """What a repeat after a lost answer meets."""
    with pytest.raises(CustomerCodeRejected):
        await client.create_customer(ADMIN, NewCustomer(customer_code="payer-1", contact_name="Again"))
    assert (await client.find_customer_by_code(ADMIN, "payer-1")).id == payer[0]


async def test_a_request_for_bank_details_mails_once_per_call(client, control, payer):
    """A GET that a retrying client would turn into two mails."""
    before = len(control.mails(customer_id=payer[0]))
    await client.request_new(ADMIN, payer[0])
    assert len(control.mails(customer_id=payer[0])) == before + 1


async def test_a_repeat_under_the_same_key_is_the_same_debit_until_the_key_is_forgotten(client, control, accepted):
    """The five minutes on which the resend rule is built."""
    key, body = new_key(), debit_of(accepted)
    first = await client.withdraw(ADMIN, body, idempotency_key=key)
    assert (await client.withdraw(ADMIN, body, idempotency_key=key)).id == first.id
    with pytest.raises(OutcomeUnknown) as caught:
        await client.withdraw(ADMIN, debit_of(accepted, 4996), idempotency_key=key)
    assert caught.value.status == 409
    control.advance(seconds=(KEY_LIFE + timedelta(seconds=1)).total_seconds())
    assert (await client.withdraw(ADMIN, body, idempotency_key=key)).id != first.id
    assert len(control.effects(kind="withdraw")) == 2


@pytest.mark.parametrize(
    ("fault", "raised", "debits"),
    [
        ({"kind": FaultKind.CUT, "moment": Moment.BEFORE_EFFECT}, OutcomeUnknown, 0),
        ({"kind": FaultKind.CUT, "moment": Moment.AFTER_EFFECT}, OutcomeUnknown, 1),
        ({"kind": FaultKind.GARBAGE, "moment": Moment.AFTER_EFFECT}, OutcomeUnknown, 1),
        ({"kind": FaultKind.STATUS, "status": 500}, OutcomeUnknown, 0),
        ({"kind": FaultKind.STATUS, "status": 429}, VendorUnavailable, 0),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else "",
)
async def test_a_fault_is_reported_as_what_we_can_know_of_it(client, control, accepted, fault, raised, debits):
    """Cut before and cut after look the same from here, which is why both are unknown; and nothing is sent twice."""
    key = new_key()
    control.fault(operation="withdraw", times=1, **fault)
    with pytest.raises(raised):
        await client.withdraw(ADMIN, debit_of(accepted), idempotency_key=key)
    assert len(control.effects(kind="withdraw")) == debits
    await client.withdraw(ADMIN, debit_of(accepted), idempotency_key=key)
    assert len(control.effects(kind="withdraw")) == 1


async def test_a_call_past_its_deadline_is_unknown(http, control, accepted):
    """Held at the vendor for as long as it takes; the debit may still come."""
    control.fault(FaultKind.HOLD, operation="withdraw", times=1, gate="late")
    impatient = HelcimClient(http, deadline_seconds=0.2)
    with pytest.raises(OutcomeUnknown) as caught:
        await impatient.withdraw(ADMIN, debit_of(accepted), idempotency_key=new_key())
    assert isinstance(caught.value.__cause__, TimeoutError)
    control.release("late")


async def test_a_token_that_may_not_is_a_definite_no(client, accepted, control):
    """403: nothing happened, and another token may."""
    with pytest.raises(NotPermitted) as caught:
        await client.withdraw(READ_ONLY, debit_of(accepted), idempotency_key=new_key())
    assert caught.value.status == 403
    assert control.effects(kind="withdraw") == ()


async def test_an_unknown_transaction_is_rejected_with_400(client):
    """The vendor declares no 404 there."""
    with pytest.raises(VendorRejected) as caught:
        await client.get_transaction(ADMIN, 1)
    assert caught.value.status == 400


async def test_the_quota_counts_down_with_every_call(client, quotas):
    """The headers that let a budget see what others spend."""
    await client.connection_test(ADMIN)
    await client.connection_test(ADMIN)
    (_, first_minute, first_hour), (_, second_minute, second_hour) = quotas[-2:]
    assert (first_minute - second_minute, first_hour - second_hour) == (1, 1)


async def test_a_search_by_the_vendors_dates_finds_what_was_made_between(client, control, accepted):
    """The look-up of a debit whose answer was lost: whole days, one wider at each end, the rest compared here."""
    now = control.clock().now
    debit = await client.withdraw(ADMIN, debit_of(accepted), idempotency_key=new_key())
    around = TransactionFilter(
        start_on=wall_date(now - timedelta(days=1), MOUNTAIN_TIME),
        end_on=wall_date(now + timedelta(days=1), MOUNTAIN_TIME),
    )
    assert [found.id for found in await client.all_transactions(ADMIN, around)] == [debit.id]
    later = TransactionFilter(start_on=wall_date(now + timedelta(days=2), MOUNTAIN_TIME))
    assert await client.all_transactions(ADMIN, later) == []


@pytest.fixture
def unlimited(control):
    control.switch_merchant("maple-books", rate_limited=False)
    yield
    control.switch_merchant("maple-books", rate_limited=True)


@pytest.mark.usefixtures("unlimited")
async def test_a_search_turns_the_sandboxs_pages_too(client, accepted):
    """126 debits: one more than a page holds."""
    made = {
        (await client.withdraw(ADMIN, debit_of(accepted, 100 + n), idempotency_key=new_key())).id for n in range(126)
    }
    assert {debit.id for debit in await client.all_transactions(ADMIN)} == made


async def test_times_are_read_as_the_instant_that_the_sandbox_meant(client, control, accepted):
    """In April every reading of Mountain Time agrees."""
    debit = await client.withdraw(ADMIN, debit_of(accepted), idempotency_key=new_key())
    assert debit.created_at == control.clock().now.replace(microsecond=0)
