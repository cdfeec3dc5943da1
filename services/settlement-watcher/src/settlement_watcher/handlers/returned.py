"""A payment that came back: told once for each presentment, its code when it is known."""

from datetime import date

from bankrails_contracts.message import Event
from bankrails_contracts.settlement import PaymentReturned, ReturnCodeLearned
from bankrails_rails.banking_days import BankingCalendar

from settlement_watcher.domain.retries import ReturnTerms, terms_for
from settlement_watcher.domain.watched_payment import WatchedPayment, learned
from settlement_watcher.handlers.about import about


def came_back(
    payment: WatchedPayment, returned_on: date, code: str | None, calendar: BankingCalendar
) -> tuple[WatchedPayment, Event]:
    """For a payment that was not returned before."""
    terms = _terms(payment, returned_on, code, calendar)
    event = PaymentReturned(
        **about(payment),
        returned_on=returned_on,
        code=code,
        return_class=terms.return_class,
        retry=terms.retry,
        retry_until=terms.retry_until,
        presentments_left=terms.presentments_left,
        late=payment.final_at is not None,
    )
    return learned(payment, returned_on=returned_on, return_code=code), event


def code_learned(
    payment: WatchedPayment, returned_on: date, code: str, calendar: BankingCalendar
) -> tuple[WatchedPayment, Event]:
    """For one that was returned without a code. The bank's own day of it is better than the day on which we saw it."""
    terms = _terms(payment, returned_on, code, calendar)
    event = ReturnCodeLearned(
        **about(payment),
        code=code,
        return_class=terms.return_class,
        retry=terms.retry,
        retry_until=terms.retry_until,
        presentments_left=terms.presentments_left,
    )
    return learned(payment, returned_on=returned_on, return_code=code), event


def _terms(payment: WatchedPayment, returned_on: date, code: str | None, calendar: BankingCalendar) -> ReturnTerms:
    # The vendor shows no day of settlement. The close of its batch is the nearest one before it.
    settled_on = calendar.date_of(payment.in_settlement_at or payment.since)
    return terms_for(
        calendar.country, code, presentment=payment.presentment, settled_on=settled_on, returned_on=returned_on
    )
