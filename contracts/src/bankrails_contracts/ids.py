"""Ids: opaque strings, chosen by whoever must be able to repeat itself.

The suite makes UUIDv7 ids of its own; a sender may use any text of 1 to 64 characters of letters, digits, `-`, `_`, `.`
and `:`, so that an id fits a Kafka key, a URL path and a log field without escaping.
"""

import random
import time
import uuid
from typing import Annotated, NewType

from pydantic import StringConstraints

ID_PATTERN = r"^[A-Za-z0-9._:-]{1,64}$"
_DERIVED = uuid.uuid5(uuid.NAMESPACE_URL, "bankrails")
"""Fixed for ever: another one would make everything that follows from a fact a second time."""

Id = Annotated[str, StringConstraints(pattern=ID_PATTERN)]

PayerId = NewType("PayerId", str)
BankAccountId = NewType("BankAccountId", str)
MandateId = NewType("MandateId", str)
PaymentId = NewType("PaymentId", str)
MerchantId = NewType("MerchantId", str)


def uuid7(unix_seconds: float | None = None) -> str:
    """A new UUIDv7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, then random bits, so ids sort by time of making."""
    milliseconds = int((time.time() if unix_seconds is None else unix_seconds) * 1000)
    value = (milliseconds & ((1 << 48) - 1)) << 80 | random.getrandbits(80)
    value = value & ~(0xF << 76) | (0x7 << 76)
    value = value & ~(0x3 << 62) | (0x2 << 62)
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def derived_id(*parts: str) -> str:
    """A UUIDv5 of `parts`: who derives an id from the same facts, in whatever order they came, makes the same one."""
    return str(uuid.uuid5(_DERIVED, "\x1f".join(parts)))
