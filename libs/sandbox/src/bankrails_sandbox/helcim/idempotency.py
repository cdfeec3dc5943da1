"""Idempotency keys: what a repeat within their life is answered with (devdocs.helcim.com/docs/idempotency).

A key is remembered per merchant, across tokens, for five minutes of virtual time from submission, whatever became of
the call. After that the same key is a new intent, and a second debit. Only a success is kept: after a failure the same
key may come back with a corrected body.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bankrails_sandbox.effects import Effect
from bankrails_sandbox.helcim.replies import ErrorShape, shaped_error
from bankrails_sandbox.vendor_api import Reply

# 25 alphanumerics in the guide, 25 to 36 with - and _ since UUIDs are taken (Helcim OpenAPI): both pass.
KEY = re.compile(r"[A-Za-z0-9_-]{25,36}")


@dataclass(slots=True, eq=False)
class Submission:
    """One use of a key. `answer` is None while in flight; `effects` are what replays of it repeat the answer to."""

    fingerprint: bytes
    submitted_at: datetime
    answer: Reply | None = None
    effects: tuple[Effect, ...] = ()


def check_key(key: str, complaint: str) -> str:
    """Raises Refused."""
    if not KEY.fullmatch(key):
        raise shaped_error(ErrorShape.MESSAGE, 400, complaint)
    return key


def fingerprint(method: str, path: str, body: Any) -> bytes:
    """Same for equal payloads however they are spelt: key order, white space and 10 against 10.00 do not matter.

    Raises Refused for a body so deep that it cannot be walked through.
    """
    try:
        return hashlib.sha256(repr((method, path, _canonical(body))).encode()).digest()
    except RecursionError:
        raise shaped_error(ErrorShape.MESSAGE, 400, "Invalid payload: nested too deeply") from None


def _canonical(value: Any) -> Any:
    match value:
        case dict():
            return sorted((key, _canonical(item)) for key, item in value.items())
        case list():
            return [_canonical(item) for item in value]
        case Decimal() | int() if not isinstance(value, bool):
            # Digits and exponent, trailing zeros moved into the exponent. Decimal's own normalize would overflow on
            # 1e999999999, which a caller may send.
            sign, digits, exponent = Decimal(value).as_tuple()
            significant = "".join(map(str, digits)).rstrip("0")
            return ("number", sign, significant, int(exponent) + len(digits) - len(significant) if significant else 0)
        case _:
            return value


class KeyMemory:
    """The keys of one merchant."""

    def __init__(self, lifetime: timedelta, in_flight_status: int) -> None:
        self._lifetime = lifetime
        self._in_flight_status = in_flight_status
        self._submissions: dict[str, Submission] = {}  # In order of submission, so the oldest are at the front.

    @contextmanager
    def submission(self, key: str, print_of_payload: bytes, now: datetime) -> Iterator[Submission]:
        """Within the block the key is in flight. It is forgotten at the end unless an answer was put on it.

        Raises Refused with 409 for another payload under the key, and for a second call while the first is in flight.
        `key` is prefixed by its scope where that is smaller than the merchant.
        """
        self._forget_old(now)
        known = self._submissions.get(key)
        if known is not None:
            if known.fingerprint != print_of_payload:
                raise shaped_error(
                    ErrorShape.MESSAGE, 409, "Idempotency key was already used with a different payload."
                )
            if known.answer is None:
                raise shaped_error(
                    ErrorShape.MESSAGE, self._in_flight_status, "A request with this idempotency key is in progress."
                )
            yield known
            return
        submission = self._submissions[key] = Submission(print_of_payload, now)
        try:
            yield submission
        finally:
            # A call held for longer than the key lives may find its place taken by another call with the same key.
            if submission.answer is None and self._submissions.get(key) is submission:
                del self._submissions[key]

    def forget(self, submission: Submission) -> None:
        """As if the call under this key had never been."""
        for key, known in list(self._submissions.items()):
            if known is submission:
                del self._submissions[key]

    def _forget_old(self, now: datetime) -> None:
        horizon = now - self._lifetime
        while self._submissions:
            oldest = next(iter(self._submissions))
            if self._submissions[oldest].submitted_at > horizon:
                return
            del self._submissions[oldest]
