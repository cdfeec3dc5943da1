"""The vendor's error codes, by endpoint: one number may mean two things (62008 is characters on create, tag on initiate).

Meanings: docs.helix.q2.com/reference, the page of each endpoint; the transport's: common-error-codes. The wording is
ours: the vendor's depends on culture and values, and nothing may be read from it.
"""

from dataclasses import dataclass

from bankrails_sandbox.helix.envelope import Problem, Refused

TRANSPORT = {
    401: "The API key or secret is invalid.",
    403: "The IP address is not trusted.",
    404: "The route is unknown.",
    405: "The method is not allowed.",
    429: "The rate limit is exceeded.",
    500: "An internal error occurred.",
    501: "Not implemented.",
    502: "Bad gateway.",
    503: "The service is unavailable.",
    504: "The gateway timed out.",
    505: "HTTP 1.1 is required.",
}

NO_PERMISSION = Problem(62618, "The requesting customer lacks permission.")

ROUTING_MISSING = "The routing number is required."
ROUTING_NOT_NUMERIC = Problem(69206, "The routing number must be numeric.")
ROUTING_INVALID = Problem(69208, "The routing number is invalid.")
ROUTING_UNKNOWN = Problem(69205, "The routing number could not be looked up.")

COUNT_LIMIT = "No more than {limit} external accounts are allowed."
BAD_TYPE = "The type is invalid."
TAG_USED = "The tag is already used."
NICKNAME_USED = "The nickname is already used."
FIRST_NAME = "The first name is required."
LAST_NAME = "The last name is required."
BUSINESS_NAME = "The business name is required."
NUMBER_MISSING = "The account number is required."
NUMBER_CHARACTERS = "The account number has illegal characters."
NUMBER_LENGTH = "The account number is longer than 17 characters."
DISABLED = "The feature is not enabled for the program."


@dataclass(frozen=True, slots=True)
class OpeningCodes:
    """What create and initiate say, each with its own numbers. `names` is for both names missing at once."""

    type: int
    tag: int
    count: int
    first_name: int
    last_name: int
    business_name: int
    number_missing: int
    number_characters: int
    number_length: int
    disabled: int
    nickname: int = 62602
    names: int | None = None


CREATE = OpeningCodes(
    type=62002,
    tag=62003,
    count=62001,
    first_name=62011,
    last_name=62012,
    business_name=62013,
    number_missing=62007,
    number_characters=62008,
    number_length=62009,
    disabled=62014,
    names=62005,
)
INITIATE = OpeningCodes(
    type=62601,
    tag=62008,
    count=62609,
    first_name=62604,
    last_name=62605,
    business_name=62616,
    number_missing=62607,
    number_characters=62612,
    number_length=62613,
    disabled=62617,
)

NEITHER_NAME = "A first or last name is required."
ARCHIVE_LIMIT = Problem(62004, "No more external accounts can be archived today.")

VERIFY_UNKNOWN = Problem(62201, "The external account is unknown.")
VERIFY_LOCKED = Problem(62202, "The external account is locked by failed verifications.")
VERIFY_DENIED = Problem(62203, "The external account is denied.")
VERIFY_ALREADY = Problem(62204, "The external account is already verified.")
VERIFY_EXPIRED = Problem(62205, "The verification period is over.")
VERIFY_EXHAUSTED = Problem(62206, "Too many failed verifications; the external account is now locked.")
VERIFY_NICKNAME = Problem(62301, NICKNAME_USED)
VERIFY_IS_LOCKED = Problem(62515, "The external account is locked.")

UPDATE_NICKNAME = Problem(62401, NICKNAME_USED)
UPDATE_UNKNOWN = Problem(62402, "The external account is unknown.")
UPDATE_TAG = Problem(62403, TAG_USED)
UPDATE_LOCKED = Problem(62514, "The external account is locked.")

UNKNOWN = Problem(62501, "The external account is unknown.")
OUTSTANDING = "The external account has outstanding transactions."
LOCK_ALREADY = Problem(62509, "The external account is already locked.")
LOCK_NOT_VERIFIED = Problem(62510, "The external account is not verified.")
UNLOCK_ALREADY = Problem(62511, "The external account is already unlocked.")
UNLOCK_NOT_VERIFIED = Problem(62512, "The external account is not verified.")
UNLOCK_ADMIN = Problem(62513, "The external account was locked by an administrator.")

TRANSFER_SOURCE = Problem(63601, "The source is invalid.")
TRANSFER_DESTINATION = Problem(63610, "The destination is invalid.")
TRANSFER_INACTIVE = Problem(63611, "The account is inactive.")
TRANSFER_FROZEN = Problem(63612, "The account is frozen.")
TRANSFER_LOCKED = Problem(63613, "The account is temporarily locked.")
TRANSFER_TAG = Problem(63660, TAG_USED)
TRANSFER_PRIVILEGES = Problem(63664, "The requesting customer lacks privileges.")
SAME_DAY_DEADLINE = Problem(63665, "The deadline for same-day settlement has passed.")
SAME_DAY_AMOUNT = Problem(63666, "The amount is too large for same-day settlement.")
SOURCE_NOT_VERIFIED = 63603

NOT_AUTHORIZED = Problem(61400, "The program is not authorized for the endpoint.")


def attempts_left(number: int) -> Problem:
    return Problem(62207, f"The amounts do not match. Attempts left: {number}.")


def archive_not_allowed(code: int, status: str) -> Problem:
    return Problem(code, f"An external account with status {status} cannot be archived.")


def transport(status: int) -> Refused:
    """The SDK maps every answer of a proxy the same way: 50000 and the HTTP status."""
    return Refused(Problem(50000 + status, TRANSPORT.get(status, f"HTTP {status}.")), status=status)
