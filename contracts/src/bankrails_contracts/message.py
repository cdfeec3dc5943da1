"""What every message is: a command that asks, or an event that states, with one aggregate that it is about."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict

_RFC_3339_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]")


def _is_written_out(value: object) -> object:
    # Pydantic alone also reads numbers, as seconds or milliseconds by their size: 20261120 would be a day in 1970.
    if isinstance(value, datetime) or (isinstance(value, str) and _RFC_3339_DATE.match(value)):
        return value
    raise ValueError("must be RFC 3339 text with a zone: 2026-11-20T17:00:00Z")


def _to_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("lies outside the years 1 to 9999 in UTC") from None


Instant = Annotated[AwareDatetime, AfterValidator(_to_utc), BeforeValidator(_is_written_out)]
"""An aware time, brought to UTC."""


class Service(StrEnum):
    AUTH = "auth"
    ACCOUNTS = "accounts"
    PAYMENTS = "payments"
    SETTLEMENT = "settlement"


class Kind(StrEnum):
    COMMAND = "command"
    EVENT = "event"


REGISTRY: dict[str, type["Message"]] = {}
"""Every message by its CloudEvents type, filled as the modules of this package are imported."""


class Message(BaseModel):
    """Readers ignore unknown fields and additions are optional; any other change is a new version beside the old."""

    # Inputs are hidden because what stands in a wrong place may be a secret, and errors end up in logs.
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    service: ClassVar[Service]
    """Commands: who handles it. Events: who publishes it."""
    kind: ClassVar[Kind]
    version: ClassVar[int] = 1
    aggregate_field: ClassVar[str]
    """The field that holds the aggregate's id, which is also the Kafka key."""
    type: ClassVar[str]
    message_name: ClassVar[str]
    """The class's name; without its `V2` where the version says so: CollectPaymentV2 is CollectPayment, version 2."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        if not cls.__dict__.keys() & {"aggregate_field", "version"} or not hasattr(cls, "aggregate_field"):
            return
        if not hasattr(cls, "service"):
            return
        cls.message_name = cls.__name__.removesuffix(f"V{cls.version}")
        words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", cls.message_name).lower()
        cls.type = f"bankrails.{cls.service}.{words}.v{cls.version}"
        if cls.type in REGISTRY:
            raise TypeError(f"{cls.type} is defined twice")
        REGISTRY[cls.type] = cls

    @property
    def key(self) -> str:
        return str(getattr(self, self.aggregate_field))


class Command(Message):
    kind = Kind.COMMAND


class Event(Message):
    kind = Kind.EVENT


def import_all() -> None:
    """Import every module of this package, so that the registry is whole."""
    package = importlib.import_module("bankrails_contracts")
    for module in pkgutil.iter_modules(package.__path__):
        if module.name != "__main__":
            importlib.import_module(f"bankrails_contracts.{module.name}")


def messages(service: Service | None = None, kind: Kind | None = None) -> Iterator[type[Message]]:
    """The registered messages, in order of their type."""
    for _, model in sorted(REGISTRY.items()):
        if service in (None, model.service) and kind in (None, model.kind):
            yield model
