"""An account of a person's at a bank outside. Its number is kept encrypted; rules see what was found out about it."""

from dataclasses import dataclass

from bankrails_contracts.accounts import ExternalAccountState, VerificationMethod


@dataclass(frozen=True)
class ExternalAccount:
    id: str
    user_id: str
    state: ExternalAccountState
    country: str
    institution_number: str | None
    transit_number: str | None
    routing_number: str | None
    account_number_encrypted: str
    number_fingerprint: str | None
    """The same for the same account, whoever's; unique per user. None once the vendor has refused to make it, so that
    the person may try again."""
    account_last4: str
    account_type: str
    holder_type: str
    first_name: str | None
    last_name: str | None
    company_name: str | None
    bank_name: str | None
    connection_id: str | None
    helix_customer_id: int | None
    helix_external_account_id: str | None = None
    content_hash: str = ""
    sequence: int = 0
    version: int = 0

    @property
    def masked(self) -> str:
        return f"******{self.account_last4}"

    @property
    def method(self) -> VerificationMethod:
        return VerificationMethod.ATTESTED if self.connection_id is None else VerificationMethod.BANK_LOGIN
