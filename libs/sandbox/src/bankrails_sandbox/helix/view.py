"""An external account as the control API shows it: with what no caller of the vendor is told, such as the amounts."""

from dataclasses import dataclass
from datetime import datetime

from bankrails_sandbox.helix.records import AccountType, ExternalAccount, LockedBy, Status


@dataclass(frozen=True, slots=True)
class AccountView:
    """`trial_amounts_minor` are the two credits, empty for an account that was created verified;
    `trial_returned` is the code with which one came back."""

    id: int
    customer_id: int
    account_number_masked: str
    routing_number: str
    type: AccountType
    status: Status
    name: str | None
    tag: str | None
    trial_amounts_minor: tuple[int, ...]
    attempts_left: int
    trial_returned: str | None
    verify_expires_at: datetime | None
    locked_by: LockedBy | None
    noc_code: str | None
    pending_transactions: int
    last_settled_at: datetime | None

    @classmethod
    def of(cls, account: ExternalAccount) -> "AccountView":
        return cls(
            id=account.id,
            customer_id=account.customer_id,
            account_number_masked=account.number_masked,
            routing_number=account.routing_number,
            type=account.type,
            status=account.status,
            name=account.name,
            tag=account.tag,
            trial_amounts_minor=account.trial_amounts_minor,
            attempts_left=account.attempts_left,
            trial_returned=account.trial_returned,
            verify_expires_at=account.verify_expires_at,
            locked_by=account.locked_by,
            noc_code=account.noc_code,
            pending_transactions=account.pending_transactions,
            last_settled_at=account.last_settled_at,
        )
