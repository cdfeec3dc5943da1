"""Holds, claim deadlines and finality, across month ends, leap days, holidays and changes of the clocks."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from bankrails_rails.banking_days import BankingCalendar
from settlement_watcher.domain.claims import MerchantCalendar, claim_deadline, final_from, funds_available_at
from settlement_watcher.handlers.merchants import Merchants

US, CA = BankingCalendar("US"), BankingCalendar("CA")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("calendar", "cleared_at", "available_at"),
    [
        (US, "2026-03-02T15:00", "2026-03-05T15:00"),
        (CA, "2026-03-02T15:00", "2026-03-06T15:00"),
        (US, "2026-03-05T15:00", "2026-03-10T14:00"),  # the clocks change on the 8th
        (CA, "2026-12-23T15:00", "2026-12-31T15:00"),  # Christmas, Boxing Day on the 28th
        (US, "2026-03-03T04:30", "2026-03-05T15:00"),  # still the 2nd in New York
    ],
)
def test_funds_are_available_on_the_morning_after_the_hold(calendar, cleared_at, available_at):
    """Three banking days in the United States, four in Canada."""
    assert funds_available_at(calendar, at(cleared_at)) == at(available_at)


@pytest.mark.parametrize(
    ("country", "held", "available_at"),
    [
        ("US", None, "2026-03-05T15:00"),
        ("US", 1, "2026-03-03T15:00"),
        ("US", 10, "2026-03-16T14:00"),
        ("CA", 5, "2026-03-09T14:00"),
        ("US", 0, "2026-03-02T20:00"),
    ],
)
def test_a_merchant_may_have_a_hold_of_its_own(country, held, available_at):
    """Without one the look that showed it is soon enough, and never a time before it."""
    calendar = MerchantCalendar(country, frozenset(), held)
    assert funds_available_at(calendar, at("2026-03-02T20:00")) == at(available_at)


def test_the_merchants_file_says_the_hold(merchants):
    strict = replace(merchants.by_id["liberty-books"], hold_banking_days=7)
    assert Merchants({"liberty-books": strict}).calendar("liberty-books").hold_banking_days == 7
    assert merchants.calendar("maple-books").hold_banking_days is None


@pytest.mark.parametrize(
    ("calendar", "holder", "cleared_at", "deadline"),
    [
        (US, "personal", "2026-01-31T15:00", "2026-04-01"),
        (US, "business", "2026-12-31T15:00", "2027-03-01"),
        (US, "personal", "2027-12-31T15:00", "2028-02-29"),
        (CA, "personal", "2025-12-01T15:00", "2026-03-01"),
        (CA, "personal", "2026-11-30T15:00", "2027-02-28"),
        (CA, "business", "2026-12-18T15:00", "2027-01-06"),
        (CA, "business", "2026-03-02T15:00", "2026-03-16"),
        (CA, None, "2026-03-02T15:00", "2026-05-31"),
        (CA, "personal", "2026-03-03T04:30", "2026-05-31"),  # still the 2nd in Toronto
    ],
)
def test_a_claim_ends_by_country_and_holder(calendar, holder, cleared_at, deadline):
    """Too early a date says "final" of money that a bank can still take back. Nobody known is a person."""
    assert claim_deadline(calendar, holder, at(cleared_at)) == date.fromisoformat(deadline)


@pytest.mark.parametrize(
    ("calendar", "deadline", "final"),
    [
        (US, "2026-05-01", "2026-05-07T04:00"),
        (CA, "2026-10-27", "2026-11-02T05:00"),  # the clocks change on 1 November
        (US, "2026-12-28", "2027-01-03T05:00"),
    ],
)
def test_final_is_when_five_whole_days_have_passed(calendar, deadline, final):
    assert final_from(calendar, date.fromisoformat(deadline)) == at(final)
