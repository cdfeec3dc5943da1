"""What an answer other than success means. Total: every status and every body ends in exactly one error.

    VendorError (bankrails_vendor_http.errors)
    ├── VendorRejected       a definite no to this request
    │   └── HelixRejected    with the vendor's codes, and what we read in them
    ├── VendorUnavailable    401, 403, 429: a definite no to this attempt; and whatever goes wrong with a read
    └── OutcomeUnknown       anything else after a write: 5xx, a proxy's page, a success nobody can read

A code means something at one endpoint alone: 62008 is a bad character on create, and a taken tag on initiate. The text
beside it depends on culture and values, so nothing is read from it.
"""

from collections.abc import Sequence
from enum import Enum

from bankrails_vendor_http.client import Answer
from bankrails_vendor_http.errors import VendorError, VendorRejected, VendorUnavailable, unusable
from bankrails_vendor_http.json_api import NOT_TAKEN, Endpoint
from bankrails_vendor_http.vendor_text import printable, status_name

from accounts_service.vendor.endpoints import CREATE, GET_BY_TAG
from accounts_service.vendor.wire import Envelope, Problem

TRANSPORT_CODES = range(50_400, 50_600)
"""50000 and an HTTP status (docs.helix.q2.com/reference/common-error-codes)."""


class Fault(Enum):
    """A vendor's no, where we do something about it. Any other code is only reported."""

    LIMIT_REACHED = "limit_reached"
    TAG_TAKEN = "tag_taken"
    UNKNOWN_ACCOUNT = "unknown_account"


FAULTS = {
    (CREATE.operation, 62001): Fault.LIMIT_REACHED,
    (CREATE.operation, 62003): Fault.TAG_TAKEN,
    (GET_BY_TAG.operation, 62402): Fault.UNKNOWN_ACCOUNT,  # update's code: no page tells what a read says
}


class HelixRejected(VendorRejected):
    def __init__(self, endpoint: Endpoint, problems: Sequence[Problem], *, status: int) -> None:
        super().__init__(endpoint.operation, _told(problems, status), status=status)
        self.faults = {FAULTS[key] for problem in problems if (key := (endpoint.operation, problem.code)) in FAULTS}


def failure(endpoint: Endpoint, answer: Answer, envelope: Envelope | None) -> VendorError:
    """The error for an answer that is no success; `envelope` None for one that is not the vendor's own."""
    problems = () if envelope is None else envelope.errors
    status = _meant(answer.status, problems)
    if status in NOT_TAKEN:
        retry_after = envelope.throttle.period_seconds if envelope and envelope.throttle else None
        return VendorUnavailable(
            endpoint.operation,
            _told(problems, status),
            status=status,
            retry_after_seconds=retry_after if status == 429 else None,
        )
    if problems and 400 <= status < 500:
        return HelixRejected(endpoint, problems, status=status)
    return unusable(endpoint.operation, _told(problems, status), writes=endpoint.writes, status=status)


def _meant(status: int, problems: Sequence[Problem]) -> int:
    """The vendor's status is in the envelope too, and a proxy may have put another one on the outside."""
    inner = [problem.code - 50_000 for problem in problems if problem.code in TRANSPORT_CODES]
    if inner:
        return max(inner)
    return 400 if problems and 200 <= status < 300 else status


def _told(problems: Sequence[Problem], status: int) -> str:
    return printable("; ".join(f"{each.code} {each.message}" for each in problems) or status_name(status))
