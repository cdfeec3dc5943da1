"""`kill -9` of payments-service at every stop of a message's way, then a restart."""

import signal

import pytest
from bankrails_contracts import payments
from bankrails_messaging.stops import Stop
from bankrails_testkit.house import House
from bankrails_testkit.sender import Sender
from bankrails_testkit.topic_reader import TopicReader, sequences


@pytest.mark.parametrize("stop", Stop)
async def test_killed_between_any_two_stops_it_debits_once_and_tells_everything(
    stop: Stop, house: House, sender: Sender, reader: TopicReader
) -> None:
    """Wherever the process dies, the next one knows what was done, and nothing is done twice, lost or left out."""
    command = house.collect()

    house.process.crash_at(stop)
    await sender.send(command)
    assert house.process.wait() == -signal.SIGKILL
    house.process.start()
    await reader.event(payments.PaymentApproved, payment_id=command.payment_id)

    told = reader.of(command.payment_id)
    assert sequences(told) == [1, 2, 3]
    assert [item.name for item in told] == ["PaymentAccepted", "PaymentSubmitted", "PaymentApproved"]
    assert len({item.id for item in reader.copies(command.payment_id)}) == 3  # a repeat has the original's id
    (debit,) = house.debits(command.amount.amount_minor)
    assert debit.times == 1
