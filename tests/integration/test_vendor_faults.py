"""What the vendor can do to a debit, and the state that each leads to. Always: one debit, or none and a reason."""

import asyncio

import pytest
from bankrails_contracts import payments
from bankrails_messaging.stops import Stop
from bankrails_sandbox import FaultKind, Moment
from bankrails_testkit.house import House
from bankrails_testkit.sender import Sender
from bankrails_testkit.topic_reader import TopicReader, sequences
from bankrails_testkit.waiting import until

TEN_MINUTES_SECONDS = 600
"""Twice the life of an idempotency key at the vendor."""
APPROVED = ["PaymentAccepted", "PaymentSubmitted", "PaymentApproved"]


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": FaultKind.LATENCY, "latency_ms": 300},
        {"kind": FaultKind.GARBAGE},
        {"kind": FaultKind.CUT},
        {"kind": FaultKind.CUT, "moment": Moment.AFTER_EFFECT},
    ],
    ids=lambda fault: "-".join(str(part) for part in fault.values()),
)
async def test_while_its_key_lives_an_unanswered_debit_is_sent_again_under_it(
    fault: dict[str, object], house: House, sender: Sender, reader: TopicReader
) -> None:
    """The vendor answers a repeat of a key with the first effect, so nobody downstream hears of the trouble."""
    house.sandbox.control.fault(operation="withdraw", times=1, **fault)
    command = house.collect()
    await sender.send(command)
    await reader.event(payments.PaymentApproved, payment_id=command.payment_id)

    assert [item.name for item in reader.of(command.payment_id)] == APPROVED
    (debit,) = house.debits(command.amount.amount_minor)
    assert debit.times == 1


@pytest.mark.parametrize(
    ("fault", "resolution"),
    [
        ({"status": 500, "moment": Moment.AFTER_EFFECT}, "found"),
        ({"status": 500}, "sent_again"),
        ({"status": 503, "body": "none"}, "sent_again"),
    ],
    ids=["after the effect", "before it", "a proxy's"],
)
async def test_a_debit_answered_5xx_is_looked_up_and_not_sent_again_under_its_key(
    fault: dict[str, object], resolution: str, house: House, sender: Sender, reader: TopicReader
) -> None:
    """Under a key the vendor keeps successes alone: one that it called a failure may have happened, and would again."""
    house.sandbox.control.fault(FaultKind.STATUS, operation="withdraw", times=1, **fault)
    command = house.collect()
    await sender.send(command)
    await house.pass_time(
        reader,
        lambda: any(item.name == "PaymentApproved" for item in reader.of(command.payment_id)),
        "the payment approved",
    )
    resolved = await reader.event(payments.PaymentOutcomeResolved, payment_id=command.payment_id)
    assert resolved.resolution == resolution
    (debit,) = house.debits(command.amount.amount_minor)
    assert debit.times == 1


async def test_a_429_pauses_the_merchant_and_costs_nobody_a_payment(
    house: House, sender: Sender, reader: TopicReader
) -> None:
    """The vendor's definite "later": nothing goes out until the pause is over, then each debit goes once."""
    house.sandbox.control.fault(FaultKind.STATUS, status=429, operation="withdraw", times=1)
    commands = [house.collect(), house.collect()]
    for command in commands:
        await sender.send(command)
    approved = payments.PaymentApproved.type

    def both() -> bool:
        return sum(item.headers["ce_type"] == approved for item in reader.seen) == len(commands)

    await house.pass_time(reader, both, "two approved payments")
    for command in commands:
        assert [item.name for item in reader.of(command.payment_id)] == APPROVED
        assert len(house.debits(command.amount.amount_minor)) == 1


