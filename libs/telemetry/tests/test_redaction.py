from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from pathlib import Path
from uuid import UUID

import pytest
from bankrails_telemetry.redaction import (
    REDACTED,
    TEXT_CHARS_MAX,
    Mask,
    clean_fields,
    clean_text,
    masked,
    redact_value,
)
from hypothesis import given, settings
from hypothesis import strategies as st

JWE = (
    "eyJhbGciOiJFQ0RILUVTIiwiZW5jIjoiQTI1NkdDTSIsImtpZCI6ImsxIn0"
    "..Nbk_aB0EES1rr_uG.2EONSwS8tKSZ490ED1ux.-ArDj-u0ym-uEn4-3j8ifQ"
)
UUID7 = "0191f0e0-1234-7abc-8def-001234567890"


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("password", "hunter2-hunter2", REDACTED),
        ("user_or_card", "4500123412341234", REDACTED),
        ("challenge_response", "my first cat", REDACTED),
        ("authorization", "Bearer abcdefgh", REDACTED),
        ("api_token", "abcdefghijklmnop", "***mnop"),
        ("helcim_refund_token", "abcdefghijklmnop", "***mnop"),
        ("api-token", "abcdefghijklmnop", "***mnop"),
        ("account_number", "000123456789", "***6789"),
        ("accountNumber", "000123456789", "***6789"),
        ("new_account_number", "000123456789", "***6789"),
        ("account_number", 123456789, "***6789"),
        ("account_number", "123456", REDACTED),
        ("routing_number", "021000021", "***0021"),
        ("password", JWE, "<sealed>"),
        ("answer", ["a", "b"], REDACTED),
        ("credentials", {"LOGIN": "x"}, REDACTED),
        ("password", 1234, REDACTED),
        ("token", None, None),
        ("has_password", True, True),
    ],
)
def test_a_field_named_after_a_secret_shows_what_its_name_allows(name: str, value: object, shown: object) -> None:
    """Tokens and accounts must be told apart in a log; of a password even the length is too much."""
    assert clean_fields({name: value}) == {name: shown}


def test_names_are_looked_at_in_every_depth() -> None:
    """Vendors' answers are logged as they came, nested."""
    fields = {"answer_from": {"accounts": [{"accountNumber": "000123456789", "bankName": "BMO"}]}}
    assert clean_fields(fields) == {"answer_from": {"accounts": [{"accountNumber": "***6789", "bankName": "BMO"}]}}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("account 000123456789 is closed", "account ***6789 is closed"),
        ("acct:1234567", "acct:***4567"),
        ("acct000123456789x", "acct***6789x"),
        ("card 4500 1234 1234 1234 declined", "card ***1234 declined"),
        ("4500123412341234", "***1234"),
        ("12345-003-1234567", "12345-003-***4567"),
        ("error 123456 after 15 s", "error 123456 after 15 s"),
        (f"payment {UUID7} at 2026-11-20T17:00:00.1234567", f"payment {UUID7} at 2026-11-20T17:00:00.1234567"),
        ("trace 0af7651916cd43dd8448eb211c80319c", "trace 0af7651916cd43dd8448eb211c80319c"),
        (f"cannot open {JWE}!", "cannot open <sealed>!"),
        ("got eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1MSJ9.c2lnbmF0dXJl", "got <signed token>"),
        ("postgresql://payments:s3cr3t@db/payments", "postgresql://***@db/payments"),
        ("sent Authorization: Bearer abcdefghijk", f"sent Authorization: {REDACTED} {REDACTED}"),
        ("Basic dXNlcjpwYXNzd29yZA==", f"Basic {REDACTED}"),
        ("password='hunter 2', user=7", f"password={REDACTED}, user=7"),
        ('{"password": "hunter 2", "n": 1}', f'{{"password": {REDACTED}, "n": 1}}'),
        ("api-token: abc;x", f"api-token: {REDACTED};x"),
        ("[type=int, input_value='hunter2', input_type=str]", f"[type=int, input_value={REDACTED}, input_type=str]"),
        ("INSERT … [parameters: ('a', 'b]c')]\n(more)", f"INSERT … [parameters: {REDACTED}]\n(more)"),
    ],
)
def test_running_text_is_searched_for_what_looks_like_a_secret(text: str, shown: str) -> None:
    """Exception texts are written by others: pydantic repeats its input, SQLAlchemy its parameters, httpx its URL."""
    assert clean_text(text) == shown


@pytest.mark.parametrize("name", ["message_id", "payment_id", "idempotency_key", "received_at", "id"])
def test_ids_and_times_are_left_readable_though_they_be_digits(name: str) -> None:
    """A masked id cannot be searched for, and the sender chooses what its ids look like."""
    assert clean_fields({name: "1234567890123"}) == {name: "1234567890123"}


