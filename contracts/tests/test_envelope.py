import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from bankrails_contracts.envelope import (
    Envelope,
    EnvelopeError,
    NotJsonError,
    format_instant,
    read,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

# On its first run on a machine hypothesis builds its Unicode tables, inside the first example.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
FULL = Envelope(
    id="0195575a-0001-7b1e-9c4d-3f2a6b8d0e1f",
    source="/billing",
    type="bankrails.payments.collect-payment.v1",
    time=datetime(2026, 3, 2, 14, 0, 0, 120, tzinfo=UTC),
    subject="invoice-2026-0301",
    correlationid="c-1",
    causationid="m-0",
    sequence=7,
    traceparent=TRACEPARENT,
)
BARE = Envelope(id="1", source="/s", type="t")

texts = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=256)
envelopes = st.builds(
    Envelope,
    id=texts,
    source=texts,
    type=texts,
    time=st.none() | st.datetimes(timezones=st.just(UTC)),
    subject=st.none() | texts,
    correlationid=st.none() | texts,
    causationid=st.none() | texts,
    sequence=st.none() | st.integers(0, 2**63 - 1),
    traceparent=st.none() | st.just(TRACEPARENT),
)


def structured(**changes: object) -> bytes:
    event = {**BARE.structured({}), **changes}
    return json.dumps({name: item for name, item in event.items() if item is not ...}).encode()


def headers(**changes: bytes | None) -> list[tuple[str, bytes | None]]:
    return list({**dict(BARE.headers()), **changes}.items())


@unhurried
@given(envelopes, st.binary(max_size=50))
def test_binary_mode_returns_what_was_written(envelope: Envelope, body: bytes) -> None:
    """Whatever a sender names itself and its aggregates, the answer must carry the same text back."""
    assert read(envelope.headers(), body) == (envelope, body)


@unhurried
@given(envelopes)
def test_structured_mode_returns_what_was_written(envelope: Envelope) -> None:
    """A tool without headers sends the same message, not a lesser one."""
    data = {"note": "déjà vu", "n": 1}
    assert read([], json.dumps(envelope.structured(data)).encode()) == (
        envelope,
        '{"note":"déjà vu","n":1}'.encode(),
    )


def test_the_header_names_are_the_bindings_own() -> None:
    """Other languages' CloudEvents libraries look for exactly these, and the order keeps a resent record equal."""
    assert [name for name, _ in FULL.headers()] == [
        "ce_specversion",
        "ce_id",
        "ce_source",
        "ce_type",
        "ce_time",
        "ce_subject",
        "ce_correlationid",
        "ce_causationid",
        "ce_sequence",
        "ce_traceparent",
        "content-type",
    ]
    assert dict(FULL.headers())["ce_time"] == b"2026-03-02T14:00:00.000120Z"


def test_the_content_type_of_structured_mode_wins_over_stray_headers() -> None:
    """Proxies copy headers about; the content type is what the sender said about the value."""
    stray = [("ce_id", b"other"), ("content-type", b"application/cloudevents+json; charset=utf-8")]
    assert read(stray, json.dumps(FULL.structured({})).encode())[0] == FULL


def test_header_names_are_read_in_any_case_and_null_headers_are_absent() -> None:
    """Some HTTP bridges capitalise header names, and Kafka permits a header without a value."""
    shouted = [(name.upper(), text) for name, text in headers(ce_subject=None)]
    assert read(shouted, b"{}")[0] == BARE


def test_a_sequence_may_be_a_json_number() -> None:
    """CloudEvents writes it as text, people who type JSON by hand do not."""
    assert read([], structured(sequence=12))[0].sequence == 12


