"""Every path that is served, and what is looked at before one is reached: the key (401), then the minute (429)."""

from datetime import datetime

from bankrails_sandbox.helium import authorization, data, links
from bankrails_sandbox.helium.institutions import INSTITUTIONS
from bankrails_sandbox.helium.replies import error, failure, too_many
from bankrails_sandbox.helium.vendor import HeliumVendor
from bankrails_sandbox.vendor_api import Call, Endpoint, Refused, Reply, VendorApi

UNAUTHORIZED = error(401, "unauthorized", "The API key is missing or unknown")


def institutions(_vendor: HeliumVendor, _call: Call) -> Reply:
    banks = [
        {
            "code": bank.code,
            "name": bank.name,
            "institution_number": bank.number,
            "branch_required": bank.needs_branch,
        }
        for bank in INSTITUTIONS.values()
    ]
    return Reply(200, {"institutions": banks})


# The mix of `banks` and `bank` is the vendor's own.
AUTHORIZATION = "/rest/bank/authorization"
LINK = "/rest/banks/links/{link_id}"
ENDPOINTS: tuple[Endpoint[HeliumVendor], ...] = (
    Endpoint("authorize", "POST", AUTHORIZATION, authorization.authorize),
    Endpoint("get-session", "GET", AUTHORIZATION + "/{session_id}", authorization.read_session),
    Endpoint("complete-response", "GET", "/rest/bank/complete-response/{session_id}", data.complete_response),
    Endpoint("transaction-history", "GET", "/rest/bank/transaction-history/{session_id}", data.transaction_history),
    Endpoint("profile-identity", "GET", "/rest/bank/profile-identity/{session_id}", data.profile_identity),
    Endpoint("delete-session", "DELETE", "/rest/bank/sessions/{session_id}", data.purge),
    Endpoint("list-institutions", "GET", "/rest/banks/institutions", institutions),
    Endpoint("start-frame", "POST", "/rest/banks/start-iframe", links.start_frame),
    Endpoint("create-link", "POST", "/rest/banks/links", links.create_link),
    Endpoint("get-link", "GET", LINK, links.get_link),
    Endpoint("revoke-link", "DELETE", LINK, links.revoke_link),
)
OPERATIONS = frozenset(endpoint.operation for endpoint in ENDPOINTS)


class HeliumApi(VendorApi[HeliumVendor]):
    def __init__(self, vendor: HeliumVendor) -> None:
        super().__init__(vendor, ENDPOINTS)
        self._key_header = vendor.assumptions.auth_header.lower().encode()
        scheme = vendor.assumptions.auth_scheme
        self._before_key = f"{scheme} " if scheme else ""

    def admit(self, headers: dict[bytes, bytes]) -> str:
        given = headers.get(self._key_header, b"").decode("latin-1")
        if not given.startswith(self._before_key):
            raise Refused(UNAUTHORIZED)
        lender = self.vendor.lender_of(given.removeprefix(self._before_key))
        if lender is None:
            raise Refused(UNAUTHORIZED)
        if lender.rate_limited:
            self._count(lender.name, self.vendor.clock.now())
        return lender.name

    def failure(self, status: int) -> Reply:
        return failure(status)

    def headers_of_every_answer(self, headers: dict[bytes, bytes]) -> tuple[tuple[bytes, bytes], ...]:
        request_id = headers.get(b"x-request-id")
        return () if request_id is None else ((b"x-request-id", request_id),)

    def _count(self, lender: str, now: datetime) -> None:
        minute = self.vendor.minutes[lender]
        wait = minute.wait(now)
        if wait is None or self.vendor.assumptions.refused_calls_count:
            minute.take(now)
        if wait is not None:
            raise too_many("Too many requests", wait)
