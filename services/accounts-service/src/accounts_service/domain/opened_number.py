"""What is known of an account number once its seal was opened: never the number."""

from dataclasses import dataclass

from bankrails_contracts.answers import RefusalCode


@dataclass(frozen=True)
class OpenedNumber:
    encrypted: str
    """For the row of one external account alone."""
    fingerprint: str
    """Of country, bank and number together."""
    last4: str
    fault: str | None = None
    """What its rules say against it."""


@dataclass(frozen=True)
class UnopenedNumber:
    """Why the seal could not be opened."""

    code: RefusalCode
    reason: str
