"""What a merchant's tokens may do: declared in the merchants file, and learned from each 403.

No call tells a token's rights. What is declared as missing is refused up front; what is not declared is tried, and a
403 is kept for as long as the token stays the same. Whoever grants a right to a token that is in use declares it in
the file, which makes it another token here: it is tried again.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bankrails_helcim import endpoints
from bankrails_helcim.endpoints import Endpoint
from bankrails_helcim.tokens import General, MerchantTokens, Processing, Token, TokenName


class Right(StrEnum):
    READ_PAYMENTS = "read_payments"
    """Transactions and batches."""
    WITHDRAW = "withdraw"
    REFUND = "refund"
    VOID = "void"
    CANCEL = "cancel"
    SETTLE = "settle"
    READ_CUSTOMERS = "read_customers"
    """Customers, bank accounts, mandates."""
    WRITE_CUSTOMERS = "write_customers"


USES: Mapping[Right, tuple[TokenName, Processing | General]] = {
    Right.READ_PAYMENTS: (TokenName.WITHDRAW, Processing.AUTH),
    Right.WITHDRAW: (TokenName.WITHDRAW, Processing.POSITIVE),
    Right.REFUND: (TokenName.REFUND, Processing.ADMIN),
    Right.VOID: (TokenName.REFUND, Processing.ADMIN),
    Right.CANCEL: (TokenName.REFUND, Processing.ADMIN),
    Right.SETTLE: (TokenName.WITHDRAW, Processing.POSITIVE),
    Right.READ_CUSTOMERS: (TokenName.GENERAL, General.READ),
    Right.WRITE_CUSTOMERS: (TokenName.GENERAL, General.READ_WRITE),
}
"""Right → the token that exercises it, and the level that it takes.

Source: Helcim guide, Connecting to the Helcim API, for withdraw, refund and the customers. Void and cancel at Admin are
inferred (a void reverses); the levels of reading and of settling are not documented.
"""

RIGHT_OF: Mapping[Endpoint, Right] = {
    endpoints.LIST_CUSTOMERS: Right.READ_CUSTOMERS,
    endpoints.GET_CUSTOMER: Right.READ_CUSTOMERS,
    endpoints.CREATE_CUSTOMER: Right.WRITE_CUSTOMERS,
    endpoints.UPDATE_CUSTOMER: Right.WRITE_CUSTOMERS,
    endpoints.LIST_BANK_ACCOUNTS: Right.READ_CUSTOMERS,
    endpoints.GET_BANK_ACCOUNT: Right.READ_CUSTOMERS,
    endpoints.CREATE_BANK_ACCOUNT: Right.WRITE_CUSTOMERS,
    endpoints.SET_DEFAULT_BANK_ACCOUNT: Right.WRITE_CUSTOMERS,
    endpoints.DELETE_BANK_ACCOUNT: Right.WRITE_CUSTOMERS,
    endpoints.REQUEST_NEW: Right.WRITE_CUSTOMERS,
    endpoints.LIST_PADS: Right.READ_CUSTOMERS,
    endpoints.GET_PAD: Right.READ_CUSTOMERS,
    endpoints.UPDATE_PAD: Right.WRITE_CUSTOMERS,
    endpoints.WITHDRAW: Right.WITHDRAW,
    endpoints.LIST_TRANSACTIONS: Right.READ_PAYMENTS,
    endpoints.GET_TRANSACTION: Right.READ_PAYMENTS,
    endpoints.REFUND: Right.REFUND,
    endpoints.VOID: Right.VOID,
    endpoints.CANCEL: Right.CANCEL,
    endpoints.LIST_BATCHES: Right.READ_PAYMENTS,
    endpoints.SETTLE_BATCH: Right.SETTLE,
}
"""Every endpoint but the connection test, which takes any valid token."""

MissingRight = Callable[[str, Right], str | None]
"""Rights.missing, as handlers ask for it: (merchant_id, right) → why not, or None."""


@dataclass(frozen=True, slots=True)
class Denial:
    """One 403: this token of this merchant may not do this."""

    merchant_id: str
    right: Right
    fingerprint: str
    """Of the token, so that the one that replaces it starts without denials."""


class Rights:
    def __init__(self, tokens: Mapping[str, MerchantTokens], denials: Iterable[Denial] = ()) -> None:
        """`tokens` by merchant id, looked at each time: a rotation is seen at once. `denials`: learned before."""
        self._tokens = tokens
        self._denials = set(denials)

    def in_use(self, merchant_id: str, token: str) -> bool:
        """False for one that was rotated away, which calls in flight may still have."""
        return any(held.value == token for held in self._tokens.get(merchant_id, {}).values())

    def missing(self, merchant_id: str, right: Right) -> str | None:
        """None when it is allowed as far as is known, else one readable reason."""
        token = self._token(merchant_id, right)
        if token is None:
            return None
        name, needed = USES[right]
        declared = token.processing if isinstance(needed, Processing) else token.general
        held = f"the {name} token ending in {token.last4}"
        if declared is not None and declared < needed:
            axis = "Transaction Processing" if isinstance(needed, Processing) else "General"
            return f"{held} may not {_spoken(right)}: it has {axis} {_spoken(declared)} and needs {_spoken(needed)}"
        if Denial(merchant_id, right, token.fingerprint) in self._denials:
            return f"{held} may not {_spoken(right)}: Helcim answered 403"
        return None

    def denied(self, merchant_id: str, right: Right) -> Denial | None:
        """A 403 was seen. What is to be kept, or None when it was known already."""
        token = self._token(merchant_id, right)
        if token is None:
            return None
        denial = Denial(merchant_id, right, token.fingerprint)
        if denial in self._denials:
            return None
        self._denials.add(denial)
        return denial

    def known(self, merchant_id: str) -> dict[str, str]:
        """For operators: right → why it is missing; those that are there, or not known to be missing, are left out."""
        found = {right.value: self.missing(merchant_id, right) for right in Right}
        return {right: reason for right, reason in found.items() if reason is not None}

    def _token(self, merchant_id: str, right: Right) -> Token | None:
        return self._tokens.get(merchant_id, {}).get(USES[right][0])


def _spoken(level: StrEnum | Processing | General) -> str:
    return level.name.lower().replace("_", " ")
