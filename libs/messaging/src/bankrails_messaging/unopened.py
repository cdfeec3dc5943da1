"""A sealed field that did not open, as decisions see it: they know of no cryptography."""

from dataclasses import dataclass

from bankrails_contracts.answers import RefusalCode

from bankrails_messaging.decisions import Refusal


@dataclass(frozen=True)
class Unopened:
    code: RefusalCode
    reason: str

    def refusal(self, field: str) -> Refusal:
        return Refusal(self.code, self.reason, field=field)
