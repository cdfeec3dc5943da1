"""ArchiveExternalAccount: for good. Three of a customer a day, and none with a payment on its way."""

from dataclasses import replace
from datetime import datetime

from bankrails_contracts.accounts import ArchiveExternalAccount, ExternalAccountArchived, ExternalAccountState
from bankrails_contracts.answers import RefusalCode
from bankrails_messaging.decisions import Decision, Handling, Refusal

from accounts_service.domain.customer import ARCHIVES_PER_DAY
from accounts_service.domain.external_account import ExternalAccount, Pending
from accounts_service.domain.moving import moved
from accounts_service.domain.transitions import Trigger
from accounts_service.handlers.rules import Rules
from accounts_service.handlers.standing_account import (
    Situation,
    acting,
    asked_of_helix,
    handling,
    wrong_state,
)

ARCHIVE_AT_HELIX = "archive_at_helix"


def decide(command: ArchiveExternalAccount, situation: Situation, now: datetime) -> Decision | Refusal:
    assert situation.placed is not None  # noqa: S101 - the guard refuses
    placed, account = situation.placed, situation.placed.account
    if account.state is not ExternalAccountState.VERIFIED:
        return wrong_state(account, "VERIFIED")
    if situation.outstanding:
        reason = "a payment or refund of it is on its way"
        return Refusal(RefusalCode.OUTSTANDING_PAYMENTS, reason, about=account)
    day = placed.program.archive_day(now)
    if placed.customer.archives_left(day) <= 0:
        reason = f"{ARCHIVES_PER_DAY} of the customer's accounts were archived on {day}"
        return Refusal(RefusalCode.ARCHIVE_LIMIT_REACHED, reason, about=account)
    decision = (
        asked_of_helix(account, Pending.ARCHIVE, ARCHIVE_AT_HELIX, day=day.isoformat())
        if account.at_helix
        else archived(acting(account), now)
    )
    # The day's place is taken in this commit, whatever the vendor will say.
    return replace(decision, also=(Decision(placed.customer.archiving(day)),))


def archived(account: ExternalAccount, now: datetime) -> Decision:
    after = moved(account, Trigger.ARCHIVED, now)
    return Decision(after, (ExternalAccountArchived(external_account_id=after.id, user_id=after.user_id),))


def handling_of(rules: Rules) -> Handling[ArchiveExternalAccount, Situation]:
    return handling(ArchiveExternalAccount, rules, decide)