async def test_a_definite_no_declines_the_payment(house: House, sender: Sender, reader: TopicReader) -> None:
    """A 400 says that nothing happened; asking again would get the same answer."""
    house.sandbox.control.fault(FaultKind.STATUS, status=400, operation="withdraw", times=1)
    command = house.collect()
    await sender.send(command)
    await reader.event(payments.PaymentDeclined, payment_id=command.payment_id)
    assert [item.name for item in reader.of(command.payment_id)] == ["PaymentAccepted", "PaymentDeclined"]
    assert house.debits(command.amount.amount_minor) == []


async def test_a_debit_whose_answer_is_lost_is_found_ten_minutes_later_and_not_repeated(
    house: House, sender: Sender, reader: TopicReader
) -> None:
    """The worst of it: the money moved, the connection is gone, the service is killed, and the key has died meanwhile."""
    house.sandbox.control.fault(FaultKind.HOLD, moment=Moment.AFTER_EFFECT, operation="withdraw", times=1)
    command = house.collect()
    await sender.send(command)
    house.sandbox.control.wait_until_held()
    house.process.kill()
    house.sandbox.control.release()
    house.sandbox.control.jump(seconds=TEN_MINUTES_SECONDS)
    house.process.start()
    resolved = await reader.event(payments.PaymentOutcomeResolved, payment_id=command.payment_id)
    await reader.event(payments.PaymentApproved, payment_id=command.payment_id)

    told = reader.of(command.payment_id)
    assert [item.name for item in told] == [
        "PaymentAccepted",
        "PaymentOutcomeUnknown",
        "PaymentOutcomeResolved",
        "PaymentSubmitted",
        "PaymentApproved",
    ]
    assert sequences(told) == [1, 2, 3, 4, 5]
    (debit,) = house.debits(command.amount.amount_minor)
    assert (resolved.resolution, resolved.vendor_payment_id, debit.times) == ("found", str(debit.id), 1)


async def test_a_debit_that_never_left_goes_out_under_a_new_key_once_its_absence_is_proven(
    house: House, sender: Sender, reader: TopicReader
) -> None:
    """The other half: nothing moved. Only two late looks at the vendor's own list allow a second key."""
    command = house.collect()
    house.process.crash_at(Stop.ATTEMPT_RECORDED)
    await sender.send(command)
    house.process.wait()
    house.sandbox.control.jump(seconds=TEN_MINUTES_SECONDS)
    house.process.start()
    await reader.event(payments.PaymentOutcomeUnknown, payment_id=command.payment_id)
    # The gauge is read once a second.
    await asyncio.to_thread(until, lambda: house.process.metric('bankrails_work{state="unknown"}') == 1, "one unknown")
    assert house.debits(command.amount.amount_minor) == []
    await house.pass_time(
        reader,
        lambda: any(item.name == "PaymentApproved" for item in reader.of(command.payment_id)),
        "the payment sent again",
    )
    resolved = await reader.event(payments.PaymentOutcomeResolved, payment_id=command.payment_id)
    assert resolved.resolution == "sent_again"
    (debit,) = house.debits(command.amount.amount_minor)
    assert debit.times == 1


async def test_twins_wait_for_one_another(house: House, sender: Sender, reader: TopicReader) -> None:
    """Two debits of one account and amount cannot be told apart in the vendor's list, so only one may be in doubt."""
    house.sandbox.control.fault(FaultKind.HOLD, operation="withdraw", times=1)
    first = house.collect()
    second = house.collect(first.amount.amount_minor)
    await sender.send(first)
    house.sandbox.control.wait_until_held()
    await sender.send(second)
    await reader.event(payments.PaymentAccepted, payment_id=second.payment_id)
    assert house.debits(first.amount.amount_minor) == []
    house.sandbox.control.release()
    await reader.event(payments.PaymentApproved, payment_id=first.payment_id)
    await reader.event(payments.PaymentApproved, payment_id=second.payment_id)
    debits = house.debits(first.amount.amount_minor)
    assert [debit.times for debit in debits] == [1, 1]
    assert len({debit.idempotency_key for debit in debits}) == 2
