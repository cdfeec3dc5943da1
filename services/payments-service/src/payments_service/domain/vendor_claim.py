"""Which of ours a refund or a reversal at the vendor is: one of the vendor's stands for one of ours at most."""

from dataclasses import dataclass


@dataclass(frozen=True)
class VendorClaim:
    id: str
    """`claim_id()`: unique within the merchant."""
    payment_id: str
    owner: str
    """`refund` and its id, or `void`."""
    state: str = "CLAIMED"
    content_hash: str = ""
    sequence: int = 0
    version: int = 0


def claim_id(merchant_id: str, vendor_id: str) -> str:
    return f"{merchant_id}/{vendor_id}"
