"""What every service publishes beside its own events: refusals, parked commands, and dead letters."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from bankrails_contracts.message import Event, Instant
from bankrails_contracts.open_vocabulary import Open


class RefusalCode(StrEnum):
    """Why a command was refused. Stable: upstream systems branch on it; `reason` is for people."""

    INVALID = "INVALID"
    """The body breaks the contract; `field` names where."""
    KEY_MISSING = "KEY_MISSING"
    KEY_MISMATCH = "KEY_MISMATCH"
    """The Kafka key is not the aggregate id of the body."""
    ID_REUSED = "ID_REUSED"
    """This (source, id) was seen before with other content."""
    ALREADY_EXISTS = "ALREADY_EXISTS"
    """The aggregate exists and was made by the same content; `state` says where it is."""
    CONFLICT = "CONFLICT"
    """The aggregate exists and was made by other content."""
    NOT_FOUND = "NOT_FOUND"
    SECRET_IN_CLEAR = "SECRET_IN_CLEAR"  # noqa: S105 - a code, not a secret
    """A field that must be sealed was not. The body was not stored."""
    SEAL_BROKEN = "SEAL_BROKEN"
    SEALED_TO_UNKNOWN_KEY = "SEALED_TO_UNKNOWN_KEY"
    SEALED_TO_RETIRED_KEY = "SEALED_TO_RETIRED_KEY"
    UNKNOWN_MERCHANT = "UNKNOWN_MERCHANT"
    NOT_PERMITTED = "NOT_PERMITTED"
    """The merchant's token at the vendor has not the right for it; nothing was done. `reason` names the token by its last
    four characters."""
    CURRENCY_MISMATCH = "CURRENCY_MISMATCH"
    """The currency is not the merchant's own; money does not cross the border on these rails."""
    COUNTRY_MISMATCH = "COUNTRY_MISMATCH"
    EMAIL_MISSING = "EMAIL_MISSING"
    WRONG_STATE = "WRONG_STATE"
    MANDATE_MISSING = "MANDATE_MISSING"
    MANDATE_REVOKED = "MANDATE_REVOKED"
    AMOUNT_ABOVE_LIMIT = "AMOUNT_ABOVE_LIMIT"
    LIMIT_REACHED = "LIMIT_REACHED"
    """A limit of the merchant's per payer, account, day or month; `reason` says which and what is left."""
    ACCOUNT_DISABLED = "ACCOUNT_DISABLED"
    """The bank account may not be debited: a return, a lock, or a corrected account has taken its place."""
    RETRY_NOT_ALLOWED = "RETRY_NOT_ALLOWED"
    """The return code, the number of presentments or the time that has passed forbids to present it again."""
    STOPPED = "STOPPED"
    """A command stopped it before anything was sent."""
    RETURNED = "RETURNED"
    """The payment came back by itself: a refund would pay the payer twice."""
    UNKNOWN_INSTITUTION = "UNKNOWN_INSTITUTION"
    NOT_OFFERED = "NOT_OFFERED"
    """The vendor, or the country's rail, has no such thing."""
    ACCOUNT_LIMIT_REACHED = "ACCOUNT_LIMIT_REACHED"
    ACCOUNT_LOCKED = "ACCOUNT_LOCKED"
    """The external account is locked; a lock set at the vendor is lifted there alone."""
    ARCHIVE_LIMIT_REACHED = "ARCHIVE_LIMIT_REACHED"
    """Three of a customer's accounts were archived today."""
    OUTSTANDING_PAYMENTS = "OUTSTANDING_PAYMENTS"
    """A payment of the account is still on its way."""
    TAKEN = "TAKEN"
    """A name that must be unique is another's; `field` says which."""
    BAD_CORRECTION = "BAD_CORRECTION"
    """The corrected data of a notice of change cannot be right; `reason` names the code to send back."""
    TOO_LATE = "TOO_LATE"
    """`not_after` has passed."""
    VENDOR_REJECTED = "VENDOR_REJECTED"
    """The vendor gave a definite no; `reason` carries its words."""
    VENDOR_UNAVAILABLE = "VENDOR_UNAVAILABLE"
    """Nothing was done: the vendor could not be reached within the bounded number of tries."""
    VENDOR_OUTCOME_UNKNOWN = "VENDOR_OUTCOME_UNKNOWN"
    """It may or may not have happened and is not repeated by machine: look, then send a new command."""


class CommandRefused(Event):
    """A refusal is an event, never silence.

    Its CloudEvents subject is the aggregate that the refusal concerns, with a sequence; where there is none, or where
    an id was reused with other content, the subject is the command id and there is no sequence.
    """

    command_id: str
    command_type: str
    code: Open[RefusalCode]
    reason: str
    field: str | None = None
    """Path of the offending field, dotted: `amount.amount_minor`."""
    aggregate_id: str | None = None
    state: str | None = None
    """The aggregate's state, where there is one."""

    @property
    def key(self) -> str:
        return self.aggregate_id if self.aggregate_id is not None else self.command_id


class CommandParked(Event):
    """The service failed on this command, or on one before it for the same aggregate; people have been told.

    Nothing was decided. The command is kept and will be decided, and answered, once the aggregate is released. Subject
    and key are the command id, and there is no sequence: an aggregate that cannot be decided on cannot be counted up.
    """

    command_id: str
    command_type: str
    aggregate_id: str
    reason: str
    behind: str | None = None
    """The message id of the parked one that this command waits behind, or None when it is the parked one itself."""


class DeadLetterReason(StrEnum):
    TOO_LARGE = "TOO_LARGE"
    NO_ENVELOPE = "NO_ENVELOPE"
    """No readable CloudEvents attributes, so there is nobody to answer."""
    NOT_JSON = "NOT_JSON"
    UNKNOWN_TYPE = "UNKNOWN_TYPE"
    UNKNOWN_VERSION = "UNKNOWN_VERSION"
    WRONG_TOPIC = "WRONG_TOPIC"
    """A message of a kind or service that this topic does not carry."""
    INVALID_EVENT = "INVALID_EVENT"
    """Another service's event that breaks its contract."""


class DeadLetter(BaseModel):
    """A record that can never succeed: where it is, what it was, why. Never its body in the clear.

    The record itself stays in its topic at `topic`/`partition`/`offset` until retention.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    topic: str
    partition: int
    offset: int
    reason: Open[DeadLetterReason]
    detail: str
    sha256: str
    """Of the record's value, hexadecimal."""
    size_bytes: int
    headers: dict[str, str]
    """CloudEvents and content-type headers alone, each cut at 256 characters."""
    head_encrypted: str | None = None
    """The first 1 KiB of the value, encrypted to the service's own key ring; None where the service has no ring."""
    received_at: Instant
