"""Batches from their opening to their end, against Helcim's sandbox, as time goes by."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bankrails_contracts.money import Currency, Money
from bankrails_contracts.parts import HolderType
from bankrails_contracts.payments import PaymentApproved, RefundSubmitted
from bankrails_contracts.settlement import ReconcileBatch, SettleBatch
from bankrails_helcim.bodies import refund_body
from bankrails_sandbox import ControlClient, FaultKind, Moment


def at_new_york(day: int, hour: int, minute: int = 0) -> datetime:
    """March 2026: five hours behind UTC until the 8th, four from then on."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC) + timedelta(hours=5 if day < 8 else 4)


class House:
    """An American merchant and payer, with the vendor's time kept beside the service's."""

    def __init__(self, bench: Any, payer: Any, control: ControlClient, helcim: Any) -> None:
        self.bench, self.payer, self.control, self.helcim = bench, payer, control, helcim

    async def collect(self, payment_id: str, amount_minor: int = 2_000) -> str:
        vendor_id = await self.payer.debit(amount_minor)
        await self.announce(payment_id, vendor_id, amount_minor)
        return str(vendor_id)

    async def announce(self, payment_id: str, vendor_id: str, amount_minor: int = 2_000) -> None:
        approved = PaymentApproved(
            merchant_id="liberty-books",
            payment_id=payment_id,
            payer_id="payer",
            bank_account_id="account",
            amount=Money(amount_minor=amount_minor, currency=Currency.USD),
            country="US",
            holder_type=HolderType.PERSONAL,
            vendor_payment_id=vendor_id,
            approved_at=self.bench.clock.now(),
        )
        await self.bench.engine.hear((secrets.token_hex(8), approved))
        await self.bench.quiet()

    async def refund(self, payment_id: str, refund_id: str, vendor_id: str, amount_minor: int) -> str:
        answer = await self.helcim.clients["liberty-books"].refund(
            self.helcim.general["liberty-books"],
            int(vendor_id),
            refund_body(amount_minor),
            idempotency_key=secrets.token_hex(13)[:25],
        )
        submitted = RefundSubmitted(
            merchant_id="liberty-books",
            payment_id=payment_id,
            refund_id=refund_id,
            amount=Money(amount_minor=amount_minor, currency=Currency.USD),
            vendor_payment_id=vendor_id,
            vendor_refund_id=str(answer.new_id),
            submitted_at=self.bench.clock.now(),
        )
        await self.bench.engine.hear((secrets.token_hex(8), submitted))
        await self.bench.quiet()
        return str(answer.new_id)

    async def until(self, to: datetime) -> None:
        await self.bench.advance(to, lambda at: self.control.jump(to=at))

    async def command(self, command: Any) -> str:
        (id,) = await self.bench.engine.send(command)
        await self.bench.quiet()
        return str(id)

    def told(self, name: str) -> list[dict[str, Any]]:
        return [item for item in self.bench.data(name) if item["merchant_id"] == "liberty-books"]


@pytest.fixture
def house(bench: Any, american: Any, control: ControlClient, helcim: Any) -> House:
    return House(bench, american, control, helcim)


async def test_a_batch_is_told_as_opened_closed_compared_and_settled(house: House) -> None:
    """Monday's debits: in the batch by the afternoon's look, closed at 17:00, cleared by Friday."""
    await house.collect("one", 2_000)
    await house.collect("two", 3_500)
    await house.until(at_new_york(2, 13, 30))
    (opened,) = house.told("batch-opened")
    assert house.told("batch-closed") == []
    await house.until(at_new_york(2, 17, 10))
    (closed,) = house.told("batch-closed")
    assert (closed["vendor_batch_id"], closed["payments"], closed["total_minor"]) == (
        opened["vendor_batch_id"],
        2,
        5_500,
    )
    assert closed["closed_at"] == "2026-03-02T22:00:00Z"
    await house.until(at_new_york(2, 18))
    (compared,) = house.told("batch-reconciled")
    withdrawals = next(total for total in compared["totals"] if total["kind"] == "withdrawals")
    assert compared["agrees"]
    assert compared["discrepancies"] == 0
    assert withdrawals == {
        "kind": "withdrawals",
        **{"ours": 2, "ours_minor": 5_500, "rows": 2, "rows_minor": 5_500, "vendor": 2, "vendor_minor": 5_500},
    }
    await house.until(at_new_york(6, 12))
    (settled,) = house.told("batch-settled")
    assert (settled["cleared"], settled["returned"]) == (2, 0)
    assert [item["agrees"] for item in house.told("batch-reconciled")] == [True, True]
    assert house.told("discrepancy-found") == []


