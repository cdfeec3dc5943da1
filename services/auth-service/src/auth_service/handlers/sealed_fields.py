"""Whether what a person typed opens, and may be given to the bank. Opened to be looked at, and dropped again."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.auth import SealedAnswer
from bankrails_messaging.decisions import Refusal
from bankrails_messaging.unopened import Unopened

OpenSealed = Callable[[str], str | Unopened]

PREFIX = "sealed."
"""Of the names under which ciphertext travels beside a call's payload."""


def problem(
    open_sealed: OpenSealed,
    filled: Sequence[SealedAnswer],
    where: str,
    offered: Mapping[str, AbstractSet[str]] | None = None,
) -> Refusal | None:
    """`offered`: the values of those fields that are a choice."""
    for number, item in enumerate(filled):
        typed = open_sealed(item.value)
        path = f"{where}.{number}.value"
        if isinstance(typed, Unopened):
            return typed.refusal(path)
        if not typed:
            return Refusal(RefusalCode.INVALID, f"{item.field} is empty", field=path)
        if offered is not None and item.field in offered and typed not in offered[item.field]:
            return Refusal(RefusalCode.INVALID, f"{item.field} is none of the options", field=path)
    return None


def beside(filled: Sequence[SealedAnswer]) -> dict[str, str]:
    return {PREFIX + item.field: item.value for item in filled}
