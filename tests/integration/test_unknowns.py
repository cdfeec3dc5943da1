"""What the machine cannot find out: shown to operators, and resolved by their word alone, compared with the vendor's."""

from typing import Any

import orjson
import pytest
from bankrails_contracts import payments
from bankrails_contracts.payments import CollectPayment, ResolveUnknown
from bankrails_sandbox import FaultKind, Moment
from bankrails_testkit.commands import MERCHANT
from bankrails_testkit.house import House
from bankrails_testkit.sender import Sender
from bankrails_testkit.topic_reader import TopicReader

TEN_MINUTES_SECONDS = 600


def resolve(command: CollectPayment, **fields: Any) -> ResolveUnknown:
    made = {"merchant_id": MERCHANT, "payment_id": command.payment_id, "by": "ada", "reason": "asked the vendor"}
    return ResolveUnknown.model_validate(made | fields)


async def ambiguous(house: House, sender: Sender, reader: TopicReader) -> tuple[CollectPayment, str, str]:
    """A debit without an answer, and its twin made by hand at the vendor: the ids of ours and of the other one."""
    house.sandbox.control.fault(FaultKind.HOLD, moment=Moment.AFTER_EFFECT, operation="withdraw", times=1)
    command = house.collect()
    await sender.send(command)
    house.sandbox.control.wait_until_held()
    house.process.kill()
    house.sandbox.control.release()
    (ours,) = house.debits(command.amount.amount_minor)
    assert ours.bank_account_id is not None
    twin = house.sandbox.control.portal_withdraw(MERCHANT, ours.bank_account_id, command.amount.amount_minor)
    house.sandbox.control.jump(seconds=TEN_MINUTES_SECONDS)
    house.process.start()
    await reader.event(payments.PaymentOutcomeUnknown, payment_id=command.payment_id, needs_operator=True)
    return command, str(ours.id), str(twin)


def shown(house: House, command: CollectPayment) -> list[dict[str, Any]]:
    page = house.process.get("/unknowns")
    found = page if isinstance(page, dict) else orjson.loads(page)
    return [item for item in found["unknowns"] if item["payment_id"] == command.payment_id]


async def test_two_that_it_could_be_are_shown_and_the_operators_is_read_before_it_is_adopted(
    house: House, sender: Sender, reader: TopicReader
) -> None:
    """A wrong number must not become our payment, whoever types it."""
    command, ours, twin = await ambiguous(house, sender, reader)
    (item,) = shown(house, command)
    assert (item["call"], item["needs_operator"], set(item["candidates"])) == ("withdraw", True, {ours, twin})
    assert item["age_seconds"] >= 0
    other = house.collect()
    await sender.send(other)
    theirs = await reader.event(payments.PaymentApproved, payment_id=other.payment_id)
    for wrong in (theirs.vendor_payment_id, "999999999"):
        id = await sender.send(resolve(command, vendor_payment_id=wrong))
        refused = await reader.event(payments.CommandRefused, cause=id)
        assert refused.field == "vendor_payment_id"
    id = await sender.send(resolve(command, vendor_payment_id=ours))
    resolved = await reader.event(payments.PaymentOutcomeResolved, cause=id)
    assert (resolved.resolution, resolved.by, resolved.vendor_payment_id) == ("found", "ada", ours)
    await reader.event(payments.PaymentApproved, payment_id=command.payment_id)
    assert shown(house, command) == []


@pytest.mark.parametrize(
    ("send_again", "resolution", "then", "debits"),
    [(True, "sent_again", payments.PaymentApproved, 3), (False, "absent", payments.PaymentRefused, 2)],
)
async def test_what_the_operator_says_is_absent_is_sent_again_or_ends(
    send_again: bool, resolution: str, then: Any, debits: int, house: House, sender: Sender, reader: TopicReader
) -> None:
    """Their word alone allows a new key; a second answer to the same doubt is refused."""
    command, _, _ = await ambiguous(house, sender, reader)
    id = await sender.send(resolve(command, send_again=send_again))
    resolved = await reader.event(payments.PaymentOutcomeResolved, cause=id)
    assert (resolved.resolution, resolved.by) == (resolution, "ada")
    await reader.event(then, payment_id=command.payment_id)
    assert len(house.debits(command.amount.amount_minor)) == debits
    again = await sender.send(resolve(command))
    assert (await reader.event(payments.CommandRefused, cause=again)).code == "WRONG_STATE"
    # The twin gate is free again: the next debit of this account and amount goes out.
    follower = house.collect(command.amount.amount_minor)
    await sender.send(follower)
    await reader.event(payments.PaymentApproved, payment_id=follower.payment_id)
