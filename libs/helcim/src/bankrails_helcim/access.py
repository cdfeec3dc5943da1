"""On whose behalf a call is made."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class MerchantAccess:
    merchant_id: str
    token: str = field(repr=False)
    """An API token of that merchant with the rights that the call needs; shown by its last four characters at most."""

    def __post_init__(self) -> None:
        # A stray newline from a secrets file would fail inside the HTTP library, half-way into a debit.
        if not self.token or not self.token.isascii() or not self.token.isprintable() or " " in self.token:
            raise ValueError(f"the Helcim token of {self.merchant_id} is empty or holds characters that no token has")
