"""Who is debited: a payer, the vendor's customer that stands for them, and their default account."""

from typing import Annotated

from pydantic import StringConstraints, model_validator

from bankrails_contracts.ids import Id
from bankrails_contracts.parts import Address, Email, Text100
from bankrails_contracts.payments.base import PaymentsCommand, PaymentsEvent


class RegisterPayer(PaymentsCommand):
    """Make a payer known to the payment vendor. Answered by PayerRegistered or CommandRefused.

    contact_name or business_name is required.
    """

    aggregate_field = "payer_id"
    payer_id: Id
    contact_name: Text100 | None = None
    business_name: Text100 | None = None
    email: Email | None = None
    """Billing e-mail. May come later, but no bank account can be registered without one."""
    phone: Annotated[str, StringConstraints(pattern=r"^[0-9]{10,15}$")] | None = None
    address: Address
    adopt_customer_code: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,64}$")] | None = None
    """Take over the vendor's customer with this code instead of making one. Refused when there is none."""
    register_accounts_of: Id | None = None
    """A user whose verified accounts are this payer's: each that accounts-service shares is registered, made the
    payer's default and given a mandate, whichever of payer and account comes first."""

    @model_validator(mode="after")
    def _has_a_name(self) -> "RegisterPayer":
        if self.contact_name is None and self.business_name is None:
            raise ValueError("contact_name or business_name is required")
        return self


class UpdatePayer(PaymentsCommand):
    """Change what the vendor knows of a payer; what is left out stays as it is. A missing e-mail is put right this way.

    Answered by PayerUpdated or CommandRefused.
    """

    aggregate_field = "payer_id"
    payer_id: Id
    contact_name: Text100 | None = None
    business_name: Text100 | None = None
    email: Email | None = None
    phone: Annotated[str, StringConstraints(pattern=r"^[0-9]{10,15}$")] | None = None
    address: Address | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> "UpdatePayer":
        fields = (self.contact_name, self.business_name, self.email, self.phone, self.address)
        if all(field is None for field in fields):
            raise ValueError("nothing to change was given")
        return self


class SetDefaultBankAccount(PaymentsCommand):
    """Make one of a payer's bank accounts its default. The payer is the aggregate.

    Answered by DefaultBankAccountSet or CommandRefused.
    """

    aggregate_field = "payer_id"
    payer_id: Id
    bank_account_id: Id


class PayerRegistered(PaymentsEvent):
    aggregate_field = "payer_id"
    payer_id: Id
    vendor_customer_id: str
    adopted: bool = False
    """True when the vendor already had this customer and it was taken over."""


class DefaultBankAccountSet(PaymentsEvent):
    aggregate_field = "payer_id"
    payer_id: Id
    bank_account_id: Id


class PayerUpdated(PaymentsEvent):
    aggregate_field = "payer_id"
    payer_id: Id
    changed: tuple[str, ...]
    """Names of the fields that are other than before; empty when all of them were so already."""
