import re
import uuid

import pytest
from bankrails_contracts.ids import Id, uuid7
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

MILLISECONDS_MAX = 2**48 - 1


@settings(deadline=None)
@given(st.integers(0, MILLISECONDS_MAX // 1000))
def test_a_uuid7_has_the_layout_of_rfc_9562(unix_seconds: int) -> None:
    """Databases and tools that know UUIDv7 read the time out of it."""
    made = uuid.UUID(text := uuid7(unix_seconds))
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text)
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert made.int >> 80 == unix_seconds * 1000


@settings(deadline=None)
@given(st.integers(0, 2**40), st.integers(1, 2**30))
def test_a_later_uuid7_sorts_after_an_earlier_one_as_text(milliseconds: int, later: int) -> None:
    """Ids are stored as text, and an index over them should grow at its end."""
    assert uuid7(milliseconds / 1000) < uuid7((milliseconds + later + 1) / 1000)


def test_uuid7_ids_of_one_millisecond_differ() -> None:
    """74 random bits stand between two messages and one id."""
    assert len({uuid7(1_772_460_000.0) for _ in range(2_000)}) == 2_000


@pytest.mark.parametrize("text", ["a", "order:9001", "A.b_c-d", "x" * 64, pytest.param(uuid7(), id="one of ours")])
def test_senders_choose_their_own_ids(text: str) -> None:
    """Whoever must be able to repeat itself brings the id."""
    assert TypeAdapter(Id).validate_python(text) == text


@pytest.mark.parametrize("text", ["", "x" * 65, "a b", "a/b", "a\n", "é", "a\x00", 5])
def test_what_would_need_escaping_is_no_id(text: object) -> None:
    """An id is a Kafka key, a URL path and a log field, as it stands."""
    with pytest.raises(ValidationError):
        TypeAdapter(Id).validate_python(text)
