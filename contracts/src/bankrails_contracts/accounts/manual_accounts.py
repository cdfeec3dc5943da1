"""Accounts that a person keeps by hand at MX: shown beside the others, never debited."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, Strict, StringConstraints

from bankrails_contracts import money
from bankrails_contracts.accounts.base import AccountsCommand, Text50
from bankrails_contracts.ids import Id
from bankrails_contracts.message import Event, Service
from bankrails_contracts.open_vocabulary import Open

SignedMinor = Annotated[int, Strict(), Field(ge=-money.AMOUNT_MINOR_MAX, le=money.AMOUNT_MINOR_MAX)]
Minor = Annotated[int, Strict(), Field(ge=0, le=money.AMOUNT_MINOR_MAX)]


class ManualAccountType(StrEnum):
    CHECKING = "checking"
    SAVINGS = "savings"
    LOAN = "loan"
    CREDIT_CARD = "credit_card"
    INVESTMENT = "investment"
    LINE_OF_CREDIT = "line_of_credit"
    MORTGAGE = "mortgage"
    PROPERTY = "property"
    CASH = "cash"
    INSURANCE = "insurance"
    PREPAID = "prepaid"
    CHECKING_LINE_OF_CREDIT = "checking_line_of_credit"
    UNKNOWN = "unknown"


class PropertyType(StrEnum):
    REAL_ESTATE = "real_estate"
    VEHICLE = "vehicle"
    ART = "art"
    JEWELRY = "jewelry"
    FURNITURE = "furniture"
    APPLIANCES = "appliances"
    COMPUTER = "computer"
    ELECTRONICS = "electronics"
    SPORTS_EQUIPMENT = "sports_equipment"
    MISCELLANEOUS = "miscellaneous"


class AddManualAccount(AccountsCommand):
    """Answered by ManualAccountAdded or CommandRefused."""

    aggregate_field = "manual_account_id"
    manual_account_id: Id
    user_id: Id
    name: Text50
    account_type: ManualAccountType
    currency: money.Currency = money.Currency.USD
    balance_minor: SignedMinor
    """Minor units; negative where the person owes."""
    is_personal: bool = True
    """False: a business's."""
    credit_limit_minor: Minor | None = None
    original_balance_minor: Minor | None = None
    """What a loan or mortgage began with."""
    minimum_payment_minor: Minor | None = None
    """Kept and shown here: the vendor takes none."""
    payment_due_day: Annotated[int, Strict(), Field(ge=1, le=31)] | None = None
    """Day of the month. Kept and shown here: the vendor takes none."""
    interest_rate_percent: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}(\.[0-9]{1,4})?$")] | None = None
    """Decimal text: `4.25`."""
    property_type: PropertyType | None = None


class ManualAccountAdded(Event):
    service = Service.ACCOUNTS
    aggregate_field = "manual_account_id"
    manual_account_id: Id
    user_id: Id
    name: str
    account_type: Open[ManualAccountType]
    currency: str
    balance_minor: int
    """Minor units; negative where the person owes."""
    mx_account_guid: str
    mx_member_guid: str | None = None
    """The vendor's member that holds the person's manual accounts."""
    mx_institution_guid: str | None = None
