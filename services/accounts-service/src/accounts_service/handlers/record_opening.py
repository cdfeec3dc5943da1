"""The vendor's answer to an account's creation or initiation."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bankrails_contracts.accounts import (
    CommandRefused,
    ExternalAccountInitiated,
    InitiateExternalAccount,
    LinkExternalAccount,
)
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result
from bankrails_messaging.refusals import refused

from accounts_service.domain.external_account import ExternalAccount
from accounts_service.domain.moving import moved
from accounts_service.domain.transitions import Trigger
from accounts_service.domain.trial_deposits import ask_at, expires_at
from accounts_service.domain.vendor_fault import REFUSALS, Fault
from accounts_service.handlers.at_limit import at_vendors_limit
from accounts_service.handlers.initiate_external_account import INITIATE_AT_HELIX
from accounts_service.handlers.link_external_account import CREATE_AT_HELIX
from accounts_service.handlers.placed import Placed, load_placed
from accounts_service.handlers.rules import Rules
from accounts_service.handlers.verified import linked
from accounts_service.handlers.watching import watched
from accounts_service.ports import Reads

Opening = type[LinkExternalAccount] | type[InitiateExternalAccount]


def decide(outcome: Outcome, placed: Placed, now: datetime, command: Opening) -> Decision:
    answer = outcome.answer
    if outcome.result is not Result.ANSWERED:
        return refused(CommandRefused, outcome, command, moved(placed.account, Trigger.REJECTED, now))
    if "fault" in answer:
        if answer["fault"] == Fault.LIMIT_REACHED:
            return at_vendors_limit(placed.account, placed.places(now), answer["reason"], now)
        code, field = REFUSALS[Fault(answer["fault"])]
        rejected = moved(placed.account, Trigger.REJECTED, now)
        return refused(CommandRefused, outcome, command, rejected, code=code, reason=answer["reason"], field=field)
    made = replace(placed.account, helix_external_account_id=answer["helix_external_account_id"])
    if command is LinkExternalAccount:
        return linked(made, placed.rules, now, adopted=answer["adopted"])
    return initiated(made, answer, placed.rules, now)


def initiated(
    account: ExternalAccount, answer: dict[str, str], rules: Rules, now: datetime, *, adopted: bool | None = None
) -> Decision:
    """`answer`: `sent_at` and `expires_at`, as far as the vendor has shown them."""
    sent_at = _time(answer.get("sent_at")) or now
    until = _time(answer.get("expires_at")) or expires_at(sent_at)
    asked_at = ask_at(sent_at, rules.trial_deposit_banking_days)
    account = replace(moved(account, Trigger.INITIATED, now), initiated_at=sent_at, ask_at=asked_at, expires_at=until)
    account, looks = watched(account, rules, now)
    told = ExternalAccountInitiated(
        external_account_id=account.id,
        user_id=account.user_id,
        account_type=account.account_type,
        account_masked=account.masked,
        helix_external_account_id=account.helix_external_account_id or "",
        adopted=bool(answer.get("adopted")) if adopted is None else adopted,
        tag=account.tag or "",
        initiated_at=sent_at,
        ask_at=asked_at,
        expires_at=until,
        verification_id=account.verification_id,
    )
    return Decision(account, (told,), looks)


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def answerings(rules: Rules) -> list[Answering[Placed]]:
    def load(reads: Reads, outcomes: Sequence[Outcome]) -> list[Placed]:
        return load_placed(reads, [outcome.key for outcome in outcomes], rules)

    def created(outcome: Outcome, placed: Placed, now: datetime) -> Decision:
        return decide(outcome, placed, now, LinkExternalAccount)

    def begun(outcome: Outcome, placed: Placed, now: datetime) -> Decision:
        return decide(outcome, placed, now, InitiateExternalAccount)

    return [
        Answering(CREATE_AT_HELIX, LinkExternalAccount, load, created),
        Answering(INITIATE_AT_HELIX, InitiateExternalAccount, load, begun),
    ]
