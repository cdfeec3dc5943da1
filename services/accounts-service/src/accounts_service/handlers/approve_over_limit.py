"""ApproveOverLimit: a person in support found an account beyond the limit right.

The vendor takes it from no machine: a person makes it in the vendor's admin site, and until then its list is looked at.
Where no vendor counts, the approval is all that was missing.
"""

from dataclasses import replace
from datetime import datetime

from bankrails_contracts.accounts import ApproveOverLimit, ExternalAccountState, OverLimitApproved
from bankrails_messaging.decisions import Decision, Handling, Refusal, Work
from bankrails_vendor_http.budget import Lane

from accounts_service.domain.moving import moved
from accounts_service.domain.transitions import Trigger
from accounts_service.handlers.rules import HELIX_BUDGET, Rules
from accounts_service.handlers.standing_account import Situation, acting, handling, wrong_state
from accounts_service.handlers.verified import linked
from accounts_service.ports import SpelledOut

FIND_APPROVED = "find_approved"


def decide(command: ApproveOverLimit, situation: Situation, now: datetime) -> Decision | Refusal:
    assert situation.placed is not None  # noqa: S101 - the guard refuses
    placed, account = situation.placed, situation.placed.account
    if account.state is not ExternalAccountState.OVER_LIMIT:
        return wrong_state(account, "OVER_LIMIT")
    account = replace(
        acting(moved(account, Trigger.APPROVED, now)),
        over_limit=True,
        approved_at=now,
        approved_by=command.by,
        approval_reason=command.reason,
    )
    told = OverLimitApproved(
        external_account_id=account.id,
        user_id=account.user_id,
        by=command.by,
        reason=command.reason,
        approved_at=now,
        tag=account.tag,
    )
    if account.at_helix:
        work = Work(FIND_APPROVED, {"external_account_id": account.id}, HELIX_BUDGET, Lane.LOOK_UP)
        return Decision(account, (told,), (work,))
    made = linked(account, placed.rules, now)
    return replace(made, events=(told, *made.events), also=(Decision(placed.customer),))


def handling_of(rules: Rules, spelled_out: SpelledOut) -> Handling[ApproveOverLimit, Situation]:
    return handling(ApproveOverLimit, rules, decide, spelled_out)
