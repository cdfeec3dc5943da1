"""Every path that is served, and what is looked at before one is reached: the caller (401), then the version (406)."""

import base64
import binascii
import dataclasses

from bankrails_sandbox.exchange import Answer, Exchange
from bankrails_sandbox.mx import accounts, catalogue, manual_accounts, members, microdeposits, users
from bankrails_sandbox.mx.job_starts import starting
from bankrails_sandbox.mx.replies import failure, refused
from bankrails_sandbox.mx.vendor import MxVendor
from bankrails_sandbox.mx.versions import content_type, version_of
from bankrails_sandbox.mx.vocabulary import JobType
from bankrails_sandbox.vendor_api import Endpoint, Reply, VendorApi

USER = "/users/{user}"
MEMBERS = USER + "/members"
MEMBER = MEMBERS + "/{member}"
INSTITUTION = "/institutions/{institution}"
USER_ACCOUNT = USER + "/accounts/{account}"
MICRODEPOSITS = USER + "/micro_deposits"
MICRODEPOSIT = MICRODEPOSITS + "/{microdeposit}"

# Order matters once: the favorites stand before the institution whose code they could be.
ENDPOINTS: tuple[Endpoint[MxVendor], ...] = (
    Endpoint("create-user", "POST", "/users", users.create_user),
    Endpoint("list-users", "GET", "/users", users.list_users),
    Endpoint("get-user", "GET", USER, users.get_user),
    Endpoint("update-user", "PUT", USER, users.update_user),
    Endpoint("delete-user", "DELETE", USER, users.delete_user),
    Endpoint("list-institutions", "GET", "/institutions", catalogue.list_institutions),
    Endpoint("list-favorites", "GET", "/institutions/favorites", catalogue.list_favorites),
    Endpoint("get-institution", "GET", INSTITUTION, catalogue.get_institution),
    Endpoint("list-credentials", "GET", INSTITUTION + "/credentials", catalogue.list_credentials),
    Endpoint("create-member", "POST", MEMBERS, members.create_member),
    Endpoint("list-members", "GET", MEMBERS, members.list_members),
    Endpoint("get-member", "GET", MEMBER, members.get_member),
    Endpoint("update-member", "PUT", MEMBER, members.update_member),
    Endpoint("delete-member", "DELETE", MEMBER, members.delete_member),
    Endpoint("get-status", "GET", MEMBER + "/status", members.get_status),
    Endpoint("list-challenges", "GET", MEMBER + "/challenges", members.list_challenges),
    Endpoint("resume", "PUT", MEMBER + "/resume", members.resume),
    Endpoint("list-member-credentials", "GET", MEMBER + "/credentials", members.list_member_credentials),
    Endpoint("aggregate", "POST", MEMBER + "/aggregate", starting(JobType.AGGREGATION)),
    Endpoint("verify", "POST", MEMBER + "/verify", starting(JobType.VERIFICATION)),
    Endpoint("identify", "POST", MEMBER + "/identify", starting(JobType.IDENTIFICATION)),
    Endpoint("check-balance", "POST", MEMBER + "/check_balance", starting(JobType.BALANCE)),
    Endpoint("extend-history", "POST", MEMBER + "/extend_history", starting(JobType.HISTORY)),
    Endpoint("list-accounts", "GET", MEMBER + "/accounts", accounts.list_accounts),
    Endpoint("get-account", "GET", MEMBER + "/accounts/{account}", accounts.get_account),
    Endpoint("list-user-accounts", "GET", USER + "/accounts", accounts.list_accounts),
    Endpoint("get-user-account", "GET", USER_ACCOUNT, accounts.get_account),
    Endpoint("list-account-numbers", "GET", MEMBER + "/account_numbers", accounts.list_numbers),
    Endpoint("get-account-numbers", "GET", USER_ACCOUNT + "/account_numbers", accounts.list_numbers),
    Endpoint("list-account-owners", "GET", MEMBER + "/account_owners", accounts.list_owners),
    Endpoint("list-transactions", "GET", MEMBER + "/transactions", accounts.list_transactions),
    Endpoint("list-user-transactions", "GET", USER + "/transactions", accounts.list_transactions),
    Endpoint("list-account-transactions", "GET", USER_ACCOUNT + "/transactions", accounts.list_transactions),
    Endpoint("create-account", "POST", USER + "/accounts", manual_accounts.create_account),
    Endpoint("update-account", "PUT", MEMBER + "/accounts/{account}", accounts.update_account),
    Endpoint("delete-account", "DELETE", USER_ACCOUNT, manual_accounts.delete_account),
    Endpoint("create-microdeposit", "POST", MICRODEPOSITS, microdeposits.create_microdeposit),
    Endpoint("list-microdeposits", "GET", MICRODEPOSITS, microdeposits.list_microdeposits),
    Endpoint("get-microdeposit", "GET", MICRODEPOSIT, microdeposits.get_microdeposit),
    Endpoint("delete-microdeposit", "DELETE", MICRODEPOSIT, microdeposits.delete_microdeposit),
    Endpoint("verify-microdeposit", "PUT", "/micro_deposits/{microdeposit}/verify", microdeposits.verify_microdeposit),
)
OPERATIONS = frozenset(endpoint.operation for endpoint in ENDPOINTS)


class MxApi(VendorApi[MxVendor]):
    def __init__(self, vendor: MxVendor) -> None:
        super().__init__(vendor, ENDPOINTS)

    def admit(self, headers: dict[bytes, bytes]) -> str:
        client = self.vendor.client_of(*_basic(headers.get(b"authorization", b"")))
        if client is None:
            raise refused(401, "Unauthorized")
        if version_of(headers, by_header_only=self.vendor.assumptions.accept_version_required) is None:
            raise refused(406, "The API version is missing or unknown")
        return client.name

    def failure(self, status: int) -> Reply:
        return failure(status)

    def written(self, reply: Reply, exchange: Exchange) -> Answer:
        """Micro-deposits are plain JSON in the older version too."""
        answer = super().written(reply, exchange)
        plain = "/micro_deposits" in exchange.scope["path"]
        return dataclasses.replace(answer, content_type=b"application/json") if plain else answer

    def content_type(self, headers: dict[bytes, bytes]) -> bytes:
        return content_type(version_of(headers))


def _basic(authorization: bytes) -> tuple[str, str]:
    """Two empty strings for anything that is not HTTP Basic."""
    scheme, _, encoded = authorization.partition(b" ")
    if scheme.lower() != b"basic":
        return "", ""
    try:
        client_id, _, api_key = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return client_id, api_key
