"""Dollars on the wire, cents in the suite. No float on the way, in either direction.

The vendor writes a JSON number of dollars (`79.99`, `10`). Source: Helcim OpenAPI, withdraw and TransactionEft.
"""

from decimal import Decimal, InvalidOperation
from typing import Any

from bankrails_contracts.money import AMOUNT_MINOR_MAX

_CENT = Decimal("0.01")


def dollars(amount_minor: int) -> str:
    """The JSON number for an amount of 0 to AMOUNT_MINOR_MAX cents: 4995 is `49.95`. The same bytes every time."""
    if not 0 <= amount_minor <= AMOUNT_MINOR_MAX:
        raise ValueError(f"not an amount for the vendor: {amount_minor}")
    return f"{amount_minor // 100}.{amount_minor % 100:02d}"


def cents(amount: Any) -> int:
    """Cents of a JSON number read as int or Decimal, or of the same in text. Raises ValueError when not whole cents."""
    if isinstance(amount, bool) or not isinstance(amount, int | Decimal | str):
        raise ValueError("an amount is a number")
    try:
        value = Decimal(amount)
    except InvalidOperation:
        raise ValueError("an amount is a number") from None
    # The bounds come first, as comparisons, which are exact at any size: arithmetic on `1e999999999` overflows.
    if not value.is_finite() or not -AMOUNT_MINOR_MAX <= value <= AMOUNT_MINOR_MAX:
        raise ValueError("an amount is finite and below the suite's maximum")
    rounded = value.quantize(_CENT)
    if rounded != value:
        raise ValueError("an amount has whole cents")
    return int(rounded.scaleb(2))
