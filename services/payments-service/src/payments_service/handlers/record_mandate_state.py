"""What the vendor shows of a mandate that we wait for."""

from dataclasses import replace
from datetime import date, datetime

from bankrails_contracts.payments import MandateAccepted, MandateRevoked, RequestMandate
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result

from payments_service.domain.mandate import Mandate, MandateState, next_look
from payments_service.handlers.record_mandate_request import WATCH_MANDATE, load


def decide(outcome: Outcome, mandate: Mandate, now: datetime) -> Decision:
    if outcome.result is not Result.ANSWERED or not outcome.answer["accepted"]:
        return Decision(again_at=next_look(mandate.requested_at or now, now))
    answer = outcome.answer
    ids = {"merchant_id": mandate.merchant_id, "mandate_id": mandate.id, "bank_account_id": mandate.bank_account_id}
    if not answer["active"]:
        revoked_at = _instant(answer["revoked_at"]) or now
        revoked = replace(mandate, state=MandateState.REVOKED, revoked_at=revoked_at)
        return Decision(revoked, (MandateRevoked(**ids, revoked_at=revoked_at),))
    accepted_at = _instant(answer["accepted_at"]) or now
    earliest = None if answer["earliest_debit_on"] is None else date.fromisoformat(answer["earliest_debit_on"])
    accepted = replace(mandate, state=MandateState.ACCEPTED, accepted_at=accepted_at, earliest_debit_on=earliest)
    return Decision(accepted, (MandateAccepted(**ids, accepted_at=accepted_at, earliest_debit_on=earliest),))


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


ANSWERING = Answering(WATCH_MANDATE, RequestMandate, load, decide)
