"""What the test of a merchant's tokens found, when it is made again, and how it stands there for ever."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bankrails_messaging.decisions import Answering, Decision, Outcome, Result, Standing
from bankrails_vendor_http.budget import Lane

from bankrails_helcim.budgets import helcim_budget

PROBE_TOKENS = "probe_tokens"

PROBE_EVERY = timedelta(minutes=5)
"""While a token is not taken, or the vendor cannot be asked."""
QUIET_EVERY = timedelta(days=30)
"""While all is well every other call tests the tokens too; this is for one that nobody uses."""


@dataclass(frozen=True)
class TokensRejected:
    """An outcome of the test, read."""

    names: tuple[str, ...]
    reason: str
    """One sentence for people; empty when all are taken."""


def rejected_tokens(answer: Mapping[str, Any]) -> TokensRejected:
    named = [f"the {item['name']} token ending in {item['last4']}" for item in answer["rejected"]]
    reason = f"Helcim does not take {' and '.join(named)}" if named else ""
    return TokensRejected(tuple(item["name"] for item in answer["rejected"]), reason)


def next_probe(outcome: Outcome, now: datetime) -> datetime:
    """When to test again."""
    if outcome.result is Result.ANSWERED:
        return now + (PROBE_EVERY if outcome.answer["rejected"] else QUIET_EVERY)
    return now + (QUIET_EVERY if outcome.result is Result.REJECTED else PROBE_EVERY)


HOLDS_ONLY: Answering[None] = Answering(
    PROBE_TOKENS,
    None,
    lambda reads, outcomes: [None] * len(outcomes),
    lambda outcome, situation, now: Decision(again_at=next_probe(outcome, now)),
)
"""For a service that holds its calls and leaves it to another to tell of the pause."""


def standing(merchant_ids: Sequence[str]) -> list[Standing]:
    return [
        Standing(PROBE_TOKENS, name, {"merchant_id": name}, helcim_budget(name), Lane.LOOK_UP, at_start=True)
        for name in merchant_ids
    ]
