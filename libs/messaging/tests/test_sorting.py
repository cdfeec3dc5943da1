"""The door: every record is an inbox row or a dead letter, and none is an exception."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from bankrails_contracts.answers import DeadLetter
from bankrails_contracts.envelope import Envelope
from bankrails_contracts.message import Service
from bankrails_contracts.payments import CollectPayment, RegisterBankAccount
from bankrails_contracts.topics import RECORD_BYTES_MAX
from bankrails_messaging.rows import DeadLetterRow, InboxRow
from bankrails_messaging.sorting import HEAD_BYTES, HEADER_CHARACTERS_MAX, Door
from bankrails_testkit.commands import collect_payment, register_bank_account
from bankrails_testkit.engine import Record, record_of
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
SECRET = "90817263545"
JWE = "eyJhbGciOiJFQ0RILUVTIn0..bm9uY2U.Y2lwaGVy.dGFn"


def reversed_text(text: str) -> str:
    return text[::-1]


DOOR = Door(Service.PAYMENTS, reversed_text)


def envelope(model: Any = CollectPayment, **more: Any) -> list[tuple[str, bytes]]:
    return Envelope(id="id", source="/s", type=model.type, **more).headers()


def accepted(record: Record) -> InboxRow:
    row = DOOR.sort(record, NOW)
    assert isinstance(row, InboxRow)
    return row


def dead(record: Record) -> DeadLetter:
    row = DOOR.sort(record, NOW)
    assert isinstance(row, DeadLetterRow)
    assert (row.topic, row.partition, row.offset) == (record.topic, record.partition, record.offset)
    return DeadLetter.model_validate_json(row.record)


def test_a_good_record_keeps_all_that_its_answer_needs() -> None:
    """Who asked, why, within which trace, and where the record lies."""
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    record = record_of(
        collect_payment("p", "a", payment_id="x"), "id", correlationid="c", causationid="b", traceparent=parent
    )
    record.partition, record.offset = 3, 77
    row = accepted(record)
    assert (row.source, row.message_id, row.key, row.kind) == ("/tests", "id", "x", "command")
    assert (row.correlation_id, row.causation_id, row.traceparent) == ("c", "b", parent)
    assert (row.partition, row.offset, row.refusal, row.seq) == (3, 77, None, None)
    assert json.loads(row.body or "") == json.loads(record.value or b"")


def test_a_command_without_a_correlation_starts_its_own() -> None:
    """Then all that it sets off can be found by its id."""
    assert accepted(record_of(collect_payment("p", "a"), "id")).correlation_id == "id"


def test_the_same_content_has_the_same_hash_however_it_is_written() -> None:
    """Key order, white space and the mode of the envelope are not content; type, subject and data are."""
    headers = envelope()
    one = accepted(Record(b'{"a": 1, "b": [1, 2]}', b"k", headers))
    same = accepted(Record(b'{"b":[1,2],\n"a":1}', b"k", headers))
    structured = {
        "specversion": "1.0",
        "id": "id",
        "source": "/s",
        "type": CollectPayment.type,
        "data": {"b": [1, 2], "a": 1},
    }
    without_headers = accepted(Record(json.dumps(structured).encode(), b"k"))
    assert one.content_hash == same.content_hash == without_headers.content_hash
    other = [
        accepted(Record(b'{"a": 2, "b": [1, 2]}', b"k", headers)),
        accepted(Record(b'{"a": 1, "b": [2, 1]}', b"k", headers)),
        accepted(Record(b'{"a": 1, "b": [1, 2]}', b"k", envelope(subject="s"))),
        accepted(Record(b'{"a": 1, "b": [1, 2]}', b"k", envelope(RegisterBankAccount))),
    ]
    assert one.content_hash not in {row.content_hash for row in other}


def test_size_is_looked_at_first_and_headers_count() -> None:
    """Parsing is what a huge record must not cost us; hiding it in a header does not help."""
    limit = RECORD_BYTES_MAX - sum(len(name) + len(text) for name, text in envelope())
    assert isinstance(DOOR.sort(Record(b" " * (limit - 2) + b"{}", b"k", envelope()), NOW), InboxRow)
    assert dead(Record(b" " * (limit - 1) + b"{}", b"k", envelope())).reason == "TOO_LARGE"
    assert dead(Record(b"{}", b"k", [*envelope(), ("note", b"x" * RECORD_BYTES_MAX)])).reason == "TOO_LARGE"


def test_a_dead_letter_tells_what_it_was_without_showing_it() -> None:
    """Hash, size, envelope headers cut short, and the first KiB encrypted; never the body, never other headers."""
    value = b"{broken " + SECRET.encode() + b"x" * 5_000
    headers = [*envelope(), ("ce_note", b"n" * 5_000), ("authorization", b"Bearer " + SECRET.encode())]
    letter = dead(Record(value, b"k", headers))
    assert SECRET not in letter.model_dump_json()
    assert (letter.size_bytes, len(letter.sha256)) == (len(value), 64)
    assert letter.headers["ce_id"] == "id"
    assert len(letter.headers["ce_note"]) == HEADER_CHARACTERS_MAX
    assert "authorization" not in letter.headers
    assert reversed_text(letter.head_encrypted or "") == value[:HEAD_BYTES].decode()


@pytest.mark.parametrize(
    "account",
    [
        {"country": "CA", "institution_number": "001", "transit_number": "12345", "account_number": SECRET},
        {"country": "CA", "account_number": [SECRET]},
        {"account_number": {"value": SECRET}},
        [{"account_number": SECRET}],
        SECRET,
        {"country": "CA", "institution_number": SECRET, "transit_number": "12345", "account_number": JWE},
    ],
)
def test_a_message_with_sealed_fields_that_breaks_its_contract_is_not_stored(account: Any) -> None:
    """What stands in the wrong place may be the secret; neither it nor a hash of it, which can be guessed, is kept."""
    good = json.loads(register_bank_account("p", JWE).model_dump_json())
    row = accepted(Record(json.dumps(good | {"account": account}).encode(), b"k", envelope(RegisterBankAccount)))
    assert SECRET not in repr(row)
    assert row.body is None
    assert len(row.content_hash) != 64
    assert json.loads(row.refusal or "")["field"].startswith("account")


def test_unknown_fields_of_a_message_with_sealed_fields_are_not_stored() -> None:
    """A sender that misspells the sealed field sends the number under a name that we do not know."""
    good = json.loads(register_bank_account("p", JWE).model_dump_json())
    row = accepted(Record(json.dumps(good | {"acount_number": SECRET}).encode(), b"k", envelope(RegisterBankAccount)))
    assert SECRET not in (row.body or "")
    assert JWE in (row.body or "")


@given(value=st.none() | st.binary(max_size=200), key=st.none() | st.binary(max_size=20), data=st.data())
def test_no_record_whatever_is_an_exception(value: bytes | None, key: bytes | None, data: st.DataObject) -> None:
    """One record that raises would stop the intake, and again after every restart."""
    names = st.sampled_from(["ce_id", "ce_type", "ce_source", "ce_specversion", "ce_time", "content-type", "x"])
    extra = data.draw(st.lists(st.tuples(names, st.binary(max_size=30)), max_size=4))
    base = data.draw(st.sampled_from([[], envelope(), envelope(RegisterBankAccount)]))
    row = DOOR.sort(Record(value, key, [*base, *extra]), NOW)
    assert isinstance(row, InboxRow | DeadLetterRow)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(body=JSON, key=st.text(max_size=10))
def test_no_json_whatever_is_an_exception_and_none_holds_a_nul(body: Any, key: str) -> None:
    """PostgreSQL stores no NUL in text, and would fail on it for ever."""
    for model in (CollectPayment, RegisterBankAccount):
        row = DOOR.sort(Record(json.dumps(body).encode(), key.encode("utf-8", "replace"), envelope(model)), NOW)
        stored = [row.key, row.body or "", row.refusal or ""] if isinstance(row, InboxRow) else [row.record]
        assert not any("\x00" in text for text in stored)


def test_a_dead_letter_is_small_whatever_the_record_was() -> None:
    """One that Kafka would not take stays in the outbox for ever, and every event waits behind it."""
    headers = [*envelope(), *((f"ce_{n}{'x' * 200}", b"\x01" * 250) for n in range(300))]
    row = DOOR.sort(Record(b"{broken " + b"\x00" * 5_000, b"k", headers), NOW)
    assert isinstance(row, DeadLetterRow)
    assert len(row.record) < 64 * 1024


def test_the_messages_of_every_service_are_known_whatever_else_was_imported() -> None:
    """Otherwise another service's message is told to be of an unknown type, and not to be on the wrong topic."""
    program = (
        "import bankrails_messaging.sorting\n"
        "from bankrails_contracts.message import REGISTRY\n"
        "print(sorted({str(model.service) for model in REGISTRY.values()}))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True)
    assert ran.stdout.strip() == "['accounts', 'auth', 'payments', 'settlement']"
