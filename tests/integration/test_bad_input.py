"""Every bad record has a defined answer, and none stands in the way of those behind it."""

import json
from typing import Any

import pytest
from aiokafka.errors import MessageSizeTooLargeError
from bankrails_contracts import payments
from bankrails_contracts.envelope import Envelope
from bankrails_contracts.ids import uuid7
from bankrails_contracts.message import Service
from bankrails_contracts.payments import CollectPayment, RegisterBankAccount
from bankrails_contracts.topics import RECORD_BYTES_MAX, Channel, topic_name
from bankrails_testkit import commands
from bankrails_testkit.house import House
from bankrails_testkit.sender import Sender
from bankrails_testkit.topic_reader import Received, TopicReader

COLLECT = CollectPayment.type
CANARY = "90817263545"
"""An account number that must turn up nowhere."""


def headers(type_name: str = COLLECT, **more: bytes) -> list[tuple[str, bytes]]:
    made = Envelope(id=uuid7(), source="/tests", type=type_name).headers()
    return [*made, *more.items()]


def deep(levels: int) -> bytes:
    return b'{"a":' * levels + b"1" + b"}" * levels


DEAD: dict[str, tuple[list[tuple[str, bytes]], bytes | None, str]] = {
    "not JSON": (headers(), b"{not json", "NOT_JSON"),
    "not JSON and no envelope": ([], b"hello", "NOT_JSON"),
    "empty": (headers(), b"", "NOT_JSON"),
    "a tombstone": (headers(), None, "NOT_JSON"),
    "not UTF-8": (headers(), b'{"payment_id": "\xff"}', "NOT_JSON"),
    "JSON nested 500 deep": (headers(), deep(500), "NOT_JSON"),
    "JSON nested 5,000 deep": (headers(), deep(5_000), "NOT_JSON"),
    "half a surrogate": (headers(), b'{"payment_id": "\\ud800"}', "NOT_JSON"),
    "JSON without an envelope": ([], b'{"payment_id": "p"}', "NO_ENVELOPE"),
    "an envelope without an id": ([h for h in headers() if h[0] != "ce_id"], b"{}", "NO_ENVELOPE"),
    "an envelope of another version": ([*headers()[1:], ("ce_specversion", b"0.3")], b"{}", "NO_ENVELOPE"),
    "an attribute that is not UTF-8": ([*headers(), ("ce_subject", b"\xff")], b"{}", "NO_ENVELOPE"),
    "an unknown type": (headers("bankrails.payments.burn-money.v1"), b"{}", "UNKNOWN_TYPE"),
    "somebody else's type": (headers("com.example.order"), b"{}", "UNKNOWN_TYPE"),
    "an unknown version": (headers("bankrails.payments.collect-payment.v9"), b"{}", "UNKNOWN_VERSION"),
    "an event among commands": (headers("bankrails.payments.payment-approved.v1"), b"{}", "WRONG_TOPIC"),
    "over 256 KiB": (headers(), b'"' + b"x" * RECORD_BYTES_MAX + b'"', "TOO_LARGE"),
    "over 256 KiB by its headers": (headers(ce_note=b"x" * RECORD_BYTES_MAX), b"{}", "TOO_LARGE"),
}


@pytest.mark.parametrize("name", DEAD)
async def test_what_can_never_succeed_becomes_a_dead_letter_and_blocks_nobody(
    name: str, house: House, sender: Sender, reader: TopicReader
) -> None:
    """Somebody must be able to find the record and the reason; the records behind it must not wait for that."""
    record_headers, value, reason = DEAD[name]
    behind = house.collect()
    partition, offset = await sender.record(value, key=behind.payment_id, headers=record_headers)
    behind_id = await sender.send(behind)

    def about_it(item: Received) -> bool:
        return (item.data.get("partition"), item.data.get("offset")) == (partition, offset)

    letter = (await reader.first(about_it, "the dead letter")).data
    assert letter["reason"] == reason
    assert letter["size_bytes"] == len(value or b"")
    assert len(json.dumps(letter["headers"])) < 3_000
    assert letter["head_encrypted"]
    if value:
        assert value[:64].decode(errors="replace") not in json.dumps(letter)
    await reader.event(payments.PaymentAccepted, cause=behind_id)


