"""Whole lives of payments at the sandbox: every close, clearing and return really happens, and the sweeps see it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from bankrails_contracts.payments import (
    MandateAccepted,
    PaymentApproved,
    PaymentAwaitingMandate,
    PaymentState,
    PaymentSubmitted,
)
from bankrails_contracts.settlement import RecheckPayment, RecordReturn, WatchPayment
from bankrails_messaging import recovery
from bankrails_sandbox import BankAnswerKind, FaultKind
from bankrails_vendor_http.budget import Budget, Quota

CA = {"merchant_id": "maple-books", "country": "CA", "amount": {"amount_minor": 4995, "currency": "CAD"}}
US = {"merchant_id": "liberty-books", "country": "US", "amount": {"amount_minor": 12000, "currency": "USD"}}


def event(of, about, vendor_payment_id, payment_id="payment", **fields):
    made = {"payment_id": payment_id, "payer_id": "payer", "bank_account_id": "account", "holder_type": "personal"}
    return of.model_validate(made | about | {"vendor_payment_id": vendor_payment_id} | fields)


@pytest.fixture
def until(bench, control):
    async def advance(to):
        await bench.advance(datetime.fromisoformat(to).replace(tzinfo=UTC), lambda at: control.advance(to=at))

    return advance


async def test_a_canadian_payment_from_approval_to_final(bench, canadian, control, until, noon):
    """49.95 CAD of a business: the close at 17:00 in Toronto, three banking days, the hold, ten banking days and five."""
    vendor_id = await canadian.debit(4_995)
    await bench.engine.hear(("e1", event(PaymentApproved, CA, vendor_id, approved_at=noon, holder_type="business")))
    await until("2026-03-02T21:59:00")
    assert "payment-in-settlement" not in bench.told("payment")
    await until("2026-03-02T22:02:00")
    assert bench.told("payment")[-2:] == ["vendor-payment-observed", "payment-in-settlement"]
    assert bench.data("payment-in-settlement")[0]["since"] == "2026-03-02T22:00:00Z"
    await until("2026-03-02T22:30:00")
    (batch,) = bench.data("batch-closed")
    assert (batch["payments"], batch["total_minor"], batch["currency"]) == (1, 4_995, "CAD")
    assert batch["closed_at"] == "2026-03-02T22:00:00Z"

    await until("2026-03-05T15:00:00")
    (cleared,) = bench.data("payment-cleared")
    assert (cleared["cleared_at"], cleared["funds_available_at"], cleared["claim_deadline"]) == (
        "2026-03-05T14:00:00Z",
        "2026-03-11T14:00:00Z",
        "2026-03-19",
    )
    await until("2026-03-11T14:00:00")
    assert bench.told("payment")[-1] == "funds-available"
    before = _lists(control)
    await until("2026-03-25T03:59:59")
    assert (await bench.payment("payment")).state is PaymentState.CLEARED
    await until("2026-03-25T04:00:00")
    assert [name for name in bench.told("payment") if name != "vendor-payment-observed"] == [
        "payment-in-settlement",
        "payment-cleared",
        "funds-available",
        "payment-final",
    ]
    looks, closes, reconciling = 10 * 12, 15, 10
    assert _lists(control) - before <= looks + closes + reconciling, "one page a look, while finality is waited for"
    await until("2026-03-27T04:00:00")
    (final,) = bench.data("payment-final")
    assert final["claim_deadline"] == "2026-03-19"
    assert len(control.effects(kind="clear")) == 1


def _lists(control):
    """How often payments were read."""
    return sum(item.count for item in control.calls(merchant="maple-books").calls if "transactions" in item.path)


async def test_an_american_payment_is_returned_after_clearing_and_the_report_brings_r01(
    bench, american, control, until, noon
):
    """120.00 USD, cleared; the vendor shows the return without its reason, and the bank's report says it may be retried."""
    vendor_id = await american.debit(12_000)
    await bench.engine.hear(("e1", event(PaymentApproved, US, vendor_id, approved_at=noon)))
    await until("2026-03-05T15:00:00")
    assert bench.told("payment")[-1] == "payment-cleared"
    control.bank_answers(int(vendor_id), BankAnswerKind.RETURN, code="R01")
    await until("2026-03-06T15:00:00")
    (returned,) = bench.data("payment-returned")
    assert (returned["returned_on"], returned["return_class"], returned["late"]) == ("2026-03-05", "unknown", False)
    assert "code" not in returned
    (report,) = control.bank_report(merchant="liberty-books")
    command = RecordReturn(
        merchant_id="liberty-books", payment_id="payment", code=report.code, returned_on=date(2026, 3, 5)
    )
    (id_,) = await bench.engine.send(command)
    await bench.quiet()
    (answer,) = bench.engine.answers(id_)
    assert answer.name == "return-code-learned"
    assert (answer.data["code"], answer.data["retry"], answer.data["presentments_left"]) == ("R01", "allowed", 2)
    assert answer.data["retry_until"] == "2026-08-29"
    await until("2026-03-20T15:00:00")
    assert len(bench.data("payment-returned")) == 1