async def test_the_close_keeps_to_the_wall_clock_when_the_clocks_change(house: House) -> None:
    """Sunday 8 March: 17:00 in New York is an hour earlier in UTC than on the Friday before."""
    await house.until(at_new_york(6, 12))
    await house.collect("friday")
    await house.until(at_new_york(8, 12))
    await house.collect("sunday")
    await house.until(at_new_york(8, 18))
    assert [item["closed_at"] for item in house.told("batch-closed")] == [
        "2026-03-06T22:00:00Z",
        "2026-03-08T21:00:00Z",
    ]


async def test_a_withdrawal_made_at_the_portal_is_found_and_said_once(house: House) -> None:
    """Nobody of us asked for it: somebody has to say who did."""
    await house.collect("ours")
    strange = house.control.portal_withdraw("liberty-books", house.payer.bank_account_id, 4_400)
    await house.until(at_new_york(6, 18))
    (found,) = house.told("discrepancy-found")
    assert (found["discrepancy"], found["vendor_payment_id"]) == ("unknown_to_us", str(strange))
    assert "4400 USD" in found["theirs"]
    assert not house.told("batch-reconciled")[0]["agrees"]


async def test_a_debit_of_ours_that_is_heard_of_late_is_no_stranger_any_more(house: House) -> None:
    """Its event was on its way for an hour: the discrepancy ends by itself."""
    vendor_id = await house.payer.debit(2_000)
    await house.until(at_new_york(2, 18))
    (found,) = house.told("discrepancy-found")
    await house.announce("late", vendor_id)
    await house.until(at_new_york(4, 18))
    (closed,) = house.told("discrepancy-closed")
    assert closed["discrepancy_id"] == found["discrepancy_id"]
    assert "explained_by" not in closed


async def test_a_total_that_the_vendor_has_wrong_is_found_with_both_sides_until_it_is_right(house: House) -> None:
    """The rows add up to one sum, and the vendor's own is another: nobody else would notice."""
    await house.collect("one", 2_000)
    await house.until(at_new_york(2, 17, 10))
    (closed,) = house.told("batch-closed")
    batch_id = closed["vendor_batch_id"]
    house.control.miscount(int(batch_id), amount_withdrawals_minor=100, count_withdrawals=1)
    await house.until(at_new_york(2, 18))
    found = {item["discrepancy"]: (item["ours"], item["theirs"]) for item in house.told("discrepancy-found")}
    assert found == {"batch_total": ("withdrawals: 2000", "2100"), "batch_count": ("withdrawals: 1 rows", "2")}
    await house.command(ReconcileBatch(merchant_id="liberty-books", vendor_batch_id=batch_id))
    assert len(house.told("discrepancy-found")) == 2  # the same again is not told again
    house.control.miscount(int(batch_id))
    id = await house.command(ReconcileBatch(merchant_id="liberty-books", vendor_batch_id=batch_id))
    assert len(house.told("discrepancy-closed")) == 2
    assert [item.name for item in house.bench.engine.answers(id)] == [
        "batch-reconciled",
        "discrepancy-closed",
        "discrepancy-closed",
    ]


async def test_a_batch_is_closed_by_command_and_its_date_is_read(house: House) -> None:
    """At noon, hours before its time: the answer is the batch itself, as the vendor lists it."""
    await house.collect("one")
    await house.until(at_new_york(2, 13, 30))
    (opened,) = house.told("batch-opened")
    id = await house.command(SettleBatch(merchant_id="liberty-books", vendor_batch_id=opened["vendor_batch_id"]))
    await house.until(at_new_york(2, 13, 45))
    (closed,) = house.told("batch-closed")
    assert closed["closed_at"] == "2026-03-02T18:30:00Z"
    assert closed["payments"] == 1
    assert "batch-closed" in [item.name for item in house.bench.engine.answers(id)]
    assert len(house.control.effects(kind="settle-batch")) == 1
    again = await house.command(SettleBatch(merchant_id="liberty-books", vendor_batch_id=opened["vendor_batch_id"]))
    assert [item.data["code"] for item in house.bench.engine.answers(again)] == ["WRONG_STATE"]


