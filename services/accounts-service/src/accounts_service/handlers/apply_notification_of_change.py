"""ApplyNotificationOfChange: a bank's notice, sent by whoever received it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bankrails_contracts.accounts import AppliedBy, ApplyNotificationOfChange, ExternalAccountState
from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.settlement import NotificationOfChangeReceived
from bankrails_messaging.decisions import Decision, Handling, Refusal
from bankrails_messaging.unopened import Unopened
from bankrails_rails.banking_days import BankingCalendar

from accounts_service.domain.correction import NOT_OURS, Bad, Correction, changes, fault
from accounts_service.domain.external_account import ExternalAccount
from accounts_service.domain.opened_number import OpenedNumber
from accounts_service.handlers.correcting import corrected
from accounts_service.handlers.rules import Rules
from accounts_service.handlers.standing_account import wrong_state
from accounts_service.ports import CorrectNumber, Reads

APPLY_WITHIN_BANKING_DAYS = 6
"""Or before the next entry, if that is later (Nacha; moov-io/ach docs/changes.md)."""

_BANKS = BankingCalendar("US")


@dataclass(frozen=True)
class Situation:
    account: ExternalAccount | None
    number: OpenedNumber | Unopened | None
    """The account's number as it would be; None where neither number nor bank changes."""
    same: ExternalAccount | None
    """Another account of the user's that has this number already."""
    rules: Rules


def decide(command: ApplyNotificationOfChange, situation: Situation, now: datetime) -> Decision | Refusal:
    account, number = situation.account, situation.number
    if account is None:
        return Refusal(RefusalCode.NOT_FOUND, "there is no such external account", field="external_account_id")
    if account.country != "US":
        reason = "Canadian banks send no notices of this kind"
        return Refusal(RefusalCode.COUNTRY_MISMATCH, reason, about=account)
    if account.state is not ExternalAccountState.VERIFIED:
        return wrong_state(account, "VERIFIED")
    correction = of_command(command)
    if not correction.applies:
        reason = f"{command.code} corrects nothing of an external account"
        return Refusal(RefusalCode.NOT_OFFERED, reason, field="code", about=account)
    if isinstance(number, Unopened):
        return number.refusal("account_number")
    verdict = checked(account, correction, number, situation.same, situation.rules)
    if isinstance(verdict, Bad):
        reason = f"{verdict.reason}; send back {verdict.send_back}"
        return Refusal(RefusalCode.BAD_CORRECTION, reason, field=verdict.field, about=account)
    return corrected(account, correction, verdict, AppliedBy.US, situation.rules, now)


def of_command(command: ApplyNotificationOfChange) -> Correction:
    return Correction(
        code=command.code,
        routing_number=command.routing_number,
        has_number=command.account_number is not None,
        account_type=command.account_type,
        name=command.name,
        received_on=command.received_on,
        apply_by=_BANKS.add(command.received_on, APPLY_WITHIN_BANKING_DAYS),
    )


def checked(
    account: ExternalAccount,
    correction: Correction,
    number: OpenedNumber | None,
    same: ExternalAccount | None,
    rules: Rules,
) -> dict[str, object] | Bad:
    """What changes, or why nothing may."""
    bad = fault(correction, number, sandbox_number_allowed=rules.sandbox_routing_number)
    if bad is not None:
        return bad
    if same is not None and same.id != account.id:
        return Bad("the corrected account is another one of the same user's", NOT_OURS)
    try:
        return changes(account, correction, number)
    except ValueError as error:
        return Bad(str(error), field="name")


def handling(rules: Rules, correct: CorrectNumber) -> Handling[ApplyNotificationOfChange, Situation]:
    def load(reads: Reads, commands: Sequence[ApplyNotificationOfChange]) -> list[Situation]:
        return situations(reads, [Notice(each.external_account_id, each) for each in commands], rules, correct)

    return Handling(ApplyNotificationOfChange, load, decide)


@dataclass(frozen=True)
class Notice:
    external_account_id: str | None
    content: ApplyNotificationOfChange | NotificationOfChangeReceived


def situations(reads: Reads, notices: Sequence[Notice], rules: Rules, correct: CorrectNumber) -> list[Situation]:
    accounts = reads.external_accounts([notice.external_account_id for notice in notices])
    known = [accounts.get(notice.external_account_id or "") for notice in notices]
    numbers = [_opened(account, notice, correct) for account, notice in zip(known, notices, strict=True)]
    names = [
        (account.user_id, number.fingerprint) if account and isinstance(number, OpenedNumber) else None
        for account, number in zip(known, numbers, strict=True)
    ]
    same = reads.same_accounts([name for name in names if name is not None])
    return [
        Situation(account, number, None if name is None else same.get(name), rules)
        for account, number, name in zip(known, numbers, names, strict=True)
    ]


def _opened(account: ExternalAccount | None, notice: Notice, correct: CorrectNumber) -> OpenedNumber | Unopened | None:
    content = notice.content
    if account is None or (content.routing_number is None and content.account_number is None):
        return None
    return correct(account, content.routing_number, content.account_number)
