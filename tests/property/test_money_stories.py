"""Stories of the money side told on purpose, in both services at once; each ends in the agreement that any story must."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bankrails_contracts.message import Service
from bankrails_contracts.payments import StopPayment, VoidPayment
from bankrails_sandbox import FaultKind, Moment
from bankrails_sandbox.helcim.records import BankAnswerKind
from bankrails_testkit.agreement import disagreements
from bankrails_testkit.commands import MERCHANT
from bankrails_testkit.desk import Desk
from bankrails_testkit.money_side import money_side
from bankrails_testkit.money_story import MoneyStory

LOST = (FaultKind.CUT, Moment.AFTER_EFFECT, 20)
AN_HOUR = timedelta(hours=1)
FIRST, SECOND, OPEN = "p1", "p2", "p3"
"""Of the beginning that every story has: two are in settlement, one is in the open batch."""


@pytest.fixture
async def story(templates: Mapping[Service, Path], tmp_path: Path) -> AsyncIterator[MoneyStory]:
    async with money_side(tmp_path, dict(templates)) as side:
        begun = MoneyStory(side)
        await begun.begin()
        yield begun


def told(desk: Desk, name: str, subject: str) -> list[dict[str, Any]]:
    return [item.data for item in desk.told if (item.name, item.subject) == (name, subject)]


async def ends_well(story: MoneyStory) -> None:
    found = disagreements(await story.end())
    assert found == [], "\n".join(found)


async def test_a_refund_is_held_sent_exposed_and_cleared(story: MoneyStory) -> None:
    """Asked for the day after the debit: until its hold is over the payer's bank could take the money a second time."""
    payments = story.side.payments
    await story.act(story.refund(FIRST, 700, insist=False), "refund")
    assert told(payments, "refund-held", FIRST)[0]["reason"] == "not_cleared"
    assert story.side.control.effects(kind="refund") == ()
    for _ in range(14):
        await story.next_evening()
    (sent,) = told(payments, "refund-submitted", FIRST)
    (cleared,) = told(story.side.watcher, "payment-cleared", FIRST)
    assert sent["submitted_at"] >= cleared["funds_available_at"]
    assert (sent["exposed_until"], sent["insisted"]) == (cleared["claim_deadline"], False)
    await ends_well(story)
    assert len(told(payments, "refund-cleared", FIRST)) == 1
    assert len(story.side.control.effects(kind="refund")) == 1


async def test_a_return_after_a_refund_is_a_double_loss_within_the_hour(story: MoneyStory) -> None:
    """The command insisted, and the payer's bank sent the debit back all the same."""
    await story.next_evening()
    await story.side.pass_time(datetime(2026, 3, 4, 15, 10, tzinfo=UTC))
    await story.act(story.refund(FIRST, None, insist=True), "refund")
    await story.bank_answers(FIRST, BankAnswerKind.RETURN, "901")
    await story.side.pass_by(AN_HOUR)
    found = [item.data for item in story.side.watcher.told if item.name == "discrepancy-found"]
    assert [(item["discrepancy"], item["payment_id"], item["refund_id"]) for item in found] == [
        ("refunded_and_returned", FIRST, "r1")
    ]
    assert len(told(story.side.watcher, "payment-returned", FIRST)) == 1
    await story.act(story.refund(FIRST, 100, insist=True), "refund")
    assert told(story.side.payments, "command-refused", FIRST)[-1]["code"] in ("RETURNED", "AMOUNT_ABOVE_LIMIT")
    await ends_well(story)


async def test_a_held_refund_of_what_comes_back_is_never_sent(story: MoneyStory) -> None:
    """The guard's reason: the payer has the money already."""
    await story.act(story.refund(FIRST, None, insist=False), "refund")
    await story.bank_answers(FIRST, BankAnswerKind.RETURN, "901")
    await story.next_evening()
    assert told(story.side.payments, "refund-failed", FIRST)[0]["code"] == "RETURNED"
    await ends_well(story)
    assert story.side.control.effects(kind="refund") == ()


async def test_a_refund_that_the_payers_bank_sends_back_may_be_made_again(story: MoneyStory) -> None:
    """Its account is closed: the money is the merchant's again, and the payment is as it was."""
    await story.act(story.refund(FIRST, None, insist=True), "refund")
    await story.next_evening()
    (refunded,) = told(story.side.payments, "refund-submitted", FIRST)
    story.side.control.bank_answers(int(refunded["vendor_refund_id"]), code="905")
    await story.next_evening()
    assert len(told(story.side.payments, "refund-returned", FIRST)) == 1
    assert told(story.side.watcher, "payment-returned", FIRST) == []
    await story.act(story.refund(FIRST, None, insist=True), "refund")
    await ends_well(story)
    assert len(story.side.control.effects(kind="refund")) == 2


