"""What a login shows, on its way from the vendor to the event. Full numbers are here in memory alone."""

from dataclasses import dataclass, field

from bankrails_contracts.auth import BankProfile, FoundAccount

from auth_service.domain.login import Step


@dataclass(frozen=True, slots=True)
class Numbers:
    """Canada: institution and transit. United States: routing."""

    account_number: str = field(repr=False)
    institution_number: str | None = None
    transit_number: str | None = None
    routing_number: str | None = None


@dataclass(frozen=True, slots=True)
class ShownAccount:
    found: FoundAccount
    """Without its `details`."""
    numbers: Numbers | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class BankData:
    profile: BankProfile
    accounts: tuple[ShownAccount, ...]


@dataclass(frozen=True, slots=True)
class NotYet:
    """The vendor is still gathering. `asked_for` names what it was asked to gather, to be handed back next time."""

    asked_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The bank asks the person something before it shows more."""

    step: Step


def masked(account_number: str | None) -> str | None:
    """`******` and the last four characters; None for nothing, and for what four characters would give away."""
    return None if account_number is None or len(account_number) < 7 else f"******{account_number[-4:]}"