REFUSED: dict[str, tuple[dict[str, Any], str, str | None]] = {
    "a field missing": ({"payer_id": ...}, "INVALID", "payer_id"),
    "a field of the wrong type": ({"payer_id": 7}, "INVALID", "payer_id"),
    "no amount but text": ({"amount": "49.95"}, "INVALID", "amount"),
    "an amount of zero": ({"amount": {"amount_minor": 0, "currency": "CAD"}}, "INVALID", "amount.amount_minor"),
    "a negative amount": ({"amount": {"amount_minor": -1, "currency": "CAD"}}, "INVALID", "amount.amount_minor"),
    "a fractional amount": ({"amount": {"amount_minor": 49.95, "currency": "CAD"}}, "INVALID", "amount.amount_minor"),
    "an amount as text": ({"amount": {"amount_minor": "4995", "currency": "CAD"}}, "INVALID", "amount.amount_minor"),
    "an amount with too many digits": (
        {"amount": {"amount_minor": 10**12, "currency": "CAD"}},
        "INVALID",
        "amount.amount_minor",
    ),
    "an amount beyond 64 bits": (
        {"amount": {"amount_minor": 10**40, "currency": "CAD"}},
        "INVALID",
        "amount.amount_minor",
    ),
    "a currency that nobody has": ({"amount": {"amount_minor": 1, "currency": "EUR"}}, "INVALID", "amount.currency"),
    "an amount above the limit": (
        {"amount": {"amount_minor": 2_500_001, "currency": "CAD"}},
        "AMOUNT_ABOVE_LIMIT",
        "amount.amount_minor",
    ),
    "the wrong currency for the merchant": (
        {"amount": {"amount_minor": 1, "currency": "USD"}},
        "CURRENCY_MISMATCH",
        "amount.currency",
    ),
    "an unknown merchant": ({"merchant_id": "nobody"}, "UNKNOWN_MERCHANT", "merchant_id"),
    "another merchant's payer": (
        {"merchant_id": "liberty-books", "amount": {"amount_minor": 1, "currency": "USD"}},
        "NOT_FOUND",
        "payer_id",
    ),
    "a payer that does not exist": ({"payer_id": "nobody"}, "NOT_FOUND", "payer_id"),
    "an account that does not exist": ({"bank_account_id": "none"}, "NOT_FOUND", "bank_account_id"),
    "a time that has passed": ({"not_after": "2020-01-01T00:00:00Z"}, "TOO_LATE", "not_after"),
    "a time without a zone": ({"not_after": "2999-01-01T00:00:00"}, "INVALID", "not_after"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_command_that_breaks_a_rule_is_refused_by_the_name_of_its_field(
    name: str, house: House, sender: Sender, reader: TopicReader
) -> None:
    """The sender can put it right without reading our code, and nothing went to the vendor."""
    changed, code, field = REFUSED[name]
    good = json.loads(house.collect(777).model_dump_json(exclude_none=True))
    body = {key: value for key, value in (good | changed).items() if value is not ...}
    command_id = await sender.body(CollectPayment, json.dumps(body).encode(), key=good["payment_id"])
    refused = await reader.event(payments.CommandRefused, cause=command_id)
    assert (refused.code, refused.field, refused.command_type) == (code, field, COLLECT)
    (answer,) = reader.answers(command_id)
    assert answer.headers["ce_subject"] == command_id
    assert answer.sequence is None
    assert house.debits(777) == []


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (None, "KEY_MISSING"),
        (b"", "KEY_MISSING"),
        (b"another", "KEY_MISMATCH"),
        (b"\x00\xff" * 200, "KEY_MISMATCH"),
    ],
    ids=["none", "empty", "another", "binary"],
)
async def test_a_key_that_is_not_the_aggregates_id_is_refused(
    key: bytes | None, code: str, house: House, sender: Sender, reader: TopicReader
) -> None:
    """With another key the command would overtake, or be overtaken by, the others of its aggregate."""
    command = house.collect()
    envelope = Envelope(id=uuid7(), source="/tests", type=COLLECT)
    await sender.record(command.model_dump_json().encode(), key=key, headers=envelope.headers())
    refused = await reader.event(payments.CommandRefused, cause=envelope.id)
    assert (refused.code, refused.field) == (code, "payment_id")