@pytest.mark.parametrize(
    ("record", "complaint"),
    [
        (headers(ce_id=None), "id is missing"),
        (headers(ce_source=b""), "source is missing"),
        (headers(ce_type=None), "type is missing"),
        (headers(ce_specversion=b"0.3"), "'0.3' is not 1.0"),
        (headers(ce_id=b"x" * 257), "id is over 256 characters"),
        (headers(ce_id=b"a\x00b"), "id holds a control character"),
        (headers(ce_subject=b"a\nb"), "subject holds a control character"),
        (headers(ce_source=b"\xff"), "ce_source is not UTF-8"),
        (headers(ce_time=b"yesterday"), "'yesterday' is not RFC 3339"),
        (headers(ce_time=b"2026-03-02T14:00:00"), "has no zone"),
        (headers(ce_time=b"0001-01-01T00:00:00+01:00"), "outside the years"),
        (headers(ce_sequence=b"-1"), "not a whole number"),
        (headers(ce_sequence="٧".encode()), "not a whole number"),
        (headers(ce_sequence=b"9223372036854775808"), "not a whole number of 64 bits"),
    ],
)
def test_bad_headers_are_named(record: list[tuple[str, bytes | None]], complaint: str) -> None:
    """The dead letter carries this text, and whoever sent the record has nothing else to go by."""
    with pytest.raises(EnvelopeError, match=complaint) as raised:
        read(record, b"{}")
    assert not isinstance(raised.value, NotJsonError)


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        (b"{}", "no specversion"),
        (b"[]", "no specversion"),
        (structured(data=...), "without data"),
        (structured(id=...), "id is missing"),
        (structured(id={"a": 1}), "id is neither text"),
        (structured(id=True), "id is neither text"),
        (structured(sequence=1.5), "sequence is neither text"),
        (structured(specversion="2.0"), "'2.0' is not 1.0"),
    ],
)
def test_bad_structured_events_are_named(value: bytes, complaint: str) -> None:
    """As above, for those who send by hand, where the mistakes are."""
    with pytest.raises(EnvelopeError, match=complaint) as raised:
        read([], value)
    assert not isinstance(raised.value, NotJsonError)


@pytest.mark.parametrize(
    "value",
    [None, b"", b"not json", b"{", b"\xff\xfe{", "{}".encode("utf-16"), b'{"specversion":NaN}', b"[" * 200_000],
)
def test_a_value_that_is_not_json_is_told_apart(value: bytes | None) -> None:
    """It gets its own dead-letter reason; and a record of brackets alone must not end the reader."""
    with pytest.raises(NotJsonError):
        read([], value)


def test_a_lone_surrogate_is_not_json() -> None:
    """Its escape parses and can then be neither stored nor sent as UTF-8: a crash far from the door."""
    with pytest.raises(NotJsonError):
        read([], structured(data={"name": "\ud800"}))


def test_an_unknown_extension_is_not_judged() -> None:
    """A tracestate may be 512 characters long; losing a payment command over it would be absurd."""
    assert read([*headers(), ("ce_tracestate", b"a=" + b"x" * 500)], b"{}")[0] == BARE


@pytest.mark.parametrize("broken", [b"junk", b"00-" + b"a" * 300, b"\xff"])
def test_a_broken_trace_context_costs_nobody_a_command(broken: bytes) -> None:
    """W3C Trace Context §4.3 has the receiver start a new trace."""
    assert read([*headers(), ("traceparent", broken)], b"{}")[0].traceparent is None


def test_the_plain_traceparent_header_is_read_too() -> None:
    """Tracing libraries write it without the CloudEvents prefix."""
    assert read([*headers(), ("traceparent", TRACEPARENT.encode())], b"{}")[0].traceparent == TRACEPARENT


def test_instants_are_written_in_utc_with_four_digits_for_the_year() -> None:
    """strftime drops leading zeros of the year on Linux, and the result is not RFC 3339."""
    assert format_instant(datetime(2026, 3, 2, 9, 0, tzinfo=timezone(timedelta(hours=-5)))) == (
        "2026-03-02T14:00:00.000000Z"
    )
    assert format_instant(datetime(9, 1, 1, tzinfo=UTC)) == "0009-01-01T00:00:00.000000Z"
