"""The vendor's list, looked through for an account that a person was to make beyond the limit.

Our tag tells which it is; without it the masked number and the routing number do, as long as one row alone fits. What
belongs to another account of ours is none of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bankrails_contracts.accounts import ExternalAccountState
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result

from accounts_service.domain.external_account import ExternalAccount
from accounts_service.handlers.approve_over_limit import FIND_APPROVED
from accounts_service.handlers.placed import Placed, load_placed
from accounts_service.handlers.record_opening import initiated
from accounts_service.handlers.rules import Rules, next_tick
from accounts_service.handlers.verified import linked
from accounts_service.ports import Reads

VERIFIED, UNVERIFIED = "Verified", "Unverified"

Fingerprint = Callable[[ExternalAccount], str]


@dataclass(frozen=True)
class Search:
    placed: Placed
    taken: frozenset[str]
    """Of the rows that fit: the ids of those that other accounts of ours have, or whose tags they have."""
    fingerprint: str | None
    """Of the number; None where the user has an account with it already."""


def decide(outcome: Outcome, search: Search, now: datetime) -> Decision:
    account, rules = search.placed.account, search.placed.rules
    if account.state is not ExternalAccountState.APPROVED_OVER_LIMIT:
        return Decision()
    row = _the_one(outcome, search.taken) if outcome.result is Result.ANSWERED else None
    if row is None:
        return Decision(again_at=next_tick(now, rules.find_every))
    account = replace(
        account,
        helix_external_account_id=row["id"],
        number_fingerprint=search.fingerprint,
        tag=row["tag"],
        bank_name=row["bank_name"] or account.bank_name,
        vendor_status=row["status"],
    )
    if row["status"] == VERIFIED:
        decision = linked(account, rules, now, adopted=True)
    else:
        decision = initiated(account, row, rules, now, adopted=True)
    return replace(decision, also=(Decision(search.placed.customer),))


def _the_one(outcome: Outcome, taken: frozenset[str]) -> dict[str, Any] | None:
    rows = [row for row in outcome.answer["rows"] if row["id"] not in taken and row["status"] in (VERIFIED, UNVERIFIED)]
    tagged = [row for row in rows if row["by"] == "tag"]
    fitting = tagged or rows
    return fitting[0] if len(fitting) == 1 else None


def answering(rules: Rules, fingerprint: Fingerprint) -> Answering[Search]:
    def load(reads: Reads, outcomes: Sequence[Outcome]) -> list[Search]:
        placed = load_placed(reads, [outcome.key for outcome in outcomes], rules)
        rows = [row for outcome in outcomes for row in outcome.answer.get("rows", ())]
        ours, tagged = reads.at_helix([row["id"] for row in rows]), reads.tagged([row["tag"] for row in rows])
        owners = {row["id"]: tagged[row["tag"]].id for row in rows if row["tag"] in tagged} | dict(ours)
        prints = [fingerprint(each.account) for each in placed]
        same = reads.same_accounts([(each.account.user_id, its) for each, its in zip(placed, prints, strict=True)])
        return [
            Search(
                each,
                frozenset(name for name, owner in owners.items() if owner != each.account.id),
                None if (each.account.user_id, its) in same else its,
            )
            for each, its in zip(placed, prints, strict=True)
        ]

    return Answering(FIND_APPROVED, None, load, decide)
