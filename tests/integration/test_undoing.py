"""Refund, void and cancel at the vendor: done once, whatever becomes of the answer; and never one in place of another."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from bankrails_contracts import payments, settlement
from bankrails_contracts.payments import CancelPayment, CollectPayment, RefundPayment, StopPayment, VoidPayment
from bankrails_sandbox import Effect, FaultKind, Moment
from bankrails_testkit.bank import make_debtor
from bankrails_testkit.commands import MERCHANT, collect_payment, new_id
from bankrails_testkit.house import House
from bankrails_testkit.sender import Sender
from bankrails_testkit.topic_reader import TopicReader
from bankrails_testkit.virtual_time import next_at

TEN_MINUTES_SECONDS = 600
"""Twice the life of an idempotency key at the vendor."""

Prepared = tuple[CollectPayment, str]
"""A payment, and its id at the vendor."""


def named(command: CollectPayment, **fields: Any) -> dict[str, Any]:
    return {"merchant_id": MERCHANT, "payment_id": command.payment_id, **fields}


def effects(house: House, kind: str, vendor_id: str) -> list[Effect]:
    """What the vendor did to this payment; a refund and a void are told under the id of what they made."""
    amount = next(e.amount_minor for e in house.sandbox.control.effects(kind="withdraw") if str(e.id) == vendor_id)
    return [effect for effect in house.sandbox.control.effects(kind=kind) if effect.amount_minor == amount]


async def approved(house: House, sender: Sender, reader: TopicReader) -> Prepared:
    command = house.collect()
    await sender.send(command)
    told = await reader.event(payments.PaymentApproved, payment_id=command.payment_id)
    return command, told.vendor_payment_id


async def in_settlement(house: House, sender: Sender, reader: TopicReader) -> Prepared:
    """Its batch has closed, and settlement-watcher has said so."""
    command, vendor_id = await approved(house, sender, reader)
    house.sandbox.control.jump(to=next_at(house.sandbox.control.clock().now, 17) + timedelta(minutes=1))
    await sender.state(settled(command, vendor_id, house), 1)
    return command, vendor_id


def settled(command: CollectPayment, vendor_id: str, house: House) -> settlement.PaymentInSettlement:
    return settlement.PaymentInSettlement(
        **named(command, amount=command.amount, vendor_payment_id=vendor_id),
        vendor_batch_id="1",
        since=house.sandbox.control.clock().now,
    )


async def awaiting(house: House, sender: Sender, reader: TopicReader) -> Prepared:
    """Kept back by the vendor, for its payer has not accepted the mandate."""
    debtor = await make_debtor(house.process, house.sandbox, sender, reader, accepted=False)
    command = collect_payment(debtor.payer_id, debtor.bank_account_id)
    await sender.send(command)
    told = await reader.event(payments.PaymentAwaitingMandate, payment_id=command.payment_id)
    return command, told.vendor_payment_id


Prepare = Callable[[House, Sender, TopicReader], Awaitable[Prepared]]
WAYS: list[Any] = [
    pytest.param(
        in_settlement,
        lambda command: RefundPayment(**named(command, refund_id=new_id("refund")), insist=True),
        "refund",
        payments.RefundSubmitted,
        id="refund",
    ),
    pytest.param(approved, lambda command: VoidPayment(**named(command)), "void", payments.PaymentVoided, id="void"),
    pytest.param(
        awaiting, lambda command: CancelPayment(**named(command)), "cancel", payments.PaymentCancelled, id="cancel"
    ),
]


@pytest.mark.parametrize(("prepare", "undo", "kind", "done"), WAYS)
async def test_its_answer_lost_and_the_service_down_for_ten_minutes_it_is_done_once(
    prepare: Prepare, undo: Any, kind: str, done: Any, house: House, sender: Sender, reader: TopicReader
) -> None:
    """The effect is there, the connection gone, the key dead: it is found at the vendor and not done again."""
    command, vendor_id = await prepare(house, sender, reader)
    house.sandbox.control.fault(FaultKind.HOLD, moment=Moment.AFTER_EFFECT, operation=kind, times=1)
    await sender.send(undo(command))
    house.sandbox.control.wait_until_held()
    house.process.kill()
    house.sandbox.control.release()
    house.sandbox.control.jump(seconds=TEN_MINUTES_SECONDS)
    house.process.start()
    resolved = await reader.event(payments.PaymentOutcomeResolved, payment_id=command.payment_id, call=kind)
    await reader.event(done, payment_id=command.payment_id)
    assert resolved.resolution == "found"
    (effect,) = effects(house, kind, vendor_id)
    assert effect.times == 1


@pytest.mark.parametrize(("prepare", "undo", "kind", "done"), WAYS)
async def test_its_answer_cut_while_the_key_lives_it_is_asked_again_under_it(
    prepare: Prepare, undo: Any, kind: str, done: Any, house: House, sender: Sender, reader: TopicReader
) -> None:
    """A void and a cancellation show in the debit itself, a refund in the vendor's stored answer: done once."""
    command, vendor_id = await prepare(house, sender, reader)
    house.sandbox.control.fault(FaultKind.CUT, moment=Moment.AFTER_EFFECT, operation=kind, times=1)
    await sender.send(undo(command))
    await reader.event(done, payment_id=command.payment_id)
    (effect,) = effects(house, kind, vendor_id)
    assert effect.times == 1