async def test_it_is_final_after_the_claims_last_day_and_its_grace_and_not_on_it(story: MoneyStory) -> None:
    """Canadian and personal: ninety days from clearing, and five more."""
    for _ in range(4):
        await story.next_evening()
    (cleared,) = told(story.side.watcher, "payment-cleared", FIRST)
    last_day = date.fromisoformat(cleared["claim_deadline"])
    await story.side.leap(datetime(last_day.year, last_day.month, last_day.day, 20, tzinfo=UTC))
    assert told(story.side.watcher, "payment-final", FIRST) == []
    await story.side.leap(story.side.clock.now() + timedelta(days=7))
    assert len(told(story.side.watcher, "payment-final", FIRST)) == 1
    await ends_well(story)


@pytest.mark.parametrize(
    ("before_the_close", "answered"),
    [(timedelta(minutes=1), "payment-voided"), (-timedelta(minutes=1), "command-refused")],
)
async def test_the_close_is_at_five_by_the_wall_on_the_day_the_clocks_change(
    story: MoneyStory, before_the_close: timedelta, answered: str
) -> None:
    """Sunday 8 March 2026: 17:00 in Toronto is 21:00 UTC, and was 22:00 on the Saturday."""
    await story.side.leap(datetime(2026, 3, 8, 18, tzinfo=UTC))
    await story.act(story.collect("signed", 3_300), "withdraw")
    await story.side.leap(datetime(2026, 3, 8, 21, tzinfo=UTC) - before_the_close)
    payment_id = story.payments[-1]
    await story.act(VoidPayment(merchant_id=MERCHANT, payment_id=payment_id), "void")
    assert len(told(story.side.payments, answered, payment_id)) == 1
    await ends_well(story)


async def test_a_batch_closed_by_command_takes_no_void_any_more(story: MoneyStory) -> None:
    """Nobody has told payments-service yet: the vendor's row, read immediately before, does."""
    await story.side.leap(datetime(2026, 3, 3, 18, 5, tzinfo=UTC))
    await story.side.pass_by(timedelta(minutes=10))
    await story.merchant("settle the batch")
    assert len(story.side.control.effects(kind="settle-batch")) == 1
    await story.act(StopPayment(merchant_id=MERCHANT, payment_id=OPEN, insist=True), "void")
    assert story.side.control.effects(kind="void") == ()
    (refunded,) = told(story.side.payments, "refund-submitted", OPEN)
    assert refunded["insisted"]
    await ends_well(story)


async def test_a_return_is_told_once_and_its_code_when_the_bank_reports_it(story: MoneyStory) -> None:
    """A ledger would reverse twice."""
    await story.bank_answers(FIRST, BankAnswerKind.RETURN, "901")
    await story.next_evening()
    await story.merchant("report returns")
    assert len(told(story.side.watcher, "return-code-learned", FIRST)) == 1
    await ends_well(story)


async def test_refunds_of_a_payment_together_never_exceed_it(story: MoneyStory) -> None:
    """The vendor is set not to look; the second one's answer is lost, and counts all the same."""
    await story.act(story.refund(FIRST, 400, insist=True), "refund")
    await story.act(story.refund(FIRST, 500, insist=True), "refund", LOST)
    await story.side.pass_by(AN_HOUR)
    await story.act(story.refund(FIRST, 200, insist=True), "refund")
    assert told(story.side.payments, "command-refused", FIRST)[-1]["code"] == "AMOUNT_ABOVE_LIMIT"
    await ends_well(story)
    assert sum(effect.amount_minor or 0 for effect in story.side.control.effects(kind="refund")) == 900


async def test_two_of_one_amount_whose_answers_are_both_lost_are_two_debits(story: MoneyStory) -> None:
    """The second waits until the first is told apart."""
    for _ in range(2):
        await story.act(story.collect("signed", 4_400), "withdraw", LOST)
    await story.side.pass_by(AN_HOUR)
    assert not any(item.data.get("needs_operator") for item in story.side.payments.told)
    await ends_well(story)
    assert [effect.times for effect in story.side.control.effects(kind="withdraw") if effect.amount_minor == 4_400] == [
        1,
        1,
    ]


async def test_what_is_told_in_any_order_and_twice_says_the_same(story: MoneyStory) -> None:
    """Days of news held back from each of the two, and then all of it at once."""
    side = story.side
    await story.act(story.refund(FIRST, None, insist=True), "refund")
    await story.act(StopPayment(merchant_id=MERCHANT, payment_id=OPEN), "void")
    for _ in range(30):
        await side.leap(side.clock.now() + timedelta(hours=4), apart=True)
    for seed in range(4):
        await story.disorder(seed)
    await ends_well(story)
