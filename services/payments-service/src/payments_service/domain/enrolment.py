"""What a user's verified accounts and a user's payers have to do with each other, whichever is known first."""

from dataclasses import asdict, dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class SharedAccount:
    """A verified account as accounts-service shared it, its number encrypted for rest."""

    external_account_id: str
    country: str
    institution_number: str | None
    transit_number: str | None
    routing_number: str | None
    number_encrypted: str
    account_type: str
    holder_type: str
    first_name: str | None
    last_name: str | None
    company_name: str | None
    fingerprint: str = ""
    """Of the number, keyed: equal for equal numbers."""

    @property
    def routing(self) -> tuple[str | None, ...]:
        return self.institution_number, self.transit_number, self.routing_number

    def same_account(self, fingerprint: str, routing: tuple[str | None, ...], account_type: str) -> bool:
        return (self.fingerprint, self.routing, self.account_type) == (fingerprint, routing, account_type)


@dataclass(frozen=True)
class Enrolled:
    """A registered payer whose user's accounts are to be registered for them."""

    payer_id: str
    merchant_id: str
    country: str


@dataclass(frozen=True)
class Enrolment:
    """One user. Both sides meet in this one row, so that of two that come at once the later sees the earlier."""

    id: str
    state: str = "KNOWN"
    payers: dict[str, Any] = field(default_factory=dict)
    accounts: dict[str, Any] = field(default_factory=dict)
    content_hash: str = ""
    sequence: int = 0
    version: int = 0

    def with_payer(self, payer: Enrolled) -> "Enrolment":
        return replace(self, payers={**self.payers, payer.payer_id: asdict(payer)})

    def with_account(self, account: SharedAccount) -> "Enrolment":
        return replace(self, accounts={**self.accounts, account.external_account_id: asdict(account)})

    def payers_in(self, country: str) -> list[Enrolled]:
        """Accounts and payers of two countries have nothing to do with each other: the rails cross no border."""
        return [Enrolled(**each) for each in self.payers.values() if each["country"] == country]

    def accounts_in(self, country: str) -> list[SharedAccount]:
        return [SharedAccount(**each) for each in self.accounts.values() if each["country"] == country]
