"""What is known of an account number once its seal was opened: never the number."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OpenedNumber:
    encrypted: str
    """For the row of one external account alone."""
    fingerprint: str
    """Of country, bank and number together."""
    last4: str
    fault: str | None = None
    """What its rules say against it."""
    spelled_out_in: str | None = None
    """The field of the same message in which it stands in the clear."""
