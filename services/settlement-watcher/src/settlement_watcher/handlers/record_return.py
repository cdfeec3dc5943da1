"""RecordReturn: a bank's report says that a payment came back, and why. The vendor shows no codes, so this is their source."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.payments import PaymentState
from bankrails_contracts.settlement import RecordReturn
from bankrails_messaging.decisions import Decision, Handling, Refusal

from settlement_watcher.domain.watched_payment import WatchedPayment
from settlement_watcher.handlers.merchants import NOT_WATCHED, UNKNOWN_MERCHANT, Merchants
from settlement_watcher.handlers.returned import came_back, code_learned
from settlement_watcher.ports import Reads

AT_THE_BANK = frozenset(
    {
        PaymentState.IN_SETTLEMENT,
        PaymentState.CLEARED,
        PaymentState.CONTESTED,
        PaymentState.FINAL,
        PaymentState.RETURNED,
    }
)
"""A bank cannot send back what has not reached it: the report means another payment. Believed all the same, a debit that
is still to go out would be told as returned, and presented a second time."""


def handling(merchants: Merchants) -> Handling[RecordReturn, WatchedPayment | None]:
    def decide(command: RecordReturn, payment: WatchedPayment | None, now: datetime) -> Decision | Refusal:
        if merchants.get(command.merchant_id) is None:
            return UNKNOWN_MERCHANT
        if payment is None or payment.merchant_id != command.merchant_id:
            return NOT_WATCHED
        calendar = merchants.calendar(payment.merchant_id)
        if command.code.startswith("R") != (calendar.country == "US"):
            # One list prints the Canadian 920 as R20, which is another reason in the United States: nobody guesses.
            return Refusal(
                RefusalCode.COUNTRY_MISMATCH, f"not a code of {calendar.country}", field="code", about=payment
            )
        if command.returned_on > calendar.date_of(now) + timedelta(days=1):
            return Refusal(RefusalCode.INVALID, "that day has not come yet", field="returned_on", about=payment)
        if payment.state not in AT_THE_BANK:
            reason = f"it is {payment.state}: no bank is known to have it; if its batch has closed, send RecheckPayment first"
            return Refusal(RefusalCode.WRONG_STATE, reason, about=payment)
        if command.returned_on < calendar.date_of(payment.since):
            return Refusal(RefusalCode.INVALID, "the payment did not exist then", field="returned_on", about=payment)
        if payment.returned_on is None:
            known, told = came_back(payment, command.returned_on, command.code, calendar)
            return Decision(known, (told,))
        if payment.return_code is None:
            known, learned = code_learned(payment, command.returned_on, command.code, calendar)
            return Decision(known, (learned,))
        if payment.return_code == command.code:
            return Refusal(RefusalCode.ALREADY_EXISTS, "this return is recorded already", about=payment)
        return Refusal(
            RefusalCode.CONFLICT, f"it came back, recorded as {payment.return_code}", field="code", about=payment
        )

    def load(reads: Reads, commands: Sequence[RecordReturn]) -> list[WatchedPayment | None]:
        payments = reads.payments([command.payment_id for command in commands])
        return [payments.get(command.payment_id) for command in commands]

    return Handling(RecordReturn, load, decide)
