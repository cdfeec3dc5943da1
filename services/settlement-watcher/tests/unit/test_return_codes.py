"""The tables of return codes, written out a second time row by row; windows, retries and what may follow."""

from datetime import date

import pytest
from bankrails_contracts.settlement import AccountAction, RecordReturn, Retry, ReturnClass
from bankrails_rails.banking_days import BankingCalendar
from pydantic import ValidationError
from settlement_watcher.domain.retries import ReturnTerms, terms_for
from settlement_watcher.domain.return_codes import (
    CANADIAN,
    DISPUTES,
    NACHA,
    REASONS,
    Window,
    country_of,
    reason_for,
)
from settlement_watcher.domain.return_windows import last_return_day, settled_by

CLASSES = {
    "F": ReturnClass.FUNDING,
    "A": ReturnClass.ADMINISTRATIVE,
    "U": ReturnClass.UNAUTHORIZED,
    "E": ReturnClass.ENTRY,
    "O": ReturnClass.OTHER,
}
RETRIES = {"Y": Retry.ALLOWED, "C": Retry.AFTER_CORRECTION, "N": Retry.NEVER}
ACTIONS = {
    "keep": (),
    "disable": (AccountAction.DISABLE,),
    "until-corrected": (AccountAction.DISABLE_UNTIL_CORRECTED,),
    "revoke": (AccountAction.REVOKE_MANDATE,),
    "pause": (AccountAction.PAUSE,),
    "routing": (AccountAction.UPDATE_ROUTING,),
    "review": (AccountAction.REVIEW,),
    "escalate": (AccountAction.ESCALATE,),
    "disable+review": (AccountAction.DISABLE, AccountAction.REVIEW),
    "disable+escalate": (AccountAction.DISABLE, AccountAction.ESCALATE),
}
UNITED_STATES = """
    R01 F 2BD Y keep
    R02 A 2BD N disable
    R03 R04 A 2BD C until-corrected
    R05 U 60C N disable
    R06 O agreed N keep
    R07 U 60C N revoke
    R08 O 2BD C pause
    R09 F 2BD Y keep
    R10 U 60C N disable+review
    R11 U 60C C review
    R12 R13 E 2BD C routing
    R14 R15 R16 O 2BD N disable
    R17 E 2BD C review
    R18 R19 R21 R22 R25 R26 R27 E 2BD C keep
    R20 O 2BD N disable
    R23 O 2BD N review
    R24 E 2BD N review
    R28 E 2BD C routing
    R29 U 2BD N disable
    R30 R35 R36 E 2BD N keep
    R31 O agreed N keep
    R32 O 2BD C keep
    R33 R37 R38 O 60C N keep
    R34 O 2BD C routing
    R39 O 2BD N keep
    R40 R41 R42 R43 R44 R45 R46 R47 E none N keep
    R50 O 2BD N keep
    R51 U 60C N keep
    R52 R53 O 60C N keep
    R61 R62 R67 R68 R69 R70 O 5BD N escalate
    R71 R72 R73 R74 R75 R76 R77 O 2BD N escalate
    R80 R81 R82 R83 R84 R85 E none N keep
    R90 O 2BD N disable+escalate
"""
CANADA = """
    900 E 3BD C review
    901 908 F 3BD Y keep
    902 905 A 3BD N disable
    903 914 O 3BD C pause
    904 E 3BD C keep
    907 909 910 911 O 3BD N disable
    912 A 3BD C until-corrected
    915 U claim N disable
    916 918 U 90C C pause
    917 U 90C N revoke
    919 921 U 10BD C pause
    920 U 10BD N revoke
    922 O 3BD N review
    990 O 3BD N escalate
"""
MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
US, CA = BankingCalendar("US"), BankingCalendar("CA")


def rows(table):
    for line in table.strip().splitlines():
        *codes, return_class, window, retry, actions = line.split()
        for code in codes:
            yield code, (CLASSES[return_class], Window(window), RETRIES[retry], ACTIONS[actions])


@pytest.mark.parametrize(("table", "text"), [(NACHA, UNITED_STATES), (CANADIAN, CANADA)])
def test_each_code_has_its_class_window_retry_and_action(table, text):
    """The rates are limited by class, a debit presented again without leave is a breach, and an account that is kept in
    spite of its return makes the next one."""
    expected = dict(rows(text))
    assert set(table) == set(expected)
    found = {code: (item.return_class, item.window, item.retry, item.actions) for code, item in table.items()}
    assert {code: (found[code], row) for code, row in expected.items() if found[code] != row} == {}


def test_reasons_are_keyed_by_country_and_code():
    assert {key for key in REASONS if key[0] == "US"} == {("US", code) for code in NACHA}
    assert {key for key in REASONS if key[0] == "CA"} == {("CA", code) for code in CANADIAN}


def test_disputes_between_banks_are_all_of_the_sixties_and_seventies():
    assert {code for code in NACHA if "R60" < code < "R80"} == DISPUTES


@pytest.mark.parametrize(("country", "code"), [("CA", "R20"), ("US", "920"), ("US", "R99"), ("CA", "906"), ("", "R01")])
def test_a_code_means_something_in_its_country_alone(country, code):
    """One list prints the Canadian 920 as R20."""
    reason = reason_for(country, code)
    assert (reason.return_class, reason.retry, reason.actions) == (
        ReturnClass.UNKNOWN,
        Retry.UNKNOWN,
        (AccountAction.REVIEW,),
    )


