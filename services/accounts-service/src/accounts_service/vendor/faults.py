"""The vendor's error codes, each read as one word of ours. The key is (endpoint, code): 62008 is an illegal character
on create, and a taken tag on initiate.

Source: docs.helix.q2.com/reference, the page of each endpoint. The text beside a code depends on culture and values, so
nothing is read from it, but for the one number of 62207.
"""

import re

from bankrails_vendor_http.json_api import Endpoint

from accounts_service.domain.vendor_fault import Fault
from accounts_service.vendor import endpoints

_ANY_WRITE = {62618: Fault.NOT_PERMITTED, 61400: Fault.NOT_ENABLED}
_ROUTING = {
    69203: Fault.ROUTING_NUMBER_MISSING,
    69205: Fault.ROUTING_NUMBER_UNKNOWN,
    69206: Fault.ROUTING_NUMBER_BAD,
    69208: Fault.ROUTING_NUMBER_BAD,
}
BY_ENDPOINT: dict[Endpoint, dict[int, Fault]] = {
    endpoints.CREATE: {
        **_ANY_WRITE,
        **_ROUTING,
        62001: Fault.LIMIT_REACHED,
        62002: Fault.BAD_TYPE,
        62003: Fault.TAG_TAKEN,
        62004: Fault.ARCHIVE_LIMIT_REACHED,
        62005: Fault.NAME_MISSING,
        62006: Fault.ROUTING_NUMBER_MISSING,
        62007: Fault.ACCOUNT_NUMBER_MISSING,
        62008: Fault.ACCOUNT_NUMBER_BAD,
        62009: Fault.ACCOUNT_NUMBER_BAD,
        62011: Fault.NAME_MISSING,
        62012: Fault.NAME_MISSING,
        62013: Fault.NAME_MISSING,
        62014: Fault.NOT_ENABLED,
        62602: Fault.NICKNAME_TAKEN,  # listed for initiate alone
    },
    endpoints.INITIATE: {
        **_ANY_WRITE,
        **_ROUTING,
        62008: Fault.TAG_TAKEN,
        62601: Fault.BAD_TYPE,
        62602: Fault.NICKNAME_TAKEN,
        62604: Fault.NAME_MISSING,
        62605: Fault.NAME_MISSING,
        62607: Fault.ACCOUNT_NUMBER_MISSING,
        62609: Fault.LIMIT_REACHED,
        62612: Fault.ACCOUNT_NUMBER_BAD,
        62613: Fault.ACCOUNT_NUMBER_BAD,
        62616: Fault.NAME_MISSING,
        62617: Fault.NOT_ENABLED,
    },
    endpoints.VERIFY: {
        **_ANY_WRITE,
        62201: Fault.UNKNOWN_ACCOUNT,
        62202: Fault.VERIFY_LOCKED,
        62203: Fault.DENIED,
        62204: Fault.ALREADY_VERIFIED,
        62205: Fault.WINDOW_OVER,
        62206: Fault.ATTEMPTS_USED_UP,
        62207: Fault.AMOUNTS_DIFFER,
        62301: Fault.NICKNAME_TAKEN,
        62515: Fault.LOCKED,
    },
    endpoints.UPDATE: {
        **_ANY_WRITE,
        62401: Fault.NICKNAME_TAKEN,
        62402: Fault.UNKNOWN_ACCOUNT,
        62403: Fault.TAG_TAKEN,
        62514: Fault.LOCKED,
    },
    endpoints.ARCHIVE: {
        **_ANY_WRITE,
        62004: Fault.ARCHIVE_LIMIT_REACHED,  # listed under create, while the rule is told under archive
        62501: Fault.UNKNOWN_ACCOUNT,
        62502: Fault.NOT_VERIFIED,
        62503: Fault.OUTSTANDING,
        62505: Fault.OUTSTANDING,
        62506: Fault.NOT_VERIFIED,
    },
    endpoints.LOCK: {
        **_ANY_WRITE,
        62501: Fault.UNKNOWN_ACCOUNT,
        62509: Fault.LOCKED_ALREADY,
        62510: Fault.NOT_VERIFIED,
    },
    endpoints.UNLOCK: {
        **_ANY_WRITE,
        62501: Fault.UNKNOWN_ACCOUNT,
        62511: Fault.UNLOCKED_ALREADY,
        62512: Fault.NOT_VERIFIED,
        62513: Fault.LOCKED_BY_ADMIN,
    },
    endpoints.UPLOAD_DOCUMENT: _ANY_WRITE,  # no page tells its codes
    # update's code: no page tells what a read says
    endpoints.GET: {62402: Fault.UNKNOWN_ACCOUNT},
    endpoints.GET_BY_TAG: {62402: Fault.UNKNOWN_ACCOUNT},
    endpoints.LIST: {},
    endpoints.GET_PROGRAM: {},
    endpoints.VERIFY_ROUTING_NUMBER: _ROUTING,
}
FIRST_SAID = (Fault.TAG_TAKEN, Fault.LIMIT_REACHED)
"""Of several at once, what decides what happens next."""

_NUMBER = re.compile(r"(?<![0-9.])[0-9]{1,2}(?![0-9.]*[0-9])")


def fault_of(endpoint: Endpoint, code: int) -> Fault | None:
    """None for a code of which no page speaks."""
    return BY_ENDPOINT[endpoint].get(code)


def attempts_left(message: str) -> int | None:
    """The one number in 62207's text; None where there is none, or more than one."""
    found = _NUMBER.findall(message)
    return int(found[0]) if len(found) == 1 else None
