"""The vendor's paths (github.com/mxenabled/openapi, v20250224)."""

from bankrails_vendor_http.json_api import Endpoint

VERSION = "v20250224"
ROWS_MAX = 1_000

_MEMBERS = "users/{user}/members"
_MEMBER = _MEMBERS + "/{member}"

CREATE_USER = Endpoint("mx_create_user", "POST", "users", writes=True)
LIST_USERS = Endpoint("mx_list_users", "GET", "users")
READ_INSTITUTION = Endpoint("mx_read_institution", "GET", "institutions/{institution}")
LIST_CREDENTIALS = Endpoint("mx_list_credentials", "GET", "institutions/{institution}/credentials")
CREATE_MEMBER = Endpoint("mx_create_member", "POST", _MEMBERS, writes=True)
LIST_MEMBERS = Endpoint("mx_list_members", "GET", _MEMBERS)
UPDATE_MEMBER = Endpoint("mx_update_member", "PUT", _MEMBER, writes=True)
READ_STATUS = Endpoint("mx_read_status", "GET", _MEMBER + "/status")
RESUME = Endpoint("mx_resume", "PUT", _MEMBER + "/resume", writes=True)
VERIFY = Endpoint("mx_verify", "POST", _MEMBER + "/verify", writes=True)
IDENTIFY = Endpoint("mx_identify", "POST", _MEMBER + "/identify", writes=True)
LIST_ACCOUNTS = Endpoint("mx_list_accounts", "GET", _MEMBER + "/accounts")
LIST_NUMBERS = Endpoint("mx_list_account_numbers", "GET", _MEMBER + "/account_numbers")
LIST_OWNERS = Endpoint("mx_list_account_owners", "GET", _MEMBER + "/account_owners")
