"""What of a message's body is worth a place on one line."""

from collections.abc import Iterator, Mapping
from typing import Any

from bankrails_contracts.sealed import is_compact_jwe

LEFT_OUT = frozenset({"merchant_id", "command_id", "command_type", "aggregate_id", "headers", "sha256", "head_encrypted"})
"""Said elsewhere on the line, the same on every line, or for machines."""


def facts(data: Any, *, besides: str | None = None) -> str:
    """`49.95 CAD · vendor_payment_id 109361`; a value equal to `besides` (the subject) is left out.

    A sealed value shows as `sealed`: it is long, and nobody here can read it.
    """
    if not isinstance(data, Mapping):
        return "" if data is None else str(data)
    return " · ".join(_lines(data, "", besides))


def money(amount_minor: int, currency: str) -> str:
    """`49.95 CAD`; what is not an amount is shown as it came."""
    if not isinstance(amount_minor, int) or amount_minor < 0:
        return f"{amount_minor} {currency}"
    return f"{amount_minor // 100}.{amount_minor % 100:02d} {currency}"


def _lines(data: Mapping[str, Any], prefix: str, besides: str | None) -> Iterator[str]:
    for name, value in data.items():
        if name in LEFT_OUT or value is None or value == besides:
            continue
        match value:
            case {"amount_minor": amount_minor, "currency": currency}:
                yield money(amount_minor, currency)
            case Mapping():
                yield from _lines(value, f"{prefix}{name}.", besides)
            case str() if is_compact_jwe(value):
                yield f"{prefix}{name} sealed"
            case bool():
                yield f"{prefix}{name} {'yes' if value else 'no'}"
            case _:
                yield f"{prefix}{name} {value}"