async def test_a_recorded_return_is_told_before_the_vendor_shows_it_and_once(bench, american, control, until, noon):
    vendor_id = await american.debit(12_000)
    await bench.engine.hear(("e1", event(PaymentApproved, US, vendor_id, approved_at=noon)))
    await until("2026-03-03T15:00:00")
    await bench.engine.send(
        RecordReturn(merchant_id="liberty-books", payment_id="payment", code="R01", returned_on=date(2026, 3, 3))
    )
    await bench.quiet()
    control.bank_answers(int(vendor_id), BankAnswerKind.RETURN, code="R01")
    (recheck,) = await bench.engine.send(RecheckPayment(merchant_id="liberty-books", payment_id="payment"))
    await until("2026-03-12T15:00:00")
    (returned,) = bench.data("payment-returned")
    assert returned["code"] == "R01"
    assert [item.data["clearing"] for item in bench.engine.answers(recheck)] == ["returned"]
    assert bench.told("payment")[-1] == "vendor-payment-observed"


@pytest.mark.parametrize(
    ("kind", "name"), [(BankAnswerKind.REJECT, "payment-returned"), (BankAnswerKind.CONTEST, "payment-contested")]
)
async def test_what_else_a_bank_may_answer(kind, name, bench, american, control, until, noon):
    vendor_id = await american.debit(12_000)
    await bench.engine.hear(("e1", event(PaymentApproved, US, vendor_id, approved_at=noon)))
    await until("2026-03-06T15:00:00")
    control.bank_answers(int(vendor_id), kind)
    await until("2026-03-10T15:00:00")
    assert bench.told("payment")[-1] == name


async def test_a_payment_that_waits_for_its_mandate_is_approved_soon_after_it(
    bench, helcim, control, canadian, until, noon, clock
):
    await canadian.register(accepted=False)
    vendor_id = await canadian.debit(4_995)
    await bench.engine.hear(("e1", event(PaymentAwaitingMandate, CA, vendor_id)))
    await bench.quiet()
    await canadian.accept()
    accepted = MandateAccepted(
        merchant_id="maple-books", mandate_id="mandate", bank_account_id="account", accepted_at=noon
    )
    await bench.engine.hear(("e2", accepted))
    await bench.quiet()
    assert clock.now() == noon
    assert [item["auth"] for item in bench.data("vendor-payment-observed")] == ["approved"]


async def test_a_whole_batch_of_several_pages_is_seen_in_one_sweep(bench, canadian, control, until, noon):
    """130 payments are two pages; each is told once, and the batch with all of them."""
    control.switch_merchant("maple-books", rate_limited=False)
    ids = [await canadian.debit(1_000 + n) for n in range(130)]
    events = [
        (
            f"e{n}",
            event(
                PaymentSubmitted,
                CA | {"amount": {"amount_minor": 1_000 + n, "currency": "CAD"}},
                vendor_id,
                f"p{n}",
                submitted_at=noon,
            ),
        )
        for n, vendor_id in enumerate(ids)
    ]
    await bench.engine.hear(*events)
    await until("2026-03-02T22:30:00")
    (batch,) = bench.data("batch-closed")
    assert (batch["payments"], batch["total_minor"]) == (130, sum(range(1_000, 1_130)))
    assert len(bench.data("payment-in-settlement")) == 130
    assert {item["payment_id"] for item in bench.data("payment-in-settlement")} == {f"p{n}" for n in range(130)}


