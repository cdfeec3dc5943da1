"""The vendor's words, with the numbers that its widget has for them. On the wire of the Platform API they are text."""

from enum import IntEnum, StrEnum


class ConnectionStatus(IntEnum):
    CREATED = 0
    PREVENTED = 1
    DENIED = 2
    CHALLENGED = 3
    REJECTED = 4
    LOCKED = 5
    CONNECTED = 6
    IMPEDED = 7
    RECONNECTED = 8
    DEGRADED = 9
    DISCONNECTED = 10
    DISCONTINUED = 11
    CLOSED = 12
    DELAYED = 13
    FAILED = 14
    UPDATED = 15
    DISABLED = 16
    IMPORTED = 17
    RESUMED = 18
    EXPIRED = 19
    IMPAIRED = 20
    PENDING = 21


class JobType(IntEnum):
    """Those that can be started here."""

    AGGREGATION = 0
    VERIFICATION = 1
    IDENTIFICATION = 2
    HISTORY = 3
    BALANCE = 7
    COMBINATION = 11


class JobStatus(IntEnum):
    """0, 1, 2 and 6 are documented; the other numbers are assumptions."""

    INITIATED = 0
    REQUESTED = 1
    CHALLENGED = 2
    RECEIVED = 3
    TRANSFERRED = 4
    PROCESSED = 5
    COMPLETED = 6
    PREVENTED = 7
    DENIED = 8
    HALTED = 9


class Product(StrEnum):
    ACCOUNT_VERIFICATION = "account_verification"
    IDENTITY_VERIFICATION = "identity_verification"
    TRANSACTIONS = "transactions"
    TRANSACTION_HISTORY = "transaction_history"


class ChallengeType(StrEnum):
    TEXT = "TEXT"
    OPTIONS = "OPTIONS"
    IMAGE_DATA = "IMAGE_DATA"


class AccountType(StrEnum):
    """Logins and micro-deposits know the first two alone; a manual account is of any type."""

    CHECKING = "CHECKING"
    SAVINGS = "SAVINGS"
    LOAN = "LOAN"
    CREDIT_CARD = "CREDIT_CARD"
    INVESTMENT = "INVESTMENT"
    LINE_OF_CREDIT = "LINE_OF_CREDIT"
    MORTGAGE = "MORTGAGE"
    PROPERTY = "PROPERTY"
    CASH = "CASH"
    INSURANCE = "INSURANCE"
    PREPAID = "PREPAID"
    CHECKING_LINE_OF_CREDIT = "CHECKING_LINE_OF_CREDIT"
    ANY = "ANY"


VERIFIABLE = (AccountType.CHECKING, AccountType.SAVINGS)


class PropertyType(StrEnum):
    REAL_ESTATE = "REAL_ESTATE"
    VEHICLE = "VEHICLE"
    ART = "ART"
    JEWELRY = "JEWELRY"
    FURNITURE = "FURNITURE"
    APPLIANCES = "APPLIANCES"
    COMPUTER = "COMPUTER"
    ELECTRONICS = "ELECTRONICS"
    SPORTS_EQUIPMENT = "SPORTS_EQUIPMENT"
    MISCELLANEOUS = "MISCELLANEOUS"


class MicrodepositStatus(IntEnum):
    """Github.com/mxenabled/connect-widget, views/microdeposits/const.js."""

    INITIATED = 0
    REQUESTED = 1
    DEPOSITED = 2
    VERIFIED = 3
    ERRORED = 4
    DENIED = 5
    PREVENTED = 6
    CONFLICTED = 7
    REJECTED = 8
    PREINITIATED = 9


class Version(StrEnum):
    """Of the API; `V2BETA` is the older one that also takes `data_request`."""

    V20111101 = "v20111101"
    V2BETA = "v2beta"
    V20250224 = "v20250224"


# What a person is told, by member status. Codes: github.com/mxenabled/connect-widget, actionableError/consts.ts; which
# status carries which is an assumption.
ERRORS = {
    ConnectionStatus.PREVENTED: (2005, "The credentials were refused too often"),
    ConnectionStatus.DENIED: (2005, "The credentials are invalid"),
    ConnectionStatus.REJECTED: (2002, "The answer is incorrect"),
    ConnectionStatus.EXPIRED: (2003, "The question was not answered in time"),
    ConnectionStatus.IMPAIRED: (2004, "The bank must be logged in to again"),
    ConnectionStatus.IMPORTED: (2004, "The bank must be logged in to again"),
    ConnectionStatus.IMPEDED: (1002, "The bank wants something to be done on its site first"),
    ConnectionStatus.LOCKED: (1100, "The bank has locked this login"),
    ConnectionStatus.FAILED: (3000, "The bank cannot be reached"),
    ConnectionStatus.DISCONNECTED: (3000, "The bank cannot be reached"),
    ConnectionStatus.DELAYED: (3000, "The bank takes longer than usual"),
    ConnectionStatus.DEGRADED: (3002, "The bank is unavailable"),
    ConnectionStatus.CLOSED: (3002, "The connection is closed"),
    ConnectionStatus.DISCONTINUED: (3002, "The bank is no longer supported"),
    ConnectionStatus.DISABLED: (3002, "The bank is switched off"),
}
