"""RecordReturn: a bank's report says that a payment came back, and why. The vendor shows no codes, so this is their source.

What the banks then send to and fro about a return (R61-R77) moves money that only people can follow: it is kept, and said
to somebody, and the payment stays returned.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.payments import PaymentState
from bankrails_contracts.settlement import RecordReturn
from bankrails_messaging.decisions import Decision, Handling, Refusal
from bankrails_rails.banking_days import BankingCalendar

from settlement_watcher.domain.return_codes import DISPUTES, country_of
from settlement_watcher.domain.watched_payment import AT_THE_BANK, WatchedPayment, learned
from settlement_watcher.handlers.merchants import NOT_WATCHED, UNKNOWN_MERCHANT, Merchants
from settlement_watcher.handlers.returned import actions_required, came_back, code_learned
from settlement_watcher.ports import Reads


def handling(merchants: Merchants) -> Handling[RecordReturn, WatchedPayment | None]:
    def decide(command: RecordReturn, payment: WatchedPayment | None, now: datetime) -> Decision | Refusal:
        if merchants.get(command.merchant_id) is None:
            return UNKNOWN_MERCHANT
        if payment is None or payment.merchant_id != command.merchant_id:
            return NOT_WATCHED
        calendar, code = merchants.calendar(payment.merchant_id), command.code
        if country_of(code) != calendar.country:
            # One list prints the Canadian 920 as R20, which is another reason in the United States: nobody guesses.
            return Refusal(
                RefusalCode.COUNTRY_MISMATCH, f"not a code of {calendar.country}", field="code", about=payment
            )
        if command.returned_on > calendar.date_of(now) + timedelta(days=1):
            return Refusal(RefusalCode.INVALID, "that day has not come yet", field="returned_on", about=payment)
        if payment.state not in AT_THE_BANK:
            # Believed all the same, a debit that is still to go out would be told as returned, and presented again.
            reason = f"it is {payment.state}: no bank is known to have it; if its batch has closed, send RecheckPayment first"
            return Refusal(RefusalCode.WRONG_STATE, reason, about=payment)
        if command.returned_on < calendar.date_of(payment.since):
            return Refusal(RefusalCode.INVALID, "the payment did not exist then", field="returned_on", about=payment)
        if code in DISPUTES:
            return _disputed(payment, code, calendar)
        return _returned(payment, command, code, calendar)

    def load(reads: Reads, commands: Sequence[RecordReturn]) -> list[WatchedPayment | None]:
        payments = reads.payments([command.payment_id for command in commands])
        return [payments.get(command.payment_id) for command in commands]

    return Handling(RecordReturn, load, decide)


def _returned(
    payment: WatchedPayment, command: RecordReturn, code: str, calendar: BankingCalendar
) -> Decision | Refusal:
    if payment.return_code == code:
        return Refusal(RefusalCode.ALREADY_EXISTS, "this return is recorded already", about=payment)
    if payment.return_code is not None:
        reason = f"it came back, recorded as {payment.return_code}"
        return Refusal(RefusalCode.CONFLICT, reason, field="code", about=payment)
    recorded = came_back if payment.returned_on is None else code_learned
    known, told = recorded(payment, command.returned_on, code, calendar)
    return Decision(known, (told, *actions_required(payment, code, calendar)))


def _disputed(payment: WatchedPayment, code: str, calendar: BankingCalendar) -> Decision | Refusal:
    known = payment.disputes.split()
    if payment.state is not PaymentState.RETURNED:
        reason = f"{code} is about a return, and it is {payment.state}: record the return first"
        return Refusal(RefusalCode.WRONG_STATE, reason, field="code", about=payment)
    if code in known:
        return Refusal(RefusalCode.ALREADY_EXISTS, "this dispute is recorded already", about=payment)
    return Decision(
        learned(payment, disputes=" ".join([*known, code])),
        actions_required(payment, code, calendar),
    )
