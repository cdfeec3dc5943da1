"""A payment that presents a returned one again: which presentment of the same debit it is, and when the first settled."""

from datetime import date
from typing import Any

from bankrails_contracts.payments import PaymentEvent
from bankrails_rails.banking_days import BankingCalendar

from settlement_watcher.domain.watched_payment import WatchedPayment


def presentment_facts(
    event: PaymentEvent, known: WatchedPayment | None, before: WatchedPayment | None
) -> dict[str, Any]:
    """`before`: the payment that this one presents again, where it is watched. It came back before this one was asked
    for, so it is watched unless somebody else's debit is presented again."""
    presentment = max(event.presentment, 1 if known is None else known.presentment)
    first_settled_on = None if known is None else known.first_settled_on
    if before is not None and before.id != event.payment_id and before.merchant_id == event.merchant_id:
        presentment = max(presentment, before.presentment + 1)
        first_settled_on = first_settled_on or before.first_settled_on or settled_on(before)
    re_presents = None if known is None else known.re_presents
    return {
        "presentment": presentment,
        "re_presents": re_presents or event.re_presents,
        "first_settled_on": first_settled_on,
    }


def settled_on(payment: WatchedPayment) -> date:
    """The vendor shows no day of settlement. The close of its batch is the nearest one before it."""
    calendar = BankingCalendar("CA" if payment.country == "CA" else "US")
    return calendar.date_of(payment.in_settlement_at or payment.since)
