"""What a test of a merchant's tokens found. An event only where it changes what stands."""

from collections.abc import Sequence
from datetime import datetime

from bankrails_contracts.payments import MerchantPaused, MerchantResumed, PausedFor
from bankrails_helcim.token_findings import PROBE_TOKENS, next_probe, rejected_tokens
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result

from payments_service.domain.merchant_status import MerchantStatus
from payments_service.handlers.merchant_standing import by_command
from payments_service.ports import Reads


def decide(outcome: Outcome, status: MerchantStatus, now: datetime) -> Decision:
    again_at = next_probe(outcome, now)
    if outcome.result is not Result.ANSWERED:
        return Decision(again_at=again_at)
    found = rejected_tokens(outcome.answer)
    if found.names and found.reason != status.token_reason:
        rejected = status.rejected(found.reason, now)
        event = MerchantPaused(
            merchant_id=status.id,
            cause=PausedFor.TOKEN_REJECTED,
            reason=found.reason,
            paused_at=rejected.token_rejected_at or now,
        )
        return Decision(rejected, (event,), again_at=again_at)
    if not found.names and status.token_rejected:
        accepted = status.accepted()
        # Still paused by a person: the latest event says what stands, so that one is told again.
        told = (
            by_command(accepted)
            if accepted.paused_by_command
            else MerchantResumed(merchant_id=status.id, resumed_at=now)
        )
        return Decision(accepted, (told,), again_at=again_at)
    return Decision(again_at=again_at)


def load(reads: Reads, outcomes: Sequence[Outcome]) -> list[MerchantStatus]:
    found = reads.merchant_statuses([outcome.key for outcome in outcomes])
    return [found.get(outcome.key) or MerchantStatus(outcome.key) for outcome in outcomes]


ANSWERING: Answering[MerchantStatus] = Answering(PROBE_TOKENS, None, load, decide)
