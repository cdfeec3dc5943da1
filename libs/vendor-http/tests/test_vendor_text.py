"""A vendor's words go into events and rows, whatever they are."""

import pytest
from bankrails_vendor_http.vendor_text import TEXT_CHARACTERS_MAX, printable, status_name


@pytest.mark.parametrize(
    ("value", "shown"),
    [("fine", "fine"), ("a\x00b\nc\ud800", "a b c "), (["no", 1], "['no', 1]"), (None, "None")],
)
def test_what_is_shown_is_printable(value, shown):
    """PostgreSQL stores no zero byte, and UTF-8 carries no half surrogate."""
    assert printable(value) == shown


def test_a_page_is_not_a_reason():
    """An error page of a megabyte would not fit into an event."""
    assert len(printable("x" * 10_000)) == TEXT_CHARACTERS_MAX
    assert printable("x" * 10_000).endswith("…")


@pytest.mark.parametrize(("status", "name"), [(503, "503 Service Unavailable"), (799, "799")])
def test_a_status_has_a_name_where_it_has_one(status, name):
    """Proxies answer with numbers of their own."""
    assert status_name(status) == name
