"""What the vendor shows of one payment, and what is new in it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bankrails_contracts.settlement import VendorAuth, VendorClearing, VendorTransaction

from settlement_watcher.domain.watched_payment import WatchedPayment


@dataclass(frozen=True)
class Observation:
    """One row of the vendor's. Made by the call, kept as JSON in its answer."""

    vendor_payment_id: str
    amount_minor: int
    currency: str
    auth: str
    """A word of VendorAuth, or `unrecognised:` and the vendor's own."""
    clearing: str
    vendor_batch_id: str | None
    batch_closed: bool
    batch_closed_at: datetime | None
    created_at: datetime | None
    observed_at: datetime
    transaction_type: str = VendorTransaction.WITHDRAWAL.value
    """A word of VendorTransaction, or `unrecognised:` and the vendor's own."""
    original_vendor_payment_id: str | None = None
    """Of a refund or a reversal: what it undoes."""

    def as_json(self) -> dict[str, Any]:
        return {
            **vars(self),
            "batch_closed_at": self.batch_closed_at and self.batch_closed_at.isoformat(),
            "created_at": self.created_at and self.created_at.isoformat(),
            "observed_at": self.observed_at.isoformat(),
        }

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> "Observation":
        def instant(name: str) -> datetime | None:
            return None if row[name] is None else datetime.fromisoformat(row[name])

        return cls(
            **{
                **row,
                "batch_closed_at": instant("batch_closed_at"),
                "created_at": instant("created_at"),
                "observed_at": datetime.fromisoformat(row["observed_at"]),
            }
        )


def says_something_new(payment: WatchedPayment, seen: Observation) -> bool:
    """False for what is known, for a look that is older than the one we know from, and for another debit than ours."""
    if seen.vendor_payment_id != payment.vendor_payment_id:
        return False
    if payment.observed_at is not None and seen.observed_at < payment.observed_at:
        return False
    return (payment.auth, payment.clearing, payment.vendor_batch_id, payment.batch_closed) != (
        seen.auth,
        seen.clearing,
        seen.vendor_batch_id,
        seen.batch_closed,
    )


def oddity(seen: Observation) -> str | None:
    """What is strange about a row; None for a state that the vendor's own documents know.

    It is kept and told like any other, and nobody guesses what it means: a person should look.
    """
    for name, word, words in (
        ("auth", seen.auth, VendorAuth),
        ("clearing", seen.clearing, VendorClearing),
        ("transaction_type", seen.transaction_type, VendorTransaction),
    ):
        if word not in set(words):
            return f"unknown_{name}"
    if seen.auth == VendorAuth.PENDING and seen.batch_closed:
        return "pending_in_a_closed_batch"
    if seen.clearing == VendorClearing.OPENED:
        return None
    if seen.auth != VendorAuth.APPROVED:
        return "at_the_bank_without_approval"
    return None if seen.batch_closed else "at_the_bank_before_the_close"
