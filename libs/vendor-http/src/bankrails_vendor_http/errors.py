"""What we know after a vendor call that did not simply succeed.

VendorError
├── VendorRejected      a definite no to this request: the vendor understood it and refused
│   └── NotPermitted    the token is good and has not the right for it
├── VendorUnavailable   a definite no to this attempt: nothing left us, or the vendor did not take it (401, 403, 429)
│   ├── TokenRejected   the vendor does not know our token (any more), so it takes no call with it
│   └── BudgetSpent     we did not send it: our share of the vendor's quota is used up
└── OutcomeUnknown      it left us and no usable answer came: it may have happened
"""

from datetime import datetime


class VendorError(Exception):
    def __init__(self, operation: str, reason: str, *, status: int | None = None) -> None:
        super().__init__(f"{operation}: {reason}")
        self.operation = operation
        self.reason = reason
        self.status = status
        """HTTP status, or None when no answer came."""


class VendorRejected(VendorError):
    """The caller records the vendor's words and does not repeat the same request."""


class VendorUnavailable(VendorError):
    """The caller may try again later, under the same idempotency key or, since nothing happened, a new one."""

    def __init__(
        self, operation: str, reason: str, *, status: int | None = None, retry_after_seconds: float | None = None
    ) -> None:
        super().__init__(operation, reason, status=status)
        self.retry_after_seconds = retry_after_seconds


class NotPermitted(VendorRejected):
    """A person has to grant the right, or to give another token; `reason` says which."""


class TokenRejected(VendorUnavailable):
    """Not this call's failure: whatever needs the token waits until it works again."""


class BudgetSpent(VendorUnavailable):
    def __init__(self, operation: str, until: datetime) -> None:
        super().__init__(operation, f"our share of the quota is used up until {until.isoformat()}")
        self.until = until


class OutcomeUnknown(VendorError):
    """The caller must look the effect up before anything is sent that could make it happen twice."""


def unusable(operation: str, reason: str, *, writes: bool, status: int | None = None) -> VendorError:
    """The error for no answer, or one from which nothing is known: after a write it may have happened."""
    kind = OutcomeUnknown if writes else VendorUnavailable
    return kind(operation, reason, status=status)
