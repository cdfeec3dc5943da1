"""SettleBatch and ReconcileBatch: what is refused up front, and what of a merchant that holds funding is not said."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.money import Currency
from bankrails_contracts.payments import MerchantPaused, MerchantResumed, PaymentState
from bankrails_contracts.settlement import ReconcileBatch, SettleBatch
from bankrails_helcim.rights import Right
from bankrails_messaging.decisions import Decision, Outcome, Refusal, Result
from bankrails_vendor_http.budget import Lane
from settlement_watcher.domain.batch import Batch, BatchState
from settlement_watcher.domain.merchant_pause import MerchantPause
from settlement_watcher.handlers import note_pauses, reconcile_batch, record_batches, record_settle, settle_batch
from settlement_watcher.handlers.merchants import Merchants
from settlement_watcher.reconciling_ports import Members


def a_batch(state: BatchState, merchant_id: str = "maple-books") -> Batch:
    return Batch("47339", merchant_id, Currency.CAD, state=state)


def settled(merchants: Any, batch: Batch | None, id: str = "47339", missing: str | None = None) -> Any:
    def missing_right(merchant_id: str, right: Right) -> str | None:
        return missing if right is Right.SETTLE else "another right was asked for"

    command = SettleBatch(merchant_id="maple-books", vendor_batch_id=id)
    situation = settle_batch.Situation(merchants.get("maple-books"), batch)
    return settle_batch.handling(merchants, missing_right).decide(command, situation, datetime.now().astimezone())


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (None, None),
        (BatchState.ASKED, None),
        (BatchState.OPEN, None),
        (BatchState.CLOSED, RefusalCode.WRONG_STATE),
        (BatchState.SETTLED, RefusalCode.WRONG_STATE),
    ],
)
def test_settle_in_every_state(state: BatchState | None, code: RefusalCode | None, merchants: Any) -> None:
    """One that we have not seen may be there all the same: the vendor says."""
    verdict = settled(merchants, None if state is None else a_batch(state))
    if code is not None:
        assert isinstance(verdict, Refusal)
        assert verdict.code is code
        return
    assert isinstance(verdict, Decision)
    (work,) = verdict.work
    assert (work.kind, work.lane, work.gate) == ("settle_batch", Lane.PERSON, "settle/maple-books/47339")


def test_a_token_that_may_not_settle_is_named_before_anything_is_sent(merchants: Any) -> None:
    verdict = settled(merchants, a_batch(BatchState.OPEN), missing="the token ending in abcd may not settle")
    assert isinstance(verdict, Refusal)
    assert (verdict.code, verdict.reason) == (RefusalCode.NOT_PERMITTED, "the token ending in abcd may not settle")


def test_another_merchants_batch_is_not_found(merchants: Any) -> None:
    verdict = settled(merchants, a_batch(BatchState.OPEN, "liberty-books"))
    assert isinstance(verdict, Refusal)
    assert verdict.code is RefusalCode.NOT_FOUND


def test_a_batch_has_a_number(merchants: Any) -> None:
    verdict = settled(merchants, None, id="ach-47339")
    assert isinstance(verdict, Refusal)
    assert verdict.code is RefusalCode.INVALID


@pytest.mark.parametrize("state", list(BatchState))
def test_only_a_closed_batch_is_compared(state: BatchState, merchants: Any, noon: datetime) -> None:
    command = ReconcileBatch(merchant_id="maple-books", vendor_batch_id="47339")
    verdict = reconcile_batch.handling(merchants).decide(command, a_batch(state), noon)
    allowed = state in (BatchState.CLOSED, BatchState.SETTLED)
    assert isinstance(verdict, Decision if allowed else Refusal)


def test_an_unknown_settle_is_not_answered_before_it_is_looked_up(noon: datetime) -> None:
    """It may have closed: a refusal now would be a guess."""
    outcome = Outcome(
        "work", "settle_batch", "47339", "command", Result.UNKNOWN, {"merchant_id": "maple-books"}, ended=False
    )
    situation = record_settle.Situation(a_batch(BatchState.OPEN), Members(), 0)
    assert record_settle.settle_answered(outcome, situation, noon) == Decision()


@pytest.mark.parametrize("holds_funding", [False, True])
def test_of_a_merchant_that_holds_funding_nothing_is_overdue(
    holds_funding: bool, merchants: Merchants, a_payment: Any, noon: datetime
) -> None:
    """A developer test account never settles: its payments rest until somebody voids them."""
    merchant = replace(merchants.by_id["maple-books"], holds_funding=holds_funding)
    resting = a_payment(state=PaymentState.IN_SETTLEMENT, in_settlement_at=noon)
    situation = record_batches.Situation(
        known={},
        members={},
        unseen={},
        may_be_open=False,
        first_batches=False,
        in_settlement=[resting],
        never_shown=[],
        unclaimed=[],
        outcomes=[],
        unknown_to_us=[],
        known_discrepancies={},
        claimed=frozenset(),
    )
    answering = record_batches.answering(Merchants({merchant.id: merchant}))
    payload = {"merchant_id": merchant.id, "asks": False}
    outcome = Outcome("work", "batches", merchant.id, "x", Result.ANSWERED, payload, {"batches": None})
    decision = answering.decide(outcome, situation, noon + timedelta(days=30))
    assert [type(event).__name__ for item in decision.also for event in item.events] == (
        [] if holds_funding else ["SettlementOverdue"]
    )


def test_a_batch_of_a_paused_merchant_is_not_closed_early(merchants: Any, noon: datetime) -> None:
    """What is in it could still be voided, which is what a person who pauses a merchant may be about to do."""

    class Reads:
        known: ClassVar[dict[str, MerchantPause]] = {}

        def pauses(self, merchant_ids: Sequence[str]) -> dict[str, MerchantPause]:
            return self.known

        def batches(self, ids: Sequence[str]) -> dict[str, Batch]:
            return {"47339": a_batch(BatchState.OPEN)}

    def hear(event: Any) -> Decision:
        (handling,) = (item for item in note_pauses.HANDLINGS if item.message is type(event))
        (known,) = handling.load(Reads(), [event])
        decision = handling.decide(event, known, noon)
        assert isinstance(decision, Decision)
        if decision.aggregate is not None:
            Reads.known = {decision.aggregate.id: decision.aggregate}
        return decision

    def verdict() -> Any:
        handling = settle_batch.handling(merchants, lambda merchant_id, right: None)
        command = SettleBatch(merchant_id="maple-books", vendor_batch_id="47339")
        (situation,) = handling.load(Reads(), [command])
        return handling.decide(command, situation, noon)

    about: dict[str, Any] = {"merchant_id": "maple-books", "cause": "command", "reason": "wrong amounts"}
    pause = MerchantPaused(**about, paused_at=noon)
    hear(pause)
    assert hear(pause).aggregate is None
    refusal = verdict()
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.reason) == (RefusalCode.WRONG_STATE, "the merchant is paused: wrong amounts")
    hear(MerchantResumed(merchant_id="maple-books", resumed_at=noon))
    assert isinstance(verdict(), Decision)
