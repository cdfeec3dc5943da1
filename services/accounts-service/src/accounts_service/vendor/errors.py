"""What an answer other than success means. Total: every status and every body ends in exactly one error.

    VendorError (bankrails_vendor_http.errors)
    ├── VendorRejected       a definite no to this request
    │   └── HelixRejected    with the vendor's codes, and what we read in them
    ├── VendorUnavailable    401, 403, 429: a definite no to this attempt; and whatever goes wrong with a read
    └── OutcomeUnknown       anything else after a write: 5xx, a proxy's page, a success nobody can read

What each code of theirs is to us stands in faults.py.
"""

from collections.abc import Sequence

from bankrails_vendor_http.client import Answer
from bankrails_vendor_http.errors import VendorError, VendorRejected, VendorUnavailable, unusable
from bankrails_vendor_http.json_api import NOT_TAKEN, Endpoint
from bankrails_vendor_http.vendor_text import printable, status_name

from accounts_service.domain.vendor_fault import Fault
from accounts_service.vendor.faults import FIRST_SAID, attempts_left, fault_of
from accounts_service.vendor.wire import Envelope, Problem

TRANSPORT_CODES = range(50_400, 50_600)
"""50000 and an HTTP status (docs.helix.q2.com/reference/common-error-codes)."""


class HelixRejected(VendorRejected):
    def __init__(self, endpoint: Endpoint, problems: Sequence[Problem], *, status: int) -> None:
        super().__init__(endpoint.operation, _told(problems, status), status=status)
        self.faults = [fault for problem in problems if (fault := fault_of(endpoint, problem.code)) is not None]
        """In the order told; codes that no page names are none."""
        self.attempts_left = next(
            (attempts_left(each.message) for each in problems if fault_of(endpoint, each.code) is Fault.AMOUNTS_DIFFER),
            None,
        )

    @property
    def fault(self) -> Fault | None:
        """The one that decides what follows; None where none is known."""
        first = [fault for fault in FIRST_SAID if fault in self.faults]
        return next(iter((*first, *self.faults)), None)


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
