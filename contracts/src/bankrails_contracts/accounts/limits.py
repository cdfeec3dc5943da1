"""How many accounts a customer may have, and the one way beyond: a person."""

from bankrails_contracts.accounts.base import AccountsEvent, ExternalAccountCommand, ExternalAccountState, Text255
from bankrails_contracts.message import Instant
from bankrails_contracts.open_vocabulary import Open
from bankrails_contracts.parts import Part, Text100


class CountedAccount(Part):
    external_account_id: str
    state: Open[ExternalAccountState]
    last_settled_at: Instant | None = None
    """ARCHIVED: why it still counts."""


class AccountLimitReached(AccountsEvent):
    """The account was not made. A person in support decides; nothing else lifts it.

    Ours may be stricter than the vendor's: it counts debits that the vendor does not see.
    """

    aggregate_field = "external_account_id"
    counted: int
    """By our records: UNVERIFIED, VERIFY_LOCKED, VERIFIED, and ARCHIVED with a payment settled within 90 days."""
    limit: int | None = None
    """None where the vendor says that it is reached and we have not read it yet."""
    counts: tuple[CountedAccount, ...] = ()
    """Which they are."""
    ours: bool
    """Our count forbids it, and the vendor was not asked to make it."""
    vendor_counted: int | None = None
    """What counts by the vendor's own list, where it was read; it cannot show when an archived account was last used."""
    vendor_answer: str | None = None
    """The vendor's code and words, where it was asked and said no."""


class ApproveOverLimit(ExternalAccountCommand):
    """A person in support found the account right. It must then be made in the vendor's admin site by a person.

    Answered by OverLimitApproved or CommandRefused; ExternalAccountLinked or ExternalAccountInitiated follows once the
    vendor's list shows it.
    """

    aggregate_field = "external_account_id"
    by: Text100
    """Who decided it."""
    reason: Text255


class OverLimitApproved(AccountsEvent):
    aggregate_field = "external_account_id"
    by: str
    reason: str
    approved_at: Instant
    tag: str | None = None
    """To be given to the account when it is made at the vendor; without it, masked number and routing tell which it is."""
