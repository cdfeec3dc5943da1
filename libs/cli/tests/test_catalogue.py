"""Names as people type them."""

import pytest
from bankrails_cli.catalogue import Stream, command_named, topics
from bankrails_cli.errors import Unusable
from bankrails_contracts.payments import CollectPayment


@pytest.mark.parametrize("text", ["CollectPayment", "bankrails.payments.collect-payment.v1"])
def test_a_command_goes_by_its_name_or_its_type(text: str) -> None:
    """One is quick to type, the other stands in every record."""
    assert command_named(text) is CollectPayment


def test_an_event_cannot_be_sent() -> None:
    """A forged PaymentApproved on the commands topic would be a dead letter, and a puzzle."""
    with pytest.raises(Unusable, match="event"):
        command_named("bankrails.payments.payment-approved.v1")


def test_a_misspelt_command_is_answered_with_the_nearest() -> None:
    """Nobody has to look up the catalogue for a missing letter."""
    with pytest.raises(Unusable, match=r"is it .*RegisterPayer"):
        command_named("RegisterPayr")


@pytest.mark.parametrize(
    ("stream", "ends"),
    [
        (Stream.EVENTS, {"events"}),
        (Stream.COMMANDS, {"commands"}),
        (Stream.DEAD_LETTERS, {"dead-letters"}),
        (Stream.ALL, {"events", "commands", "dead-letters"}),
    ],
)
def test_a_stream_names_its_topics(stream: Stream, ends: set[str]) -> None:
    """What `tail` follows is what it was asked to."""
    assert {topic.name.rpartition(".")[2] for topic in topics(stream)} == ends
