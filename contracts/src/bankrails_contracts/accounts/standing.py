"""An account's life after it was made known: updated, locked, unlocked, archived."""

from bankrails_contracts.accounts.base import (
    AccountsEvent,
    CustomFields,
    ExternalAccountCommand,
    ExternalAccountView,
    Text50,
    Text255,
)
from bankrails_contracts.message import Instant
from bankrails_contracts.parts import Text100


class UpdateExternalAccount(ExternalAccountCommand):
    """Change what may change; what is left out stays. Numbers, type and tag never change by a command.

    Answered by ExternalAccountUpdated or CommandRefused.
    """

    aggregate_field = "external_account_id"
    nickname: Text50 | None = None
    """United States: unique among the customer's."""
    custom_fields: CustomFields | None = None
    """Each that is left out stays."""
    first_name: Text50 | None = None
    last_name: Text50 | None = None
    company_name: Text100 | None = None
    tag: str | None = None
    """Refused unless it is the account's own."""


class LockExternalAccount(ExternalAccountCommand):
    """No new debits of it. VERIFIED accounts alone. Answered by ExternalAccountLocked or CommandRefused."""

    aggregate_field = "external_account_id"
    reason: Text255


class UnlockExternalAccount(ExternalAccountCommand):
    """Answered by ExternalAccountUnlocked or CommandRefused: a lock set at the vendor is lifted there alone."""

    aggregate_field = "external_account_id"


class ArchiveExternalAccount(ExternalAccountCommand):
    """Put it away for good. Refused unless VERIFIED, with payments outstanding, and after the day's third of a customer.

    Answered by ExternalAccountArchived or CommandRefused.
    """

    aggregate_field = "external_account_id"


class ExternalAccountUpdated(AccountsEvent):
    """Something about it changed, by a command or at the vendor."""

    aggregate_field = "external_account_id"
    changed: tuple[str, ...]
    """Names of fields of `account`."""
    account: ExternalAccountView
    """As it is now."""


class ExternalAccountLocked(AccountsEvent):
    """No new debits; what is at the bank already stays there."""

    aggregate_field = "external_account_id"
    reason: str
    locked_at: Instant | None = None
    by_vendor: bool = False
    """Set at the vendor, by a person or against fraud; a command cannot lift it."""


class ExternalAccountUnlocked(AccountsEvent):
    aggregate_field = "external_account_id"
    by_vendor: bool = False


class ExternalAccountArchived(AccountsEvent):
    """For good: it cannot be used again."""

    aggregate_field = "external_account_id"
    by_vendor: bool = False
