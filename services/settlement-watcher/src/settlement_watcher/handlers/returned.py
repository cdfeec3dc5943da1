"""A payment that came back: told once for each presentment, its code when it is known, and what the code asks for."""

from datetime import date

from bankrails_contracts.message import Event
from bankrails_contracts.settlement import PaymentReturned, Retry, ReturnActionRequired, ReturnCodeLearned
from bankrails_rails.banking_days import BankingCalendar

from settlement_watcher.domain.retries import ReturnTerms, terms_for
from settlement_watcher.domain.return_codes import reason_for
from settlement_watcher.domain.return_windows import last_return_day, settled_by
from settlement_watcher.domain.watched_payment import WatchedPayment, learned
from settlement_watcher.handlers.about import about
from settlement_watcher.handlers.presentments import settled_on


def came_back(
    payment: WatchedPayment, returned_on: date, code: str | None, calendar: BankingCalendar
) -> tuple[WatchedPayment, Event]:
    """For a payment that was not returned before."""
    terms = _terms(payment, returned_on, code, calendar)
    event = PaymentReturned(
        **about(payment),
        refund_of=payment.refund_of,
        returned_on=returned_on,
        code=code,
        return_class=terms.return_class,
        retry=terms.retry,
        retry_until=terms.retry_until,
        presentments_left=terms.presentments_left,
        presentment=payment.presentment,
        action=terms.action,
        late=payment.final_at is not None,
        untimely=_untimely(payment, returned_on, code, calendar),
    )
    return learned(payment, returned_on=returned_on, return_code=code), event


def code_learned(
    payment: WatchedPayment, returned_on: date, code: str, calendar: BankingCalendar
) -> tuple[WatchedPayment, Event]:
    """For one that was returned without a code. The bank's own day of it is better than the day on which we saw it."""
    terms = _terms(payment, returned_on, code, calendar)
    event = ReturnCodeLearned(
        **about(payment),
        refund_of=payment.refund_of,
        code=code,
        return_class=terms.return_class,
        retry=terms.retry,
        retry_until=terms.retry_until,
        presentments_left=terms.presentments_left,
        action=terms.action,
        untimely=_untimely(payment, returned_on, code, calendar),
    )
    return learned(payment, returned_on=returned_on, return_code=code), event


def actions_required(payment: WatchedPayment, code: str, calendar: BankingCalendar) -> tuple[Event, ...]:
    """Said when a code becomes known, which happens once: nothing where the account is to be kept as it is."""
    reason = reason_for(calendar.country, code)
    return tuple(
        ReturnActionRequired(
            **about(payment), refund_of=payment.refund_of, code=code, action=action, reason=reason.title
        )
        for action in reason.actions
    )


def _terms(payment: WatchedPayment, returned_on: date, code: str | None, calendar: BankingCalendar) -> ReturnTerms:
    first = settled_on(payment) if payment.presentment == 1 else payment.first_settled_on
    terms = terms_for(
        calendar.country, code, presentment=payment.presentment, settled_on=first, returned_on=returned_on
    )
    # Credits are not presented again: whoever still owes the payer sends a new refund.
    return ReturnTerms(terms.return_class, Retry.NEVER, action=terms.action) if payment.is_refund else terms


def _untimely(payment: WatchedPayment, returned_on: date, code: str | None, calendar: BankingCalendar) -> bool:
    if code is None or payment.is_refund:
        return False
    cleared_on = None if payment.cleared_at is None else calendar.date_of(payment.cleared_at)
    by = settled_by(calendar, cleared_on, settled_on(payment))
    last_day = last_return_day(calendar, code, payment.holder_type, by)
    return last_day is not None and returned_on > last_day
