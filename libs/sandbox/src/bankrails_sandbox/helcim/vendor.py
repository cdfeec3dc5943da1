"""The vendor as a whole: the books of all merchants, who a token belongs to, and what is watched and planted on top."""

import dataclasses
from datetime import datetime

from bankrails_clock import Clock

from bankrails_sandbox.helcim.batches import next_close
from bankrails_sandbox.helcim.books import Books, Ids
from bankrails_sandbox.helcim.merchants import HelcimConfig, Merchant, Token
from bankrails_sandbox.helcim.records import AchTransaction
from bankrails_sandbox.vendor import Vendor


class HelcimVendor(Vendor):
    name = "helcim"

    def __init__(self, config: HelcimConfig, clock: Clock) -> None:
        super().__init__(clock)
        self._config = config
        self.reset()

    def open_books(self) -> None:
        ids = Ids()
        self.books = {
            merchant.name: Books(merchant, self._config, ids, self.effects, self.agenda)
            for merchant in self._config.merchants
        }
        self._index_tokens()

    @property
    def merchants(self) -> tuple[str, ...]:
        return tuple(merchant.name for merchant in self._config.merchants)

    def next_due(self, now: datetime) -> datetime | None:
        """Each daily close counts, also where there is nothing to close: merchants and their services go by it."""
        closes = [next_close(books, now) for books in self.books.values()]
        appointment = super().next_due(now)
        return min([*closes, appointment] if appointment else closes, default=None)

    def transaction(self, id: int) -> tuple[Books, AchTransaction]:
        """Raises KeyError for an unknown id."""
        for books in self.books.values():
            if id in books.transactions:
                return books, books.transactions[id]
        raise KeyError(id)

    def authenticate(self, token: str) -> tuple[Books, Token] | None:
        """None for an unknown and for a disabled token alike."""
        found = self._tokens.get(token)
        return None if found is None or found[1].disabled else found

    def change_merchant(self, name: str, **changes: object) -> Merchant:
        """Takes fields of Merchant; raises KeyError for an unknown name."""
        books = self.books[name]
        books.merchant = dataclasses.replace(books.merchant, **changes)  # type: ignore[arg-type] # decoded by the caller
        self._index_tokens()
        return books.merchant

    def add_token(self, merchant_name: str, token: Token) -> Merchant:
        """Raises KeyError for an unknown merchant, ValueError when the name or the value is taken."""
        tokens = self.books[merchant_name].merchant.tokens
        if token.value in self._tokens or token.name in [known.name for known in tokens]:
            raise ValueError("a token of that name or value exists")
        return self.change_merchant(merchant_name, tokens=(*tokens, token))

    def change_token(self, merchant_name: str, token_name: str, **changes: object) -> Merchant:
        """Disables, revokes rights or rotates a token. Raises KeyError for an unknown merchant or token."""
        tokens = self.books[merchant_name].merchant.tokens
        if token_name not in [token.name for token in tokens]:
            raise KeyError(token_name)
        return self.change_merchant(
            merchant_name,
            tokens=tuple(
                dataclasses.replace(token, **changes) if token.name == token_name else token  # type: ignore[arg-type]
                for token in tokens
            ),
        )

    def _index_tokens(self) -> None:
        self._tokens = {token.value: (books, token) for books in self.books.values() for token in books.merchant.tokens}
