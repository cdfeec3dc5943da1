"""Every state takes every row that the vendor can show, words of tomorrow included: kept and told, refused never."""

import itertools
from datetime import timedelta

import pytest
from bankrails_contracts.payments import PaymentState as S
from bankrails_contracts.settlement import VendorAuth, VendorClearing
from settlement_watcher.domain.observation import oddity
from settlement_watcher.domain.watched_payment import TOLD, learned
from settlement_watcher.handlers.observed import is_due, observed, time_has_come

AUTHS = [*(word.value for word in VendorAuth), "unrecognised:7"]
CLEARINGS = [*(word.value for word in VendorClearing), "unrecognised:9"]
BATCHES = [(None, False), ("47339", False), ("47339", True)]
ROWS = list(itertools.product(AUTHS, CLEARINGS, BATCHES))


@pytest.fixture
def shown(a_row, noon):
    def made(auth, clearing, batch, hours=1):
        id, closed = batch
        at = noon + timedelta(hours=hours)
        closed_at = at if closed else None
        return a_row(
            auth=auth,
            clearing=clearing,
            vendor_batch_id=id,
            batch_closed=closed,
            batch_closed_at=closed_at,
            observed_at=at,
        )

    return made


@pytest.fixture
def in_every_state(a_payment, shown, merchants, noon):
    """One payment for each state, come there by facts alone."""
    calendar = merchants.calendar("maple-books")
    told = [learned(a_payment(told=word), told=word) for word in TOLD]
    settled, cleared, contested, returned = (
        observed(a_payment(), shown("approved", word, ("47339", True), 0), calendar).payment
        for word in ("opened", "cleared", "contested", "returned")
    )
    final = learned(cleared, available_at=noon, final_at=noon)
    refused = learned(a_payment(told=S.SUBMITTING), refused=True)
    given_up = learned(contested, looks_ended_at=noon)
    return [*told, settled, cleared, contested, returned, final, refused, given_up]


@pytest.mark.parametrize(("auth", "clearing", "batch"), ROWS)
def test_no_state_refuses_a_row(auth, clearing, batch, in_every_state, shown, merchants, noon):
    calendar = merchants.calendar("maple-books")
    row = shown(auth, clearing, batch)
    for payment in in_every_state:
        told = observed(payment, row, calendar)
        news = (payment.auth, payment.clearing, payment.vendor_batch_id, payment.batch_closed) != (
            auth,
            clearing,
            *batch,
        )
        assert [type(event).__name__ for event in told.events][:1] == (["VendorPaymentObserved"] if news else [])
        assert observed(told.payment, row, calendar).events == (), "told once"
        later = noon + timedelta(days=400)
        if is_due(told.payment, row, calendar, later):
            time_has_come(told.payment, calendar, later)
        assert not (payment.returned_on and told.payment.returned_on != payment.returned_on), "one return"


@pytest.mark.parametrize("first", ROWS[::7])
def test_rows_in_whatever_order_never_undo_an_end(first, in_every_state, shown, merchants):
    """Money that came back has come back, whatever is shown after it; so has a payment that is final been final."""
    calendar = merchants.calendar("maple-books")
    for payment in in_every_state:
        seen = observed(payment, shown(*first), calendar).payment
        for hours, row in enumerate(ROWS[::11], start=2):
            seen = observed(seen, shown(*row, hours=hours), calendar).payment
            if payment.state is S.RETURNED:
                assert seen.state is S.RETURNED
            if payment.state is S.FINAL:
                assert seen.state in {S.FINAL, S.RETURNED}


@pytest.mark.parametrize(
    ("before", "after", "state"),
    [
        ("pending", "approved", S.APPROVED),  # the payer accepted the agreement
        ("pending", "cancelled", S.CANCELLED),  # cancelled at the portal
        ("pending", "declined", S.DECLINED),  # the authorization was refused
        ("approved", "declined", S.DECLINED),  # the processor declined before the close
        ("approved", "cancelled", S.CANCELLED),  # voided at the portal
        ("in_progress", "approved", S.APPROVED),
    ],
)
def test_what_becomes_of_a_debit_after_the_first_answer_comes_this_way(
    before, after, state, a_payment, shown, merchants
):
    """Nobody sends an event when a person acts at the vendor's portal."""
    calendar = merchants.calendar("maple-books")
    told = S.AWAITING_MANDATE if before == "pending" else S.SUBMITTING
    known = observed(learned(a_payment(told=told), told=told), shown(before, "opened", (None, False), 0), calendar)
    changed = observed(known.payment, shown(after, "opened", (None, False)), calendar)
    assert changed.payment.state is state
    assert [event.auth for event in changed.events] == [after]


@pytest.mark.parametrize(
    ("auth", "clearing", "closed", "odd"),
    [
        ("approved", "opened", True, None),
        ("approved", "returned", True, None),
        ("pending", "opened", False, None),
        ("unrecognised:7", "opened", False, "unknown_auth"),
        ("approved", "unrecognised:9", True, "unknown_clearing"),
        ("pending", "opened", True, "pending_in_a_closed_batch"),
        ("cancelled", "cleared", True, "at_the_bank_without_approval"),
        ("approved", "cleared", False, "at_the_bank_before_the_close"),
    ],
)
def test_what_no_document_of_the_vendors_knows_is_flagged(auth, clearing, closed, odd, shown):
    """Nobody guesses what it means: a person looks."""
    assert oddity(shown(auth, clearing, ("47339", closed))) == odd


def test_a_dispute_that_was_given_up_is_followed_again_once_the_vendor_says_more(a_payment, shown, merchants, noon):
    """Otherwise it would be cleared for ever, and never final."""
    calendar = merchants.calendar("maple-books")
    contested = observed(a_payment(), shown("approved", "contested", ("47339", True), 0), calendar).payment
    given_up = time_has_come(contested, calendar, noon + timedelta(days=200)).payment
    assert (given_up.state, given_up.is_open) == (S.CONTESTED, False)
    won = observed(given_up, shown("approved", "cleared", ("47339", True), 24 * 201), calendar).payment
    assert (won.state, won.is_open) == (S.CLEARED, True)