@pytest.mark.parametrize(
    ("written", "code", "country"),
    [("R901", "901", "CA"), ("901", "901", "CA"), ("R90", "R90", "US"), ("R01", "R01", "US"), ("R920", "920", "CA")],
)
def test_the_letter_before_a_canadian_code_is_dropped(written, code, country):
    command = RecordReturn(merchant_id="m", payment_id="p", code=written, returned_on=MONDAY)
    assert (command.code, country_of(command.code)) == (code, country)


@pytest.mark.parametrize("written", ["R1", "R801", "R9011", "9", "9001", "r01", "R٠١", "", 901])
def test_what_is_no_code_is_refused(written):
    with pytest.raises(ValidationError):
        RecordReturn(merchant_id="m", payment_id="p", code=written, returned_on=MONDAY)


def terms(*values, action=AccountAction.KEEP):
    return ReturnTerms(*values, action=action)


@pytest.mark.parametrize(
    ("country", "code", "presentment", "expected"),
    [
        ("US", "R01", 1, terms(ReturnClass.FUNDING, Retry.ALLOWED, date(2026, 8, 29), 2)),
        ("US", "R09", 2, terms(ReturnClass.FUNDING, Retry.ALLOWED, date(2026, 8, 29), 1)),
        ("US", "R01", 3, terms(ReturnClass.FUNDING, Retry.NEVER, None, 0)),
        ("US", "R01", 4, terms(ReturnClass.FUNDING, Retry.NEVER, None, 0)),
        ("CA", "901", 1, terms(ReturnClass.FUNDING, Retry.ALLOWED, date(2026, 4, 1), 1)),
        ("CA", "908", 2, terms(ReturnClass.FUNDING, Retry.NEVER, None, 0)),
        ("US", "R02", 1, terms(ReturnClass.ADMINISTRATIVE, Retry.NEVER, action=AccountAction.DISABLE)),
        ("US", "R08", 1, terms(ReturnClass.OTHER, Retry.AFTER_CORRECTION, action=AccountAction.PAUSE)),
        (
            "US",
            "R11",
            1,
            terms(ReturnClass.UNAUTHORIZED, Retry.AFTER_CORRECTION, date(2026, 5, 2), action=AccountAction.REVIEW),
        ),
        ("US", "R90", 1, terms(ReturnClass.OTHER, Retry.NEVER, action=AccountAction.DISABLE)),
        ("US", None, 1, terms(ReturnClass.UNKNOWN, Retry.UNKNOWN, action=AccountAction.REVIEW)),
        ("US", "R99", 1, terms(ReturnClass.UNKNOWN, Retry.UNKNOWN, action=AccountAction.REVIEW)),
    ],
)
def test_what_may_follow(country, code, presentment, expected):
    """Three presentments in the United States within 180 days of the first settlement, two in Canada within thirty."""
    found = terms_for(country, code, presentment=presentment, settled_on=MONDAY, returned_on=TUESDAY)
    assert found == expected


@pytest.mark.parametrize(
    ("country", "code", "returned_on", "retry"),
    [
        ("CA", "901", date(2026, 3, 31), Retry.ALLOWED),
        ("CA", "901", date(2026, 4, 1), Retry.NEVER),
        ("US", "R01", date(2026, 8, 28), Retry.ALLOWED),
        ("US", "R01", date(2026, 8, 29), Retry.NEVER),
    ],
)
def test_a_return_on_the_last_day_allows_no_retry(country, code, returned_on, retry):
    found = terms_for(country, code, presentment=1, settled_on=MONDAY, returned_on=returned_on)
    assert found.retry is retry


def test_without_the_original_nobody_says_until_when():
    """A date counted from the wrong presentment would allow a retry too late."""
    found = terms_for("US", "R01", presentment=2, settled_on=None, returned_on=TUESDAY)
    assert (found.retry, found.retry_until, found.presentments_left) == (Retry.UNKNOWN, None, 1)


@pytest.mark.parametrize(
    ("calendar", "code", "holder", "last"),
    [
        (US, "R01", "personal", "2026-03-04"),
        (US, "R29", "business", "2026-03-04"),
        (US, "R10", "personal", "2026-05-01"),
        (US, "R11", "personal", "2026-05-01"),
        (US, "R68", "personal", "2026-03-09"),
        (US, "R06", "personal", None),
        (US, "R31", "business", None),
        (US, "R99", "personal", None),
        (CA, "901", "personal", "2026-03-05"),
        (CA, "917", "personal", "2026-05-31"),
        (CA, "920", "business", "2026-03-16"),
        (CA, "915", "business", "2026-03-16"),
        (CA, "915", "personal", "2026-05-31"),
        (CA, "915", None, "2026-05-31"),
    ],
)
def test_a_bank_may_return_until_a_day_that_depends_on_the_code(calendar, code, holder, last):
    """Two banking days, or sixty calendar days from settlement; in Canada three, ten, or ninety from posting."""
    found = last_return_day(calendar, code, holder, MONDAY)
    assert found == (None if last is None else date.fromisoformat(last))


def test_a_settlement_that_was_not_seen_counts_from_the_latest_day_it_can_have_had():
    """Nobody is accused of an untimely return by our own ignorance."""
    assert settled_by(US, None, MONDAY) == date(2026, 3, 11)
    assert settled_by(US, TUESDAY, MONDAY) == TUESDAY
