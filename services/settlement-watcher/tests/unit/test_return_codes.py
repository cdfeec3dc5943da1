"""The two tables of return codes, written out a second time by what may follow."""

from datetime import date

import pytest
from bankrails_contracts.settlement import Retry, ReturnClass
from settlement_watcher.domain.retries import ReturnTerms, terms_for
from settlement_watcher.domain.return_codes import CANADIAN, NACHA, REASONS, Window, reason_for

BY_CLASS = {
    ("US", ReturnClass.FUNDING): "R01 R09",
    ("US", ReturnClass.ADMINISTRATIVE): "R02 R03 R04",
    ("US", ReturnClass.UNAUTHORIZED): "R05 R07 R10 R11 R29 R51",
    ("CA", ReturnClass.FUNDING): "901 908",
    ("CA", ReturnClass.ADMINISTRATIVE): "902 905 912",
    ("CA", ReturnClass.UNAUTHORIZED): "915 916 917 918 919 920 921",
    ("CA", ReturnClass.ENTRY): "900 904",
}
RETRY = {
    ("US", Retry.ALLOWED): "R01 R09",
    ("US", Retry.AFTER_CORRECTION): ("R03 R04 R08 R11 R12 R13 R17 R18 R19 R21 R22 R25 R26 R27 R28 R32 R34"),
    ("CA", Retry.ALLOWED): "901 908",
    ("CA", Retry.AFTER_CORRECTION): "900 903 904 912 914 916 918 919 921",
}
MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


@pytest.mark.parametrize(("country", "name"), BY_CLASS)
def test_each_class_has_its_codes_and_no_other(country, name):
    """The rates of unauthorized and administrative returns are limited by rule, so a wrong class breaks one."""
    assert (
        sorted(c for (k, c), r in REASONS.items() if k == country and r.return_class is name)
        == BY_CLASS[country, name].split()
    )


@pytest.mark.parametrize(("country", "retry"), RETRY)
def test_only_these_may_be_tried_again(country, retry):
    """A debit presented again without leave is a breach of the rules, and of somebody's account."""
    assert (
        sorted(c for (k, c), r in REASONS.items() if k == country and r.retry is retry) == RETRY[country, retry].split()
    )


def test_no_code_is_missing():
    us = {f"R{n:02d}" for n in (*range(1, 48), *range(50, 54), 61, 62, *range(67, 78), *range(80, 86), 90)}
    ca = {str(n) for n in (*range(900, 906), *range(907, 913), *range(914, 923), 990)}
    assert (set(NACHA), set(CANADIAN)) == (us, ca)


def test_the_windows_that_are_easily_confused():
    """R29 is unauthorized with the short window; R51 to R53 have the long one."""
    long = [code for code, reason in NACHA.items() if reason.window is Window.SIXTY_DAYS]
    assert long == ["R05", "R07", "R10", "R11", "R33", "R37", "R38", "R51", "R52", "R53"]
    assert NACHA["R29"].window is Window.TWO_BANKING_DAYS


@pytest.mark.parametrize(("country", "code"), [("CA", "R20"), ("US", "920"), ("US", "R99"), ("CA", "906"), ("", "R01")])
def test_a_code_means_something_in_its_country_alone(country, code):
    """One list prints the Canadian 920 as R20."""
    reason = reason_for(country, code)
    assert (reason.return_class, reason.retry) == (ReturnClass.UNKNOWN, Retry.UNKNOWN)


@pytest.mark.parametrize(
    ("country", "code", "presentment", "terms"),
    [
        ("US", "R01", 1, ReturnTerms(ReturnClass.FUNDING, Retry.ALLOWED, date(2026, 8, 29), 2)),
        ("US", "R09", 2, ReturnTerms(ReturnClass.FUNDING, Retry.ALLOWED, date(2026, 8, 29), 1)),
        ("US", "R01", 3, ReturnTerms(ReturnClass.FUNDING, Retry.NEVER, None, 0)),
        ("CA", "901", 1, ReturnTerms(ReturnClass.FUNDING, Retry.ALLOWED, date(2026, 4, 1), 1)),
        ("CA", "908", 2, ReturnTerms(ReturnClass.FUNDING, Retry.NEVER, None, 0)),
        ("US", "R02", 1, ReturnTerms(ReturnClass.ADMINISTRATIVE, Retry.NEVER)),
        ("US", "R08", 1, ReturnTerms(ReturnClass.OTHER, Retry.AFTER_CORRECTION)),
        ("US", "R11", 1, ReturnTerms(ReturnClass.UNAUTHORIZED, Retry.AFTER_CORRECTION, date(2026, 5, 2))),
        ("US", None, 1, ReturnTerms(ReturnClass.UNKNOWN, Retry.UNKNOWN)),
        ("US", "R99", 1, ReturnTerms(ReturnClass.UNKNOWN, Retry.UNKNOWN)),
    ],
)
def test_what_may_follow(country, code, presentment, terms):
    """Three presentments in the United States within 180 days of the first settlement, two in Canada within thirty."""
    found = terms_for(country, code, presentment=presentment, settled_on=MONDAY, returned_on=TUESDAY)
    assert found == terms


def test_a_return_after_the_last_day_allows_no_retry():
    found = terms_for("CA", "901", presentment=1, settled_on=MONDAY, returned_on=date(2026, 4, 1))
    assert (found.retry, found.presentments_left) == (Retry.NEVER, 1)
