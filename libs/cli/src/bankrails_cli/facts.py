"""What of a message's body is worth a place on one line."""

import re
from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import Any

from bankrails_contracts.sealed import is_compact_jwe

LEFT_OUT = frozenset(
    {"merchant_id", "command_id", "command_type", "aggregate_id", "headers", "sha256", "head_encrypted"}
)
"""Said elsewhere on the line, the same on every line, or for machines."""
PERSONAL = frozenset(
    {"profile", "holder", "holder_name", "link_accounts", "address", "email", "phone", "contact_name", "business_name"}
    | {"holder_type", "first_name", "last_name", "company_name"}
)
"""Who somebody is has no place on a screen that others may see."""
BARE = frozenset({"code", "reason", "detail"})
"""Values that need no name in front."""

FRACTION = re.compile(r"(?<=^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d+Z$")
"""Of an instant; nobody reads microseconds."""


class _Rank(IntEnum):
    """Lines are read from the left."""

    MONEY = 0
    ANSWER = 1
    DETAIL = 2
    ID = 3


def facts(data: Any, *, besides: str | None = None, with_ids: bool = True) -> str:
    """`49.95 CAD · vendor_payment_id 109361`; a value equal to `besides` (the subject) is left out.

    A sealed value shows as `sealed`, since nobody here can read it; a control character as a mark, since records
    come from anywhere and a terminal obeys what it is shown. `with_ids` off leaves out ids other than the vendor's, unless
    there is nothing else to say.
    """
    if not isinstance(data, Mapping):
        return "" if data is None else printable(str(data))
    found = sorted(_facts(data, "", besides), key=lambda each: each[0])
    without_ids = [each for each in found if each[0] is not _Rank.ID]
    return " · ".join(text for _, text in (found if with_ids or not without_ids else without_ids))


def money(amount_minor: object, currency: object) -> str:
    """`49.95 CAD`; what is not an amount shows as it came."""
    if not isinstance(amount_minor, int) or amount_minor < 0:
        return printable(f"{amount_minor} {currency}")
    return printable(f"{amount_minor // 100}.{amount_minor % 100:02d} {currency}")


def printable(text: str) -> str:
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def _facts(data: Mapping[str, Any], prefix: str, besides: str | None) -> Iterator[tuple[_Rank, str]]:
    for name, value in data.items():
        if name in LEFT_OUT or name in PERSONAL or value is None or value is False or value == besides:
            continue
        match value:
            case {"amount_minor": amount_minor, "currency": currency}:
                yield _Rank.MONEY, money(amount_minor, currency)
            case int() if name == "total_minor" and "currency" in data:
                yield _Rank.MONEY, money(value, data["currency"])
            case str() if name == "currency" and "total_minor" in data:
                continue
            case list():
                if shown := ", ".join(filter(None, map(_item, value))):
                    yield _Rank.DETAIL, printable(f"{prefix}{name} {shown}")
            case Mapping():
                yield from _facts(value, f"{prefix}{name}.", besides)
            case str() if is_compact_jwe(value):
                yield _Rank.DETAIL, printable(f"{prefix}{name} sealed")
            case True:
                yield _Rank.DETAIL, printable(prefix + name)
            case _ if name in BARE:
                yield _Rank.ANSWER, printable(str(value))
            case _:
                own_id = name.endswith("_id") and not name.startswith("vendor_")
                shown = FRACTION.sub("Z", value) if isinstance(value, str) else value
                yield _Rank.ID if own_id else _Rank.DETAIL, printable(f"{prefix}{name} {shown}")


def _item(item: Any) -> str:
    """One of a list: an account with its balance, a question; else its facts."""
    match item:
        case {"account_type": kind, "account_masked": masked, **rest}:
            balance = rest.get("current_minor")
            shown = "" if balance is None else f" {money(balance, rest.get('currency'))}"
            return f"{kind} {masked}{shown}"
        case {"field": _, "label": label}:
            return f"“{label}”"
        case Mapping():
            return facts(item)
        case _:
            return str(item)