async def test_over_the_brokers_own_limit_the_sender_is_told_at_once(sender: Sender) -> None:
    """Nothing of it reaches us, so this is the one bad record that we cannot answer; the contracts' README says so."""
    with pytest.raises(MessageSizeTooLargeError):
        await sender.record(b"x" * 1_100_000, key="k", headers=headers())


@pytest.mark.parametrize(
    ("account", "code"),
    [
        (
            {"country": "CA", "institution_number": "001", "transit_number": "12345", "account_number": CANARY},
            "SECRET_IN_CLEAR",
        ),
        (
            {"country": "CA", "institution_number": "001", "transit_number": "12345", "account_number": [CANARY]},
            "SECRET_IN_CLEAR",
        ),
        (
            {"country": "CA", "institution_number": "001", "transit_number": "12345", "account_number": int(CANARY)},
            "SECRET_IN_CLEAR",
        ),
        (CANARY, None),
        ([{"account_number": CANARY}], None),
    ],
    ids=["text", "list", "number", "in place of the object", "in a list"],
)
async def test_a_secret_in_the_clear_is_refused_by_name_and_kept_nowhere(
    account: Any, code: str | None, house: House, sender: Sender, reader: TopicReader
) -> None:
    """A sender's mistake must not become an account number in our database, log or topics."""
    good = json.loads(commands.register_bank_account(house.debtor.payer_id, "eyJh.a.a.a.a").model_dump_json())
    body = json.dumps(good | {"account": account}).encode()
    command_id = await sender.body(RegisterBankAccount, body, key=good["bank_account_id"])
    refused = await reader.event(payments.CommandRefused, cause=command_id)
    assert refused.field.startswith("account")
    if code:
        assert (refused.code, refused.field) == (code, "account.account_number")
    assert CANARY not in json.dumps([item.data for item in reader.seen])
    assert not house.process.files_with(CANARY)


async def test_a_secret_in_a_dead_letter_is_encrypted(house: House, sender: Sender, reader: TopicReader) -> None:
    """The first bytes of a broken record may be somebody's account number."""
    value = b'{"account_number": "' + CANARY.encode() + b'", broken'
    partition, offset = await sender.record(value, key="k", headers=headers(RegisterBankAccount.type))
    letter = await reader.first(
        lambda item: (item.data.get("partition"), item.data.get("offset")) == (partition, offset), "the dead letter"
    )
    assert CANARY not in json.dumps(letter.data)
    assert not house.process.files_with(CANARY)


async def test_what_is_sealed_and_what_is_configured_stays_secret_too(house: House) -> None:
    """The house's own payer gave a sealed number, and the merchants' tokens were used for each call."""
    assert house.process.files_with(house.debtor.payer_id)  # so the look is not in vain
    assert not house.process.files_with(f'"{commands.ACCOUNT_NUMBER}"')
    for token in ("maple-books-admin-token", "maple-books-withdraw-only-token"):
        assert not house.process.files_with(token)


async def test_a_structured_command_without_headers_is_read_as_well(
    house: House, sender: Sender, reader: TopicReader
) -> None:
    """With `kcat` alone one cannot write headers."""
    command = house.collect()
    envelope = Envelope(id=uuid7(), source="/tests", type=COLLECT)
    event = envelope.structured(json.loads(command.model_dump_json()))
    await sender.record(json.dumps(event).encode(), key=command.payment_id)
    await reader.event(payments.PaymentApproved, payment_id=command.payment_id, cause=envelope.id)


async def test_commands_alone_are_read(house: House, sender: Sender, reader: TopicReader) -> None:
    """What somebody writes onto our own events topic is not taken for a command."""
    before = len(house.sandbox.control.effects())
    command = house.collect()
    envelope = Envelope(id=uuid7(), source="/tests", type=COLLECT)
    events = topic_name(Service.PAYMENTS, Channel.EVENTS)
    value = command.model_dump_json().encode()
    await sender.record(
        value, key=command.payment_id, headers=[*envelope.headers(), ("ce_subject", b"x")], topic=events
    )
    after = house.collect()
    await sender.send(after)
    await reader.event(payments.PaymentApproved, payment_id=after.payment_id)
    assert len(house.sandbox.control.effects()) == before + 1
