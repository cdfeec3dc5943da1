"""The vendor as a whole: the books of all merchants, who a token belongs to, and what is watched and planted on top."""

import dataclasses

from bankrails_clock import Clock

from bankrails_sandbox.calls import CallCounter
from bankrails_sandbox.effects import EffectLog
from bankrails_sandbox.faults import FaultPlan
from bankrails_sandbox.helcim.books import Books, Ids
from bankrails_sandbox.helcim.merchants import HelcimConfig, Merchant, Token


class HelcimVendor:
    def __init__(self, config: HelcimConfig, clock: Clock) -> None:
        self._config = config
        self.clock = clock
        self.faults = FaultPlan()
        self.reset()

    def reset(self) -> None:
        """As at the start: empty books, no faults, no counts. Calls still in progress end on the old books."""
        self.faults.clear()
        self.calls = CallCounter()
        self.effects = EffectLog()
        ids = Ids()
        self.books = {
            merchant.name: Books(merchant, self._config, ids, self.effects) for merchant in self._config.merchants
        }
        self._tokens: dict[str, tuple[Books, Token]] = {}
        self._index_tokens()

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

    def catch_up(self) -> None:
        now = self.clock.now()
        for books in self.books.values():
            books.catch_up(now)

    def _index_tokens(self) -> None:
        self._tokens = {token.value: (books, token) for books in self.books.values() for token in books.merchant.tokens}
