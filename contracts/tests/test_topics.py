from bankrails_contracts.message import Kind, Service
from bankrails_contracts.topics import RECORD_BYTES_MAX, Channel, channel_of, topic_name, topics_of


def test_names_and_partition_counts_are_pinned() -> None:
    """A partition count never changes: the key's hash modulo the count picks the partition.

    With another count the same aggregate's next command lands elsewhere, beside its earlier ones instead of behind.
    """
    assert {topic.name: topic.partitions for service in Service for topic in topics_of(service)} == {
        "bankrails.auth.commands": 12,
        "bankrails.auth.events": 12,
        "bankrails.auth.dead-letters": 1,
        "bankrails.accounts.commands": 12,
        "bankrails.accounts.events": 12,
        "bankrails.accounts.dead-letters": 1,
        "bankrails.payments.commands": 12,
        "bankrails.payments.events": 12,
        "bankrails.payments.dead-letters": 1,
        "bankrails.settlement.commands": 12,
        "bankrails.settlement.events": 12,
        "bankrails.settlement.dead-letters": 1,
    }


def test_the_catalogue_and_the_name_agree() -> None:
    """Publishers ask by name, the topics are created from the catalogue."""
    for service in Service:
        assert [topic.name for topic in topics_of(service)] == [topic_name(service, channel) for channel in Channel]


def test_a_kind_of_message_has_one_channel() -> None:
    """An event on a commands topic is a dead letter, never a command."""
    assert {kind: channel_of(kind) for kind in Kind} == {
        Kind.COMMAND: Channel.COMMANDS,
        Kind.EVENT: Channel.EVENTS,
    }


def test_the_broker_takes_what_we_would_dead_letter() -> None:
    """A record between our limit and the broker's reaches us and gets its answer; above it the producer refuses."""
    for topic in topics_of(Service.PAYMENTS):
        assert int(topic.config["max.message.bytes"]) > RECORD_BYTES_MAX


def test_the_topic_configuration_is_in_kafkas_words() -> None:
    """Kafka takes text, in milliseconds, and ignores nothing that it does not know."""
    assert topics_of(Service.PAYMENTS)[0].config == {
        "cleanup.policy": "delete",
        "retention.ms": "604800000",
        "max.message.bytes": "1048576",
    }