async def test_a_close_whose_answer_was_lost_is_looked_up_and_made_once(house: House) -> None:
    """The connection is cut after the effect, and the repeats find nobody: the batch's own status tells."""
    await house.collect("one")
    await house.until(at_new_york(2, 13, 30))
    (opened,) = house.told("batch-opened")
    house.control.fault(FaultKind.CUT, operation="settle-batch", moment=Moment.AFTER_EFFECT, times=1)
    id = await house.command(SettleBatch(merchant_id="liberty-books", vendor_batch_id=opened["vendor_batch_id"]))
    house.control.fault(FaultKind.CUT, operation="settle-batch", moment=Moment.BEFORE_EFFECT, times=20)
    await house.until(at_new_york(2, 14, 30))
    assert len(house.control.effects(kind="settle-batch")) == 1
    assert "batch-closed" in [item.name for item in house.bench.engine.answers(id)]


async def test_an_unknown_batch_is_refused_in_the_vendors_words(house: House) -> None:
    id = await house.command(SettleBatch(merchant_id="liberty-books", vendor_batch_id="999999"))
    (answer,) = house.bench.engine.answers(id)
    assert (answer.name, answer.data["code"]) == ("command-refused", "VENDOR_REJECTED")
    assert "not found" in answer.data["reason"]


async def test_a_refund_is_followed_without_a_word_about_the_payment(house: House) -> None:
    """It is in the next batch, a member of its own kind, and clears days later."""
    vendor_id = await house.collect("one", 2_000)
    await house.until(at_new_york(3, 12))
    refund = await house.refund("one", "refund", vendor_id, 1_500)
    await house.until(at_new_york(3, 18))
    seen = [item for item in house.told("vendor-payment-observed") if item.get("refund_id") == "refund"]
    assert [(item["payment_id"], item["vendor_payment_id"], item["transaction_type"]) for item in seen[:1]] == [
        ("one", refund, "refund")
    ]
    assert house.told("batch-reconciled")[-1]["agrees"]
    refunded = next(item for item in house.told("batch-reconciled")[-1]["totals"] if item["kind"] == "refunded")
    assert (refunded["ours"], refunded["ours_minor"], refunded["vendor_minor"]) == (1, 1_500, 1_500)
    await house.until(at_new_york(6, 12))
    assert (await house.bench.payment("refund")).state == "CLEARED"
    assert set(house.bench.told("refund")) == {"vendor-payment-observed"}


async def test_a_return_after_a_refund_is_a_double_loss_and_said_with_the_return(house: House) -> None:
    """The payer has the money twice; each hour counts."""
    vendor_id = await house.collect("one", 2_000)
    await house.until(at_new_york(3, 12))
    await house.refund("one", "refund", vendor_id, 2_000)
    house.control.bank_answers(int(vendor_id), "return", code="R01")
    await house.until(at_new_york(3, 18))
    (found,) = house.told("discrepancy-found")
    assert (found["discrepancy"], found["payment_id"], found["refund_id"]) == ("refunded_and_returned", "one", "refund")
    assert len(house.told("payment-returned")) == 1


async def test_hidden_at_the_vendor_for_a_day_is_missing_and_shown_again_it_is_not(house: House) -> None:
    """We have a debit, and the vendor does not know it any more: looked for four times before it is said."""
    vendor_id = await house.collect("one")
    await house.until(at_new_york(2, 17, 20))
    house.control.hide(int(vendor_id))
    await house.until(at_new_york(3, 9))
    assert [item for item in house.told("discrepancy-found") if item["discrepancy"] == "missing_at_vendor"] == []
    await house.until(at_new_york(3, 20))
    (missing,) = [item for item in house.told("discrepancy-found") if item["discrepancy"] == "missing_at_vendor"]
    assert missing["payment_id"] == "one"
    house.control.show(int(vendor_id))
    await house.until(at_new_york(5, 12))
    assert missing["discrepancy_id"] in [item["discrepancy_id"] for item in house.told("discrepancy-closed")]


async def test_a_void_at_the_portal_is_ours_cancelled_and_a_reversal_that_agrees(house: House) -> None:
    """A REVERSE row is a member of the batch of its own kind, on both sides."""
    await house.collect("kept")
    voided = await house.collect("voided")
    house.control.portal_void(int(voided))
    await house.until(at_new_york(2, 18))
    (compared,) = house.told("batch-reconciled")
    sums = {item["kind"]: (item["ours"], item["rows"], item["vendor"]) for item in compared["totals"]}
    assert (sums["withdrawals"], sums["reversed"]) == ((1, 1, 1), (1, 1, 1))
    assert compared["agrees"]
    assert (await house.bench.payment("voided")).state == "CANCELLED"
