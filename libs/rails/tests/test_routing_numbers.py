"""Which nine digits can be a bank's."""

import pytest
from bankrails_rails.routing_numbers import routing_number_is_valid


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("021000021", True),
        ("011401533", True),
        ("121042882", True),
        ("111000025", True),
        ("026009593", True),
        ("123456780", True),
        ("123456789", False),
        ("021000020", False),
        ("120000021", False),
        ("000000000", False),
        ("555555555", False),
        ("999999999", False),
        ("003000100", False),
        ("02100002", False),
        ("0210000210", False),
        ("02100002x", False),
        ("021 00021", False),
        ("٠٢١٠٠٠٠٢١", False),
        ("", False),
    ],
)
def test_a_routing_number_has_a_check_digit(number: str, valid: bool) -> None:
    """A typing error caught here costs nothing; at the bank it is a return, days later."""
    assert routing_number_is_valid(number) is valid
