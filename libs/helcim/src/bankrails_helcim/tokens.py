"""A merchant's tokens: what each is for, what it may do, and how it is spoken of."""

import hashlib
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum


class TokenName(StrEnum):
    """What we use a token for, as in the merchants file."""

    GENERAL = "general"
    WITHDRAW = "withdraw"
    REFUND = "refund"


class Processing(IntEnum):
    """Transaction Processing, each level with the ones before it (Helcim guide: Connecting to the Helcim API)."""

    NONE = 1
    AUTH = 2
    POSITIVE = 3
    ADMIN = 4


class General(IntEnum):
    """Customers, bank accounts and mandates."""

    NONE = 0
    READ = 1
    READ_WRITE = 2


@dataclass(frozen=True, slots=True)
class Token:
    value: str = field(repr=False)
    processing: Processing | None = None
    """None: not declared. No call of the vendor's tells it."""
    general: General | None = None

    @property
    def last4(self) -> str:
        """All that may be shown of it."""
        return self.value[-4:]

    @property
    def fingerprint(self) -> str:
        """Tells this token from the one that replaces it, or from itself once other rights are declared for it. Does not
        lead back to it."""
        return hashlib.sha256(f"{self.value} {self.processing} {self.general}".encode()).hexdigest()[:16]


MerchantTokens = dict[TokenName, Token]
"""One merchant's, all three."""
