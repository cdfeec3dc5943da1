"""Routing and account numbers: what is taken, what is refused, and when two are the same."""

import pytest
from accounts_service.domain.numbers import account_number_fault, last_four, routing_number_fault, spelling


@pytest.mark.parametrize(
    ("allowed", "number", "valid"),
    [
        (False, "121042882", True),
        (False, "123456789", False),
        (True, "121042882", True),
        (True, "123456789", True),
        (True, "555555555", False),
    ],
)
def test_the_sandboxs_number_is_let_in_by_setting_alone(allowed: bool, number: str, valid: bool) -> None:
    """It is no bank's, so in production it would be a typing error."""
    assert (routing_number_fault(number, sandbox_number_allowed=allowed) is None) is valid


@pytest.mark.parametrize(
    ("country", "number", "valid"),
    [
        ("CA", "1234567", True),
        ("CA", "000000000012", True),
        ("CA", "123456", False),
        ("CA", "1234567890123", False),
        ("CA", "12345 67", False),
        ("CA", "١٢٣٤٥٦٧", False),
        ("US", "1", True),
        ("US", "00012345678901234", True),
        ("US", "AB-12 34", True),
        ("US", "123456789012345678", False),
        ("US", "12#4567", False),
        ("US", " - ", False),
        ("US", "", False),
        ("US", "1234567\n", False),
        ("US", "éclair", False),
    ],
)
def test_an_account_number_has_its_countrys_form(country: str, number: str, valid: bool) -> None:
    """The vendor would say no as well, later and in other words; in Canada nobody would before the first debit."""
    fault = account_number_fault(country, number)
    assert (fault is None) is valid
    assert fault is None or len(number) < 4 or number not in fault


@pytest.mark.parametrize(
    ("number", "shown"), [("000123456789", "6789"), ("1234567", "4567"), ("123456", ""), ("12-34", ""), ("1", "")]
)
def test_a_short_number_shows_nothing_of_itself(number: str, shown: str) -> None:
    """Events carry the last four characters, and of a number of five they would be the number."""
    assert last_four(number) == shown


def test_zeros_in_front_make_another_number_and_spaces_do_not() -> None:
    """One account under two spellings would be linked twice, and two accounts under one not at all."""
    assert spelling("12-34 ab") == spelling("1234AB")
    assert spelling("01234") != spelling("1234")
