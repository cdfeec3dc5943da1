"""A bank's balance in minor units. Exact: no float on the way."""

from decimal import Decimal, InvalidOperation
from typing import Any

MINOR_DIGITS = {"CAD": 2, "USD": 2}
"""Currencies of these rails. In any other a balance is not told, rather than guessed at by a factor of a hundred."""
AMOUNT_MAX = Decimal(10) ** 15


def minor_units(amount: Any, currency: str | None) -> int | None:
    """Of a JSON number read as int or Decimal, or of the same in text; negative where the person owes.

    None for what is no amount, is in a currency that we do not know, or has parts of a minor unit.
    """
    digits = MINOR_DIGITS.get(currency or "")
    if digits is None or isinstance(amount, bool) or not isinstance(amount, int | Decimal | str):
        return None
    try:
        value = Decimal(amount)
    except InvalidOperation:
        return None
    # The bound comes first, as a comparison, which is exact at any size: arithmetic on `1e999999999` overflows.
    if not value.is_finite() or not -AMOUNT_MAX <= value <= AMOUNT_MAX:
        return None
    minor = value.scaleb(digits)
    return int(minor) if minor == minor.to_integral_value() else None
