"""PaymentCleared: when money last moved on an external account, known here or not."""

from collections.abc import Sequence
from datetime import datetime

from bankrails_contracts.settlement import PaymentCleared
from bankrails_messaging.decisions import Decision, Handling

from accounts_service.domain.account_use import AccountUse
from accounts_service.ports import Reads


def decide(event: PaymentCleared, use: AccountUse | None, now: datetime) -> Decision:
    if event.external_account_id is None:
        return Decision()
    if use is None:
        return Decision(AccountUse(event.external_account_id, event.cleared_at))
    later = use.and_also(event.cleared_at)
    return Decision() if later is use else Decision(later)


def load(reads: Reads, events: Sequence[PaymentCleared]) -> list[AccountUse | None]:
    ids = [event.external_account_id for event in events]
    uses = reads.account_uses([each for each in ids if each is not None])
    return [None if each is None else uses.get(each) for each in ids]


HANDLING = Handling(PaymentCleared, load, decide)
