"""One vendor call to be made: what is asked, and everything known of the attempts so far.

DUE ──claim──▶ IN_FLIGHT ──answer, definite no──▶ ANSWERED ──decision──▶ (gone)
 ▲                 │
 │  unavailable,   │ no usable answer, too old to repeat
 └──resend─────────┼──▶ UNKNOWN ──found──▶ ANSWERED
                   │       │ ──provably absent──▶ DUE (new key)
                   │       └──cannot tell──▶ OPERATOR
                   └─ a row found IN_FLIGHT at start is an attempt without an answer
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bankrails_vendor_http.budget import Lane


class WorkState(StrEnum):
    DUE = "due"
    IN_FLIGHT = "in_flight"
    UNKNOWN = "unknown"
    OPERATOR = "operator"
    ANSWERED = "answered"


@dataclass(slots=True)
class WorkRow:
    """Times are microseconds since 1970. `payload` is JSON-able and holds no secret in the clear."""

    id: str
    key: str
    """The aggregate whose decision asked for this, and whose handler gets the answer."""
    kind: str
    payload: dict[str, Any]
    budget: str
    lane: int
    causation_id: str
    correlation_id: str
    due_at: int
    gate: str | None = None
    sealed: dict[str, str] = field(default_factory=dict, repr=False)
    """Ciphertext for the call. The store's copy is erased when an attempt is recorded; this one serves until the end."""
    traceparent: str | None = None
    state: WorkState = WorkState.DUE
    gate_held: str | None = None
    attempts: int = 0
    idempotency_key: str | None = None
    request_body: str | None = None
    first_attempted_at: int | None = None
    key_attempted_at: int | None = None
    """First attempt under the present key."""
    attempted_at: int | None = None
    """Last attempt."""
    key_attempted_monotonic: float | None = field(default=None, compare=False)
    """The same moment as key_attempted_at on this process's monotonic clock; None for a row found at start."""
    doubtful: bool = False
    unknown_since: int | None = None
    looked_up_at: int | None = None
    clean_look_ups: int = 0
    keys_used: int = 0
    withdrawn: str | None = field(default=None, compare=False)
    """Set in memory when the claim's recheck refuses: why nothing is sent any more."""
    deferred: bool = field(default=False, compare=False)
    """Set in memory when the claim's recheck says "not now": nothing of the claim is stored."""

    @property
    def is_open(self) -> bool:
        return self.state in (WorkState.DUE, WorkState.UNKNOWN)

    @property
    def rests(self) -> bool:
        """Never tried, or waiting for an operator."""
        untried = self.state is WorkState.DUE and not self.attempts and not self.doubtful
        return untried or self.state is WorkState.OPERATOR

    @property
    def turn(self) -> int:
        """The lane of its next call: a look-up is less urgent than what it looks up."""
        return Lane.LOOK_UP if self.state is WorkState.UNKNOWN else self.lane
