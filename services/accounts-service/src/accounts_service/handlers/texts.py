"""The free texts of a command: none of them may hold the account's number, which would then be told to everybody."""

from collections.abc import Iterator, Mapping
from typing import Any

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.message import Command
from bankrails_messaging.decisions import Refusal

NOT_FREE = frozenset(
    {"account", "external_account_id", "user_id", "connection_id", "microdeposit_id", "verification_id"}
)


def texts_of(command: Command) -> dict[str, str]:
    """By their dotted fields."""
    return dict(_texts(command.model_dump(mode="json", exclude=set(NOT_FREE), exclude_none=True), ""))


def _texts(values: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _texts(value, f"{path}{name}.")
        elif isinstance(value, str):
            yield f"{path}{name}", value


def in_the_clear(field: str) -> Refusal:
    return Refusal(
        RefusalCode.SECRET_IN_CLEAR, "the account's number stands here; nothing of it was stored", field=field
    )
