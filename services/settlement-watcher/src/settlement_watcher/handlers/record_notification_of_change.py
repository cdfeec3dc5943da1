"""RecordNotificationOfChange: a bank took the money, and says what to correct before the next entry. Not a return.

The corrected data are opened and read at the decision, so that what cannot be used is refused at once, with the code to
send back. An account number is told only when it is sealed to accounts-service, by a call of its own that waits for that
service's key; until then it rests encrypted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.message import Event
from bankrails_contracts.settlement import NotificationOfChangeReceived, RecordNotificationOfChange
from bankrails_messaging.decisions import Answering, Decision, Handling, Outcome, Refusal, Result, Work
from bankrails_messaging.unopened import Unopened
from bankrails_rails.banking_days import BankingCalendar
from bankrails_vendor_http.budget import Lane

from settlement_watcher.domain.change_notice import ChangeNotice, NoticeState, OpenedCorrection, UnusableCorrection
from settlement_watcher.domain.change_notices import MISROUTED, REFUSE_WITHIN, applies, apply_by
from settlement_watcher.domain.watched_payment import AT_THE_BANK, WatchedPayment
from settlement_watcher.handlers.about import about
from settlement_watcher.handlers.merchants import UNKNOWN_MERCHANT, Merchants
from settlement_watcher.ports import Reads

SEAL_CORRECTION = "seal_correction"
ACCOUNTS_BUDGET = "accounts-service"
AGAIN_AFTER = timedelta(hours=1)
"""Only after some twenty tries over about an hour: accounts-service has been away for long."""

Opened = OpenedCorrection | UnusableCorrection | Unopened
OpenCorrection = Callable[[RecordNotificationOfChange], Opened]


@dataclass(frozen=True)
class Situation:
    payment: WatchedPayment | None
    correction: Opened
    known: ChangeNotice | None
    """The same correction of the same payment, recorded before."""


@dataclass(frozen=True)
class Sealed:
    """For the answer of the call that seals."""

    payment: WatchedPayment
    notice: ChangeNotice


def handling(
    merchants: Merchants, open_correction: OpenCorrection, *, share: bool
) -> Handling[RecordNotificationOfChange, Situation]:
    """`share`: account numbers are sealed to accounts-service; otherwise they are told masked alone."""

    def decide(command: RecordNotificationOfChange, situation: Situation, now: datetime) -> Decision | Refusal:
        if merchants.get(command.merchant_id) is None:
            return UNKNOWN_MERCHANT
        calendar = merchants.calendar(command.merchant_id)
        if calendar.country != "US":
            return Refusal(RefusalCode.NOT_OFFERED, "Canadian banks send no notices of change", field="code")
        payment = situation.payment
        if payment is None or payment.merchant_id != command.merchant_id:
            reason = f"no such payment of this merchant is watched; send it back as {MISROUTED}"
            return Refusal(RefusalCode.NOT_FOUND, reason, field="payment_id")
        refusal = _cannot_be(payment, command, calendar, now) or _unusable(situation.correction, payment, command)
        if refusal is not None:
            return refusal
        assert isinstance(situation.correction, OpenedCorrection)  # noqa: S101 - the other two were refused just above
        if situation.known is not None:
            return Refusal(RefusalCode.ALREADY_EXISTS, "this notice is recorded already", about=payment)
        notice = _notice(command, payment, situation.correction, calendar)
        if notice.account_number_encrypted is None or not share:
            return _told(payment, notice, None)
        payload = {"merchant_id": payment.merchant_id, "payment_id": payment.id, "notice_id": notice.id}
        work = Work(SEAL_CORRECTION, payload, ACCOUNTS_BUDGET, Lane.PERSON)
        return Decision(work=(work,), also=(Decision(notice),))

    def load(reads: Reads, commands: Sequence[RecordNotificationOfChange]) -> list[Situation]:
        opened = [open_correction(command) for command in commands]
        notices = reads.notices([item.notice_id for item in opened if isinstance(item, OpenedCorrection)])
        payments = reads.payments([command.payment_id for command in commands])
        return [
            Situation(
                payments.get(command.payment_id),
                item,
                notices.get(item.notice_id) if isinstance(item, OpenedCorrection) else None,
            )
            for command, item in zip(commands, opened, strict=True)
        ]

    return Handling(RecordNotificationOfChange, load, decide)


def _cannot_be(
    payment: WatchedPayment, command: RecordNotificationOfChange, calendar: BankingCalendar, now: datetime
) -> Refusal | None:
    if command.received_on > calendar.date_of(now) + timedelta(days=1):
        return Refusal(RefusalCode.INVALID, "that day has not come yet", field="received_on", about=payment)
    if payment.state not in AT_THE_BANK:
        reason = (
            f"it is {payment.state}: no bank is known to have it; if its batch has closed, send RecheckPayment first"
        )
        return Refusal(RefusalCode.WRONG_STATE, reason, about=payment)
    if command.received_on < calendar.date_of(payment.since):
        return Refusal(RefusalCode.INVALID, "the payment did not exist then", field="received_on", about=payment)
    return None


def _unusable(correction: Opened, payment: WatchedPayment, command: RecordNotificationOfChange) -> Refusal | None:
    if isinstance(correction, Unopened):
        return correction.refusal("corrected_data")
    if isinstance(correction, UnusableCorrection):
        by = command.received_on + REFUSE_WITHIN
        reason = f"{correction.reason}; send it back as {correction.refuse_as} by {by}"
        return Refusal(RefusalCode.BAD_CORRECTION, reason, field="corrected_data", about=payment)
    return None


def _notice(
    command: RecordNotificationOfChange,
    payment: WatchedPayment,
    correction: OpenedCorrection,
    calendar: BankingCalendar,
) -> ChangeNotice:
    return ChangeNotice(
        id=correction.notice_id,
        merchant_id=payment.merchant_id,
        payment_id=payment.id,
        external_account_id=payment.external_account_id,
        bank_account_id=payment.bank_account_id,
        code=command.code,
        routing_number=correction.routing_number,
        account_number_encrypted=correction.account_number_encrypted,
        account_masked=correction.account_masked,
        account_type=None if correction.account_type is None else correction.account_type.value,
        name=correction.name,
        individual_id=correction.individual_id,
        received_on=command.received_on,
        apply_by=apply_by(calendar, command.received_on),
        state=NoticeState.SEALING,
    )


def _told(payment: WatchedPayment, notice: ChangeNotice, account_number: str | None) -> Decision:
    """`account_number`: sealed. The number that was kept for it is forgotten."""
    event: Event = NotificationOfChangeReceived(
        **about(payment),
        code=notice.code,
        routing_number=notice.routing_number,
        account_number=account_number,
        account_masked=notice.account_masked,
        account_type=notice.account_type,
        name=notice.name,
        individual_id=notice.individual_id,
        received_on=notice.received_on,
        apply_by=notice.apply_by,
        applies=applies(notice.code),
    )
    state = NoticeState.OPEN if applies(notice.code) else NoticeState.NOTED
    return Decision(payment, (event,), also=(Decision(replace(notice, account_number_encrypted=None, state=state)),))


def _sealed(outcome: Outcome, situation: Sealed, now: datetime) -> Decision:
    if situation.notice.state is not NoticeState.SEALING:
        return Decision()
    if outcome.result is not Result.ANSWERED:
        return Decision(again_at=now + AGAIN_AFTER)
    return _told(situation.payment, situation.notice, outcome.answer["account_number"])


def _load_sealed(reads: Reads, outcomes: Sequence[Outcome]) -> list[Sealed]:
    payments = reads.payments([outcome.payload["payment_id"] for outcome in outcomes])
    notices = reads.notices([outcome.payload["notice_id"] for outcome in outcomes])
    return [
        Sealed(payments[outcome.payload["payment_id"]], notices[outcome.payload["notice_id"]]) for outcome in outcomes
    ]


ANSWERING = Answering(SEAL_CORRECTION, RecordNotificationOfChange, _load_sealed, _sealed)
