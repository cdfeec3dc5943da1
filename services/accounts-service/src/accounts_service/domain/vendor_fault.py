"""Why the vendor says no, in one word of ours for each of its codes, and what that is to a sender."""

from enum import StrEnum

from bankrails_contracts.answers import RefusalCode


class Fault(StrEnum):
    LIMIT_REACHED = "limit_reached"
    ARCHIVE_LIMIT_REACHED = "archive_limit_reached"
    TAG_TAKEN = "tag_taken"
    NICKNAME_TAKEN = "nickname_taken"
    BAD_TYPE = "bad_type"
    NAME_MISSING = "name_missing"
    ROUTING_NUMBER_MISSING = "routing_number_missing"
    ROUTING_NUMBER_BAD = "routing_number_bad"
    ROUTING_NUMBER_UNKNOWN = "routing_number_unknown"
    ACCOUNT_NUMBER_MISSING = "account_number_missing"
    ACCOUNT_NUMBER_BAD = "account_number_bad"
    NOT_ENABLED = "not_enabled"
    """For the program, by the vendor and the bank."""
    NOT_PERMITTED = "not_permitted"
    """The requesting customer may not."""
    UNKNOWN_ACCOUNT = "unknown_account"
    AMOUNTS_DIFFER = "amounts_differ"
    ATTEMPTS_USED_UP = "attempts_used_up"
    VERIFY_LOCKED = "verify_locked"
    DENIED = "denied"
    ALREADY_VERIFIED = "already_verified"
    WINDOW_OVER = "window_over"
    NOT_VERIFIED = "not_verified"
    LOCKED = "locked"
    LOCKED_ALREADY = "locked_already"
    UNLOCKED_ALREADY = "unlocked_already"
    LOCKED_BY_ADMIN = "locked_by_admin"
    OUTSTANDING = "outstanding"
    """Transactions, or a balance."""


REFUSALS = {
    Fault.LIMIT_REACHED: (RefusalCode.ACCOUNT_LIMIT_REACHED, None),
    Fault.ARCHIVE_LIMIT_REACHED: (RefusalCode.ARCHIVE_LIMIT_REACHED, None),
    Fault.TAG_TAKEN: (RefusalCode.TAKEN, "tag"),
    Fault.NICKNAME_TAKEN: (RefusalCode.TAKEN, "nickname"),
    Fault.BAD_TYPE: (RefusalCode.INVALID, "account_type"),
    Fault.NAME_MISSING: (RefusalCode.INVALID, "holder"),
    Fault.ROUTING_NUMBER_MISSING: (RefusalCode.INVALID, "account.routing_number"),
    Fault.ROUTING_NUMBER_BAD: (RefusalCode.INVALID, "account.routing_number"),
    Fault.ROUTING_NUMBER_UNKNOWN: (RefusalCode.INVALID, "account.routing_number"),
    Fault.ACCOUNT_NUMBER_MISSING: (RefusalCode.INVALID, "account.account_number"),
    Fault.ACCOUNT_NUMBER_BAD: (RefusalCode.INVALID, "account.account_number"),
    Fault.NOT_ENABLED: (RefusalCode.NOT_OFFERED, None),
    Fault.NOT_PERMITTED: (RefusalCode.NOT_PERMITTED, None),
    Fault.UNKNOWN_ACCOUNT: (RefusalCode.NOT_FOUND, None),
    Fault.AMOUNTS_DIFFER: (RefusalCode.VENDOR_REJECTED, None),
    Fault.ATTEMPTS_USED_UP: (RefusalCode.WRONG_STATE, None),
    Fault.VERIFY_LOCKED: (RefusalCode.WRONG_STATE, None),
    Fault.DENIED: (RefusalCode.WRONG_STATE, None),
    Fault.ALREADY_VERIFIED: (RefusalCode.WRONG_STATE, None),
    Fault.WINDOW_OVER: (RefusalCode.WRONG_STATE, None),
    Fault.NOT_VERIFIED: (RefusalCode.WRONG_STATE, None),
    Fault.LOCKED: (RefusalCode.ACCOUNT_LOCKED, None),
    Fault.LOCKED_ALREADY: (RefusalCode.WRONG_STATE, None),
    Fault.UNLOCKED_ALREADY: (RefusalCode.WRONG_STATE, None),
    Fault.LOCKED_BY_ADMIN: (RefusalCode.ACCOUNT_LOCKED, None),
    Fault.OUTSTANDING: (RefusalCode.OUTSTANDING_PAYMENTS, None),
}
"""The refusal's code, and the field of the command that it is about. A code of the vendor's that is in no table is
VENDOR_REJECTED, with its number and words."""
