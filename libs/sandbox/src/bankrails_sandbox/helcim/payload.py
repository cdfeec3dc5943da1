"""Request bodies, and the complaints about them in shape D."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from bankrails_sandbox.helcim.replies import ErrorShape, message_error, shaped_error

INT64_MAX = 2**63 - 1
CENT = Decimal("0.01")


def require_object(body: Any, shape: ErrorShape) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise shaped_error(shape, 400, "Invalid payload: a JSON object is required")
    return body


def whole_number(body: dict[str, Any], field: str) -> int:
    """A positive int64."""
    value = _present(body, field)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= INT64_MAX:
        raise message_error(f"Invalid payload: {field} is invalid")
    return value


def one_of(body: dict[str, Any], field: str, allowed: tuple[int, ...]) -> int:
    value = _present(body, field)
    if isinstance(value, bool) or not isinstance(value, int) or value not in allowed:
        raise message_error(f"Invalid payload: {field} is invalid")
    return value


def amount_minor(body: dict[str, Any], field: str, maximum: int | None, *, third_decimal_refused: bool = True) -> int:
    """Dollars with at most two decimals on the wire, cents here."""
    value = _present(body, field)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise message_error(f"Invalid payload: {field} is invalid")
    dollars = Decimal(value)
    # The size is looked at first: 1e999999999 cannot be scaled.
    if dollars <= 0 or dollars.adjusted() > 12:
        raise message_error(f"Invalid payload: {field} is invalid")
    rounded = dollars.quantize(CENT, ROUND_HALF_UP)
    if rounded <= 0 or (third_decimal_refused and rounded != dollars):
        raise message_error(f"Invalid payload: {field} is invalid")
    minor = int(rounded * 100)
    if maximum is not None and minor > maximum:
        raise message_error(f"Invalid payload: {field} is above the limit")
    return minor


def dollars(minor: int) -> int | float:
    """As the vendor prints it: 10 and 49.95. A float only here, at the edge, where JSON has no other fraction."""
    return minor // 100 if minor % 100 == 0 else minor / 100


def text(body: dict[str, Any], field: str) -> str:
    """Required and not blank."""
    value = _present(body, field)
    if not isinstance(value, str) or not value.strip():
        raise message_error(f"Invalid payload: {field} is invalid")
    return value


def digits(body: dict[str, Any], field: str, shortest: int, longest: int) -> str:
    """Text of ASCII digits: `str.isdigit` alone would take other scripts' digits too."""
    value = text(body, field)
    if not (value.isascii() and value.isdigit() and shortest <= len(value) <= longest):
        raise message_error(f"Invalid payload: {field} is invalid")
    return value


def _present(body: dict[str, Any], field: str) -> Any:
    value = body.get(field)
    if value is None:
        raise message_error(f"Invalid payload: {field} is required")
    return value