def test_a_sealed_value_is_hidden_even_in_an_id() -> None:
    """A sender that mixed up two fields must not have its ciphertext kept for as long as logs are."""
    assert clean_fields({"message_id": JWE}) == {"message_id": "<sealed>"}


def test_numbers_and_times_pass_as_they_are() -> None:
    """Amounts and offsets are numbers with names of their own; a masked amount would make the log useless."""
    fields = {"amount_minor": 1234567890, "offset": 98765432, "ratio": 0.5, "payment_id": UUID(UUID7), "ok": True}
    assert clean_fields(fields) == fields


def test_a_registered_value_disappears_wherever_it_turns_up() -> None:
    """A token in an exception, in a nested key, in a URL or in JSON is the same token."""
    secret = 'to/ken"1234+abcd'
    redact_value(secret)
    error = ValueError(f"GET https://api.example/?key=to%2Fken%221234%2Babcd refused {secret}")
    cleaned = str(clean_fields({"error": error, "payment_id": secret, "nested": {secret: [repr(secret)]}}))
    assert "ken" not in cleaned
    assert cleaned.count("***abcd") == 5


def test_a_registered_value_that_contains_another_leaves_no_remainder() -> None:
    """The remainder of the longer one would be half a token."""
    redact_value("abcdefgh")
    redact_value("abcdefgh-ijklmnop")
    assert clean_text("x abcdefgh-ijklmnop y") == "x ***mnop y"


def test_a_value_too_short_to_be_found_safely_is_refused_without_repeating_it() -> None:
    """Registered, "abc" would punch holes into every line of the service."""
    with pytest.raises(ValueError, match="under 6") as caught:
        redact_value("abc12")
    assert "abc12" not in str(caught.value)


def test_objects_are_shown_by_their_text_and_that_is_searched() -> None:
    """A dataclass or model handed to the log shows its fields."""

    @dataclass
    class Login:
        password: str
        account: str

    class Colour(Enum):
        RED = "red"

    fields = {"login": Login("hunter2", "000123456789"), "share": Decimal("0.5"), "path": Path("/x"), "raw": b"abc"}
    cleaned = clean_fields(fields | {"colour": Colour.RED})
    assert "hunter2" not in str(cleaned)
    assert "123456789" not in str(cleaned)
    assert cleaned["share"] == "0.5"
    assert cleaned["raw"] == "<3 bytes>"


def test_an_object_that_cannot_be_shown_does_not_stop_the_line() -> None:
    """Logging an error must not raise another one in its place."""

    class Broken:
        def __str__(self) -> str:
            raise RuntimeError("hunter2")

    assert clean_fields({"thing": Broken()}) == {"thing": "<Broken cannot be shown: RuntimeError>"}


def test_a_structure_that_contains_itself_ends() -> None:
    """Recursion in a log call would take the handler down."""
    endless: dict[str, object] = {}
    endless["again"] = endless
    assert "<nested too deep>" in str(clean_fields(endless))


def test_a_very_long_text_keeps_its_head_and_its_tail() -> None:
    """A traceback ends with the error; a vendor's page of HTML is not worth a megabyte of log."""
    text = clean_text("head " + "x " * 1_000_000 + " tail")
    assert len(text) < TEXT_CHARS_MAX + 100
    assert text.startswith("head")
    assert text.endswith("tail")


def test_a_registered_value_across_the_cut_of_a_long_text_leaves_no_half() -> None:
    """Registered values go first, then the cut."""
    redact_value("the-secret-token")
    half = TEXT_CHARS_MAX // 2
    assert "the-se" not in clean_text("x" * (half - 8) + "the-secret-token" + "x" * TEXT_CHARS_MAX)


@given(prefix=st.text(max_size=40), digits=st.from_regex(r"[0-9]{7,17}", fullmatch=True), suffix=st.text(max_size=40))
def test_no_account_number_survives_in_running_text(prefix: str, digits: str, suffix: str) -> None:
    """Whatever stands around it, letters included; only a digit that touches it makes it another number."""
    if prefix[-1:].isdecimal() or suffix[:1].isdecimal():
        return
    assert digits not in clean_text(f"{prefix}{digits}{suffix}")


anything = st.recursive(st.none() | st.integers() | st.text() | st.binary(), st.lists, max_leaves=10)


@settings(max_examples=50)  # nested structures are slow to draw, and half a second is enough for this
@given(st.dictionaries(st.text(max_size=8), anything, max_size=5))
def test_anything_can_be_cleaned(fields: dict[str, object]) -> None:
    """A log call never fails on its arguments."""
    clean_fields(fields)


@given(st.text(max_size=30))
def test_a_mask_never_shows_more_than_it_hides_by_much(value: str) -> None:
    """At most four characters, and never without three hidden ones."""
    shown = masked(value, Mask.LAST_FOUR)
    assert shown == REDACTED or (len(value) >= 7 and shown == f"***{value[-4:]}")
    assert masked(value, Mask.NOTHING_LEFT) == REDACTED
