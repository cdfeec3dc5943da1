"""ExplainDiscrepancy: a person knows why the two sides differ, and it stays closed as long as they differ just so."""

from collections.abc import Sequence
from datetime import datetime

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.settlement import ExplainDiscrepancy
from bankrails_messaging.decisions import Decision, Handling, Refusal

from settlement_watcher.domain.discrepancy import Discrepancy, DiscrepancyState, explained
from settlement_watcher.handlers.discrepancies import closing
from settlement_watcher.reconciling_ports import ReconcilingReads

NOT_FOUND = Refusal(RefusalCode.NOT_FOUND, "no such discrepancy of this merchant is known", field="discrepancy_id")


def decide(command: ExplainDiscrepancy, discrepancy: Discrepancy | None, now: datetime) -> Decision | Refusal:
    if discrepancy is None or discrepancy.merchant_id != command.merchant_id:
        return NOT_FOUND
    if discrepancy.state is not DiscrepancyState.OPEN:
        return Refusal(RefusalCode.WRONG_STATE, f"it is {discrepancy.state} already", about=discrepancy)
    event = closing(discrepancy, now, explanation=command.explanation, explained_by=command.by)
    return Decision(explained(discrepancy), (event,))


def handling() -> Handling[ExplainDiscrepancy, Discrepancy | None]:
    def load(reads: ReconcilingReads, commands: Sequence[ExplainDiscrepancy]) -> list[Discrepancy | None]:
        known = reads.discrepancies([command.discrepancy_id for command in commands])
        return [known.get(command.discrepancy_id) for command in commands]

    return Handling(ExplainDiscrepancy, load, decide)
