"""ReconcileBatch: a closed batch is compared now. Answered by BatchReconciled."""

from collections.abc import Sequence
from datetime import datetime

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.settlement import ReconcileBatch
from bankrails_messaging.decisions import Decision, Handling, Refusal

from settlement_watcher.domain.batch import Batch, BatchState
from settlement_watcher.handlers.batch_work import reconcile
from settlement_watcher.handlers.merchants import UNKNOWN_MERCHANT, Merchants
from settlement_watcher.ports import Reads

NOT_FOUND = Refusal(RefusalCode.NOT_FOUND, "no such batch of this merchant is known", field="vendor_batch_id")


def handling(merchants: Merchants) -> Handling[ReconcileBatch, Batch | None]:
    def decide(command: ReconcileBatch, batch: Batch | None, now: datetime) -> Decision | Refusal:
        if merchants.get(command.merchant_id) is None:
            return UNKNOWN_MERCHANT
        if batch is None or batch.merchant_id != command.merchant_id:
            return NOT_FOUND
        if batch.state not in (BatchState.CLOSED, BatchState.SETTLED):
            return Refusal(
                RefusalCode.WRONG_STATE, f"it is {batch.state}: only a closed batch stands still", about=batch
            )
        return Decision(work=(reconcile(batch, asked=True),))

    def load(reads: Reads, commands: Sequence[ReconcileBatch]) -> list[Batch | None]:
        batches = reads.batches([command.vendor_batch_id for command in commands])
        return [batches.get(command.vendor_batch_id) for command in commands]

    return Handling(ReconcileBatch, load, decide)
