"""An account of a person's at a bank outside. Its number is kept encrypted; rules see what was found out about it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bankrails_contracts.accounts import ExternalAccountState, VerificationMethod


class Pending(StrEnum):
    """A change that is on its way to the vendor: nothing else is begun before its answer."""

    NOTHING = ""
    VERIFY = "verify"
    UPDATE = "update"
    LOCK = "lock"
    UNLOCK = "unlock"
    ARCHIVE = "archive"
    CORRECT = "correct"
    """A notice of change that is applied here, and whose number is being sealed to payments-service."""


def customer_id(country: str, helix_customer_id: int | None, user_id: str) -> str:
    """Whose limit and quota an account comes under: a customer at Helix, or a user of ours where no vendor counts."""
    at_helix = country == "US" and helix_customer_id is not None
    return f"helix:{helix_customer_id}" if at_helix else f"user:{user_id}"


@dataclass(frozen=True)
class ExternalAccount:
    id: str
    user_id: str
    state: ExternalAccountState
    country: str
    institution_number: str | None
    transit_number: str | None
    routing_number: str | None
    account_number_encrypted: str
    number_fingerprint: str | None
    """The same for the same account, whoever's; unique per user. None once the account can never be used any more, so
    that the person may try again."""
    account_last4: str
    account_type: str
    """A word of ExternalAccountType."""
    holder_type: str
    first_name: str | None
    last_name: str | None
    company_name: str | None
    bank_name: str | None
    connection_id: str | None
    helix_customer_id: int | None
    helix_external_account_id: str | None = None
    customer_id: str = ""
    method: VerificationMethod = VerificationMethod.ATTESTED
    """By what it is, or is to be, proven."""
    microdeposit_id: str | None = None
    verification_id: str | None = None
    tag: str | None = None
    """At the vendor. It never changes."""
    nickname: str | None = None
    custom_fields: dict[str, str] = field(default_factory=dict)
    """By their names in the contract."""
    state_at: datetime | None = None
    """When the state last changed."""
    locked: bool = False
    """Independent of the state."""
    locked_at: datetime | None = None
    """When it was last locked."""
    lock_reason: str | None = None
    locked_by_vendor: bool = False
    noc_code: str | None = None
    modified_at: datetime | None = None
    initiated_at: datetime | None = None
    """When the trial deposits were sent."""
    ask_at: datetime | None = None
    """When they should be on the person's statement. None once that was told."""
    expires_at: datetime | None = None
    over_limit: bool = False
    approved_at: datetime | None = None
    approved_by: str | None = None
    approval_reason: str | None = None
    pending: Pending = Pending.NOTHING
    acts: int = 0
    """Raised with each change of ours. What a look at the vendor shows counts only if nothing of ours came between."""
    watched: bool = False
    """The vendor is looked at for it now and then."""
    vendor_status: str | None = None
    """Their word, as last seen."""
    seen: dict[str, Any] | None = None
    """What the vendor last showed of the number, the bank, the type and the notice: news is what differs from it."""
    content_hash: str = ""
    sequence: int = 0
    version: int = 0

    @property
    def masked(self) -> str:
        return f"******{self.account_last4}"

    @property
    def at_helix(self) -> bool:
        return self.customer_id.startswith("helix:")

    @property
    def usable(self) -> bool:
        return self.state is ExternalAccountState.VERIFIED and not self.locked
