"""A customer has as many accounts as they may: the request that a person in support decides on.

No command talks its way past it. Our count may be stricter than the vendor's, so where it forbids, the vendor's list is
read all the same, and both answers are told. Where no vendor counts, ours is the only one.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bankrails_contracts.accounts import AccountLimitReached, LinkExternalAccount
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result, Work
from bankrails_vendor_http.budget import Lane

from accounts_service.domain.external_account import ExternalAccount
from accounts_service.domain.limit import Places
from accounts_service.domain.moving import moved
from accounts_service.domain.transitions import Trigger
from accounts_service.handlers.placed import Placed, load_placed
from accounts_service.handlers.rules import HELIX_BUDGET, Rules
from accounts_service.ports import Reads

COUNT_AT_HELIX = "count_at_helix"


def at_our_limit(account: ExternalAccount, places: Places, now: datetime) -> Decision:
    account = _waiting(account, now)
    if account.at_helix:
        work = Work(COUNT_AT_HELIX, {"external_account_id": account.id}, HELIX_BUDGET, Lane.PERSON)
        return Decision(account, work=(work,))
    return Decision(account, (_told(account, places, ours=True),))


def at_vendors_limit(account: ExternalAccount, places: Places, answer: str, now: datetime) -> Decision:
    account = _waiting(account, now)
    return Decision(account, (_told(account, places, ours=False, vendor_answer=answer),))


def _waiting(account: ExternalAccount, now: datetime) -> ExternalAccount:
    """The number is free meanwhile: the person may archive another account and try again."""
    return replace(moved(account, Trigger.AT_LIMIT, now), number_fingerprint=None)


def _told(
    account: ExternalAccount,
    places: Places,
    *,
    ours: bool,
    vendor_counted: int | None = None,
    vendor_answer: str | None = None,
) -> AccountLimitReached:
    return AccountLimitReached(
        external_account_id=account.id,
        user_id=account.user_id,
        counted=len(places.counted),
        limit=places.limit,
        counts=places.counted,
        ours=ours,
        vendor_counted=vendor_counted,
        vendor_answer=vendor_answer,
    )


def decide(outcome: Outcome, placed: Placed, now: datetime) -> Decision:
    counted = outcome.answer.get("counted") if outcome.result is Result.ANSWERED else None
    return Decision(placed.account, (_told(placed.account, placed.places(now), ours=True, vendor_counted=counted),))


def answering(rules: Rules) -> Answering[Placed]:
    def load(reads: Reads, outcomes: Sequence[Outcome]) -> list[Placed]:
        return load_placed(reads, [outcome.key for outcome in outcomes], rules)

    return Answering(COUNT_AT_HELIX, LinkExternalAccount, load, decide)
