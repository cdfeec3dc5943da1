"""What a crash or a time-out means, vendor call by vendor call: the classes a call must choose from.

    ReadCall         no side effect                       repeat
    KeyedCall        idempotency key of limited life      silence, young: same key, same bytes; older, or a 5xx: look the
                                                          effect up first
    NaturalKeyCall   the vendor knows a key of ours       repeat, and adopt what is there already
    LookFirstCall    no key of any kind                   list, compare, then act
    NeverRepeatCall  a repeat does harm                   report "unknown"; a person acts

The worker takes nothing else, so no call can leave its class out. Every `send` raises what
bankrails_vendor_http.errors says; anything else that it raises counts as "outcome unknown".
"""

import secrets
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from bankrails_vendor_http.errors import OutcomeUnknown
from sqlalchemy import Connection

Payload = dict[str, Any]
Answer = dict[str, Any]
"""JSON-able; stored with the outcome, so it holds no secret."""


@dataclass(frozen=True)
class Effect:
    """Something found at the vendor that this call may have caused."""

    vendor_id: str
    answer: Answer
    """What `send` would have answered."""


class Unconfirmed(OutcomeUnknown):
    """From a keyed call: the vendor says that it happened, and which effect it is could not be confirmed.

    It is looked up, and not sent again before, however young its key is.
    """


class VendorCall(ABC):
    kind: ClassVar[str]
    """The work kind; a metric label too."""
    deadline_seconds: ClassVar[float] = 30.0
    """Real time for the whole call; past it the call is given up and its outcome unknown. Waiting for the budget between
    two HTTP calls is not counted."""
    moves_money: ClassVar[bool] = False
    """Whether a paused merchant's waits."""
    tests_access: ClassVar[bool] = False
    """Whether it goes out although the vendor takes no token: it is how we learn that one is taken again."""


class ReadCall(VendorCall):
    @abstractmethod
    async def send(self, payload: Payload) -> Answer: ...


class NaturalKeyCall(VendorCall):
    @abstractmethod
    async def send(self, payload: Payload) -> Answer:
        """Create, or adopt what the vendor says is there already under our key."""


class NeverRepeatCall(VendorCall):
    @abstractmethod
    async def send(self, payload: Payload) -> Answer: ...


class _LooksUp(VendorCall):
    @abstractmethod
    async def look_up(self, payload: Payload, since: datetime | None) -> Sequence[Effect]:
        """Every effect at the vendor that could be this call's, the likeliest first; complete, or it raises.

        `since` is the first attempt, or None before any.
        """

    @abstractmethod
    def claimed(self, connection: Connection, key: str, payload: Payload, vendor_ids: Sequence[str]) -> set[str]:
        """Which of these vendor ids belong to an aggregate of ours other than `key`, the one that asks."""


class LookFirstCall(_LooksUp):
    repeatable: ClassVar[bool]
    """Whether it may be sent again when an attempt ended in doubt and a look-up then finds nothing."""

    @abstractmethod
    async def send(self, payload: Payload) -> Answer: ...


class KeyedCall(_LooksUp):
    moves_money = True
    key_life: ClassVar[timedelta]
    """How long the vendor remembers a key. Past it the same key is a second effect."""

    @abstractmethod
    def body(self, payload: Payload) -> bytes:
        """The request body, built once and stored: a repeat must be equal byte by byte."""

    @abstractmethod
    async def send(self, payload: Payload, *, body: bytes, idempotency_key: str) -> Answer: ...

    def new_key(self) -> str:
        """25 lower-case letters and digits, valid at every vendor with keys; 100 random bits."""
        return secrets.token_hex(13)[:25]