async def test_an_unannounced_debit_is_watched_by_command(bench, canadian, until):
    vendor_id = await canadian.debit(4_995)
    command = {"payment_id": "payment", "vendor_payment_id": vendor_id, "holder_type": "personal"} | CA
    (watched,) = await bench.engine.send(WatchPayment.model_validate(command))
    (unknown,) = await bench.engine.send(
        WatchPayment.model_validate(command | {"payment_id": "other", "vendor_payment_id": "999"})
    )
    await bench.quiet()
    assert [item.name for item in bench.engine.answers(watched)] == ["vendor-payment-observed"]
    assert [item.data["code"] for item in bench.engine.answers(unknown)] == ["VENDOR_REJECTED"]
    await until("2026-03-02T22:02:00")
    assert bench.told("payment")[-1] == "payment-in-settlement"


async def test_a_vendor_that_is_away_at_the_close_costs_a_delay_and_no_event(bench, canadian, control, until, noon):
    """The sweep is repeated, and if need be the next one sees what this one missed."""
    vendor_id = await canadian.debit(4_995)
    await bench.engine.hear(("e1", event(PaymentApproved, CA, vendor_id, approved_at=noon)))
    control.fault(FaultKind.STATUS, operation="list-transactions", status=500)
    await until("2026-03-02T23:59:00")
    assert bench.told("payment") == []
    control.clear_faults()
    await until(str((noon + timedelta(days=2)).date()) + "T00:00:00")
    assert bench.told("payment") == ["vendor-payment-observed", "payment-in-settlement"]


async def test_payments_heard_of_after_their_close_are_seen_within_a_minute_by_one_look(
    bench, canadian, control, until, noon
):
    """The service was away over the close; its sweep comes first, and the events of the afternoon after it."""
    ids = [await canadian.debit(1_000 + n) for n in range(5)]
    await until("2026-03-02T23:30:00")
    before = sum(item.count for item in control.calls(merchant="maple-books").calls if "transactions" in item.path)
    amounts = [CA | {"amount": {"amount_minor": 1_000 + n, "currency": "CAD"}} for n in range(5)]
    late = [event(PaymentApproved, amounts[n], id, f"p{n}", approved_at=noon) for n, id in enumerate(ids)]
    await bench.engine.hear(*((f"e{n}", each) for n, each in enumerate(late)))
    await until("2026-03-02T23:31:00")
    assert len(bench.data("payment-in-settlement")) == 5
    after = sum(item.count for item in control.calls(merchant="maple-books").calls if "transactions" in item.path)
    assert after - before == 1


async def test_a_sweep_goes_on_after_a_restart_with_the_page_that_was_next(
    a_bench, helcim, canadian, control, noon, clock
):
    """A large merchant's sweep takes many minutes: begun anew at each restart, it would never come to its end."""
    control.switch_merchant("maple-books", rate_limited=False)
    ids = [await canadian.debit(1_000 + n) for n in range(300)]
    amounts = [CA | {"amount": {"amount_minor": 1_000 + n, "currency": "CAD"}} for n in range(300)]
    told = [event(PaymentApproved, amounts[n], id, f"p{n}", approved_at=noon) for n, id in enumerate(ids)]

    async def advance(bench, minute):
        to = datetime(2026, 3, 2, 22, minute, tzinfo=UTC)
        await bench.advance(to, lambda at: control.advance(to=at))

    first = a_bench(helcim, clock)
    async with first.engine:
        await first.stand()
        await first.engine.hear(*((f"e{n}", each) for n, each in enumerate(told)))
        await advance(first, 1)
        first.engine.budget = Budget(Quota(5, 4, 1_000), clock)  # polling: two calls a minute
        before = _pages(control)
        await advance(first, 2)
        rows = await first.engine.store.read(lambda connection: list(recovery.open_work(connection)))
    (left,) = [row.payload["cursor"]["lists"] for row in rows if "cursor" in row.payload]
    assert left[0]["page"] > 1
    again = a_bench(helcim, clock)
    async with again.engine:
        again.engine.budget = Budget(Quota(5, 4, 1_000), clock)
        await advance(again, 8)
        assert _pages(control) - before <= 4, "three pages; one that was in flight is asked for again"
    settled = [item["payment_id"] for bench in (first, again) for item in bench.data("payment-in-settlement")]
    assert sorted(settled) == sorted(f"p{n}" for n in range(300))


def _pages(control):
    return sum(
        item.count for item in control.calls(merchant="maple-books").calls if item.path.endswith("/ach/transactions")
    )
