"""What an answer other than success means. Total: every status and every body ends in exactly one error.

    VendorError (bankrails_vendor_http.errors)
    ├── VendorRejected            400, 404, 405, 422: a definite no to this request
    │   ├── CustomerCodeRejected  the no names customerCode: it is taken, or bad
    │   └── NotPermitted          403: the token has not the right
    ├── VendorUnavailable         429: a definite no to this attempt; and whatever goes wrong with a read
    │   └── TokenRejected         401: the token is not taken (any more)
    └── OutcomeUnknown            anything else after a call with an effect: 409, 5xx, 3xx, a success nobody can read

A definite no speaks of the attempt that it answers. After an earlier attempt under the same key ended in silence, a 400
to the repeat does not say that the first one failed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bankrails_vendor_http.client import Answer
from bankrails_vendor_http.errors import (
    NotPermitted,
    TokenRejected,
    VendorError,
    VendorRejected,
    VendorUnavailable,
    unusable,
)
from bankrails_vendor_http.json_api import NOT_TAKEN, read_json, retry_after_seconds
from bankrails_vendor_http.vendor_text import printable, status_name

from bankrails_helcim.access import MerchantAccess
from bankrails_helcim.endpoints import CONNECTION_TEST, CREATE_BANK_ACCOUNT, CREATE_CUSTOMER, Endpoint

REJECTED = frozenset({400, 404, 405, 422})
RETRY_AFTER_SECONDS_MAX = 99_999
"""Not documented by the vendor; a proxy in front of it may say it all the same."""

ACCOUNT_NUMBER = re.compile(r"[0-9]{3,}(?=[0-9]{4})")
"""All but the last four digits of seven or more: a complaint about an account number may repeat it."""


class CustomerCodeRejected(VendorRejected):
    """Look the code up and adopt the customer. Nobody there: the code itself is bad, and this is a plain rejection."""


@dataclass(frozen=True, slots=True)
class Complaint:
    text: str
    """What the vendor said, or the name of the status when it said nothing readable."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Their field → their text, where the body names fields."""


def read_complaint(status: int, content: bytes) -> Complaint:
    """One reading for the vendor's four error bodies, an empty one, and one that is not JSON.

    `{"errors": text}`, `{"errors": {field: text}}`, `{"errors": [text, …]}`, `{"message": text}`.
    Source: devdocs.helcim.com/docs/errors-and-error-handling; Helcim OpenAPI, Message and FailedPaymentResponse.
    """
    try:
        body = read_json(content)
    except ValueError:
        body = None
    errors = body.get("errors") or body.get("message") if isinstance(body, dict) else None
    if isinstance(errors, dict):
        fields = {str(name): printable(text) for name, text in errors.items()}
        return Complaint(printable("; ".join(f"{name}: {text}" for name, text in fields.items())), fields)
    if isinstance(errors, list):
        return Complaint(printable("; ".join(map(printable, errors))))
    return Complaint(printable(errors) if errors else status_name(status))


def failure(endpoint: Endpoint, answer: Answer, access: MerchantAccess | None = None) -> VendorError:
    """The error for an answer that is no success. `access` is that of the call."""
    complaint = read_complaint(answer.status, answer.content)
    operation, status = endpoint.operation, answer.status
    if endpoint is CREATE_BANK_ACCOUNT:
        complaint = Complaint(ACCOUNT_NUMBER.sub("******", complaint.text))
    if status in REJECTED:
        if endpoint is CREATE_CUSTOMER and "customerCode" in complaint.fields:
            return CustomerCodeRejected(operation, complaint.text, status=status)
        return VendorRejected(operation, complaint.text, status=status)
    if status in (401, 403):
        return _access_refused(endpoint, status, complaint.text, access)
    if status in NOT_TAKEN or not endpoint.writes:
        wait = retry_after_seconds(answer, RETRY_AFTER_SECONDS_MAX)
        return VendorUnavailable(operation, complaint.text, status=status, retry_after_seconds=wait)
    return unusable(operation, complaint.text, writes=True, status=status)


def _access_refused(endpoint: Endpoint, status: int, text: str, access: MerchantAccess | None) -> VendorError:
    """Which of the two it is, by the text where there is one: the vendor's documents use either status for either.

    A connection test takes any valid token, so whatever it refuses is not one. Source: Helcim OpenAPI, connection-test;
    devdocs.helcim.com/docs/common-api-errors; /docs/http-response-codes.
    """
    told = text.lower()
    known = (status == 403 and "unauthorized" not in told) or "permission" in told
    token = "the token" if access is None else f"the token ending in {access.token[-4:]}"
    if known and endpoint is not CONNECTION_TEST:
        return NotPermitted(
            endpoint.operation, f"{token} may not {endpoint.operation}: Helcim answered {status}, {text}", status=status
        )
    return TokenRejected(endpoint.operation, f"Helcim does not take {token}: {status}, {text}", status=status)


def unreadable(endpoint: Endpoint, answer: Answer, why: str) -> VendorError:
    """The error for a success that does not say what it should."""
    reason = f"answered {answer.status}, but not readably: {why}"
    return unusable(endpoint.operation, reason, writes=endpoint.writes, status=answer.status)
