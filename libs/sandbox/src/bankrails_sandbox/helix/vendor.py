"""The vendor as a whole: the program's books, whose key it is, and how fast it may be used."""

import base64
import dataclasses
import hmac
from typing import Any

from bankrails_clock import Clock

from bankrails_sandbox.helix.books import Books
from bankrails_sandbox.helix.program import HelixConfig, Program
from bankrails_sandbox.helix.rate_limit import Throttle
from bankrails_sandbox.vendor import Vendor


class HelixVendor(Vendor):
    name = "helix"

    def __init__(self, config: HelixConfig, clock: Clock) -> None:
        super().__init__(clock)
        self._config = config
        self.reset()

    def open_books(self) -> None:
        """The configured customers, and no accounts."""
        self.throttle = Throttle(self._config.limits)
        self.books = Books(self._config, self.effects, self.agenda)

    @property
    def merchants(self) -> tuple[str, ...]:
        return (self.books.program.name,)

    def authenticate(self, authorization: bytes) -> bool:
        """Of a Basic header."""
        program = self.books.program
        expected = base64.b64encode(f"{program.api_key}:{program.api_secret}".encode())
        scheme, _, given = authorization.partition(b" ")
        return scheme.lower() == b"basic" and hmac.compare_digest(given.strip(), expected)

    def change_program(self, **changes: object) -> Program:
        """Takes fields of Program."""
        self.books.program = dataclasses.replace(self.books.program, **changes)  # type: ignore[arg-type] # decoded by the caller
        return self.books.program

    def throttle_report(self, *, over: bool = False) -> dict[str, Any] | None:
        """What an answer says of the rate limit. `over`: of a call that was refused for it."""
        if not (self.books.program.throttled or over):
            return None
        return self.throttle.report(self.clock.now(), over=over)
