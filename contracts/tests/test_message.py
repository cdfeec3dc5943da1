from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from bankrails_contracts import payments
from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.envelope import TYPE_PATTERN
from bankrails_contracts.message import REGISTRY, Command, Instant, Kind, Message, Service, import_all, messages
from pydantic import TypeAdapter, ValidationError

import_all()


@pytest.fixture
def registry() -> Iterator[dict[str, type[Message]]]:
    """The registry, put back as it was."""
    before = dict(REGISTRY)
    yield REGISTRY
    REGISTRY.clear()
    REGISTRY.update(before)


def test_a_type_says_service_name_and_version() -> None:
    """Consumers filter on it without opening the body."""
    assert payments.CollectPayment.type == "bankrails.payments.collect-payment.v1"
    assert payments.CommandRefused.type == "bankrails.payments.command-refused.v1"
    for type_name, model in REGISTRY.items():
        found = TYPE_PATTERN.fullmatch(type_name)
        assert found
        assert (found["service"], int(found["version"])) == (model.service, model.version)


def test_every_message_names_a_required_or_derived_key() -> None:
    """Without a key Kafka scatters an aggregate over partitions, and its order is gone."""
    for model in messages():
        field = model.model_fields[model.aggregate_field]
        assert field.is_required() or "key" in vars(model) or "key" in vars(model.__mro__[1])


def test_messages_are_listed_by_service_and_kind() -> None:
    """Documents and wiring are made from these lists."""
    commands = list(messages(Service.PAYMENTS, Kind.COMMAND))
    assert payments.CollectPayment in commands
    assert payments.PaymentAccepted not in commands
    assert [model.type for model in messages()] == sorted(REGISTRY)


def test_a_second_version_lives_beside_the_first(registry: dict[str, type[Message]]) -> None:
    """The way out of a breaking change has to exist before the first one is needed."""

    class CollectPaymentV2(payments.CollectPayment):
        version = 2

    assert CollectPaymentV2.type == "bankrails.payments.collect-payment.v2"
    assert CollectPaymentV2.message_name == "CollectPayment"
    assert registry["bankrails.payments.collect-payment.v1"] is payments.CollectPayment
    assert registry["bankrails.payments.collect-payment.v2"] is CollectPaymentV2


def test_one_type_is_defined_once(registry: dict[str, type[Message]]) -> None:
    """Two models under one type would be parsed by whichever was imported last."""
    with pytest.raises(TypeError, match="defined twice"):

        class CollectPayment(Command):
            service = Service.PAYMENTS
            aggregate_field = "payment_id"
            payment_id: str


def test_a_refusal_without_an_aggregate_is_keyed_by_its_command() -> None:
    """All such refusals under the key "None" would queue on one partition."""
    refused = payments.CommandRefused(command_id="c-1", command_type="t", code=RefusalCode.INVALID, reason="r")
    assert refused.key == "c-1"
    assert refused.model_copy(update={"aggregate_id": "p-1"}).key == "p-1"


def test_a_word_that_is_not_known_yet_is_read_as_text() -> None:
    """A consumer built today must survive the refusal code that is added tomorrow."""
    body = '{"command_id":"c","command_type":"t","code":"%s","reason":"r"}'
    known = payments.CommandRefused.model_validate_json(body % "TOO_LATE")
    assert known.code is RefusalCode.TOO_LATE
    later = payments.CommandRefused.model_validate_json(body % "MOON_IN_THE_WAY")
    assert later.code == "MOON_IN_THE_WAY"
    assert not isinstance(later.code, RefusalCode)
    assert '"code":"MOON_IN_THE_WAY"' in later.model_dump_json()


def test_unknown_fields_are_ignored() -> None:
    """That is what makes an additional field harmless."""
    event = payments.DefaultBankAccountSet(merchant_id="m", payer_id="p", bank_account_id="b")
    grown = {**event.model_dump(), "since": "2026"}
    assert payments.DefaultBankAccountSet.model_validate(grown) == event


def test_instants_are_brought_to_utc() -> None:
    """Two writings of one moment are one moment."""
    read = TypeAdapter(Instant).validate_json('"2026-03-20T17:00:00-04:00"')
    assert read == datetime(2026, 3, 20, 21, tzinfo=UTC)
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "20261120",
        "1700000000",
        '"1700000000"',
        '"2026-03-20"',
        '"2026-03-20T17:00:00"',
        "null",
        "true",
        '"tomorrow"',
        '"0001-01-01T00:00:00+01:00"',
    ],
)
def test_what_is_not_rfc_3339_with_a_zone_is_no_instant(text: str) -> None:
    """A number has no unit, a time without a zone has no moment; and not_after guards money."""
    with pytest.raises(ValidationError):
        TypeAdapter(Instant).validate_json(text)