async def test_void_and_refund_learn_their_own_transaction_from_the_sentence_and_read_it(
    house: House, sender: Sender, reader: TopicReader
) -> None:
    """The vendor answers with a sentence alone; what it names is read, and points back to the debit."""
    command, vendor_id = await approved(house, sender, reader)
    await sender.send(VoidPayment(**named(command)))
    voided = await reader.event(payments.PaymentVoided, payment_id=command.payment_id)
    (effect,) = effects(house, "void", vendor_id)
    assert (voided.vendor_payment_id, voided.vendor_void_id) == (vendor_id, str(effect.id))


async def test_a_void_that_comes_after_the_close_becomes_a_refund_where_the_command_allows(
    house: House, sender: Sender, reader: TopicReader
) -> None:
    """The race at 17:00: our own state still says that the batch is open, the vendor's row says that it is not."""
    command, vendor_id = await approved(house, sender, reader)
    house.sandbox.control.jump(to=next_at(house.sandbox.control.clock().now, 17) + timedelta(minutes=1))
    await sender.send(StopPayment(**named(command), insist=True))
    refunded = await reader.event(payments.RefundSubmitted, payment_id=command.payment_id)
    assert (refunded.insisted, refunded.amount) == (True, command.amount)
    assert effects(house, "void", vendor_id) == []
    assert len(effects(house, "refund", vendor_id)) == 1


async def test_a_void_that_comes_after_the_close_is_refused_where_it_may_not_become_a_refund(
    house: House, sender: Sender, reader: TopicReader
) -> None:
    """Its sender is told why, and nothing was done."""
    command, vendor_id = await approved(house, sender, reader)
    house.sandbox.control.jump(to=next_at(house.sandbox.control.clock().now, 17) + timedelta(minutes=1))
    id = await sender.send(VoidPayment(**named(command)))
    refused = await reader.event(payments.CommandRefused, cause=id)
    assert (refused.code, refused.state) == ("WRONG_STATE", "IN_SETTLEMENT")
    assert "batch has closed" in refused.reason
    assert effects(house, "refund", vendor_id) == []


async def test_a_payment_is_stopped_while_its_debit_is_in_flight(
    house: House, sender: Sender, reader: TopicReader
) -> None:
    """The wish is kept, and acted on as soon as the answer is there: the debit is voided."""
    house.sandbox.control.fault(FaultKind.HOLD, operation="withdraw", times=1)
    command = house.collect()
    await sender.send(command)
    house.sandbox.control.wait_until_held()
    await sender.send(StopPayment(**named(command)))
    await reader.event(payments.StopPending, payment_id=command.payment_id)
    house.sandbox.control.release()
    voided = await reader.event(payments.PaymentVoided, payment_id=command.payment_id)
    assert len(effects(house, "void", voided.vendor_payment_id)) == 1
