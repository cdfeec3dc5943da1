"""SettleBatch: close a batch before its time. Answered by BatchClosed, once the vendor shows its date of closing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.settlement import SettleBatch
from bankrails_helcim.merchant import Merchant
from bankrails_helcim.rights import Right
from bankrails_messaging.decisions import Decision, Handling, Refusal

from settlement_watcher.domain.batch import Batch, BatchState
from settlement_watcher.domain.merchant_pause import MerchantPause
from settlement_watcher.handlers.batch_work import settle
from settlement_watcher.handlers.merchants import UNKNOWN_MERCHANT, Merchants
from settlement_watcher.reconciling_ports import ReconcilingReads

MissingRight = Callable[[str, Right], str | None]


@dataclass(frozen=True)
class Situation:
    merchant: Merchant | None
    batch: Batch | None
    pause: MerchantPause | None = None


def handling(merchants: Merchants, missing_right: MissingRight) -> Handling[SettleBatch, Situation]:
    def decide(command: SettleBatch, situation: Situation, now: datetime) -> Decision | Refusal:
        merchant, known = situation.merchant, situation.batch
        if merchant is None:
            return UNKNOWN_MERCHANT
        if known is not None and known.merchant_id != merchant.id:
            return Refusal(RefusalCode.NOT_FOUND, "no such batch of this merchant", field="vendor_batch_id")
        if not (command.vendor_batch_id.isascii() and command.vendor_batch_id.isdigit()):
            return Refusal(RefusalCode.INVALID, "the vendor numbers its batches", field="vendor_batch_id")
        missing = missing_right(merchant.id, Right.SETTLE)
        if missing is not None:
            return Refusal(RefusalCode.NOT_PERMITTED, missing, about=known)
        if situation.pause is not None and situation.pause.is_on:
            # What is in the batch could still be voided.
            reason = f"the merchant is paused: {situation.pause.reason}"
            return Refusal(RefusalCode.WRONG_STATE, reason, field="merchant_id", about=known)
        if known is not None and known.state in (BatchState.CLOSED, BatchState.SETTLED):
            return Refusal(RefusalCode.WRONG_STATE, f"it is {known.state} already", about=known)
        batch = known or Batch(command.vendor_batch_id, merchant.id, merchant.currency, state=BatchState.ASKED)
        return Decision(batch, work=(settle(batch),))

    def load(reads: ReconcilingReads, commands: Sequence[SettleBatch]) -> list[Situation]:
        batches = reads.batches([command.vendor_batch_id for command in commands])
        pauses = reads.pauses([command.merchant_id for command in commands])
        return [
            Situation(merchants.get(item.merchant_id), batches.get(item.vendor_batch_id), pauses.get(item.merchant_id))
            for item in commands
        ]

    return Handling(SettleBatch, load, decide)
