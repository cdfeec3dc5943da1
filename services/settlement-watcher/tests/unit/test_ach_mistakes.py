"""The ten mistakes that everybody makes once with these rails, each with the test that keeps it out."""

from datetime import UTC, date, datetime, timedelta

import pytest
from bankrails_contracts.payments import PaymentApproved, PaymentState
from bankrails_contracts.settlement import (
    NotificationOfChangeReceived,
    PaymentReturned,
    RecordReturn,
    Retry,
    ReturnClass,
)
from bankrails_rails.banking_days import BankingCalendar
from bankrails_rails.canadian_routing import canadian_routing
from bankrails_rails.routing_numbers import routing_number_is_valid
from settlement_watcher.domain.change_notice import OpenedCorrection
from settlement_watcher.domain.change_notices import BadCorrection, read_correction
from settlement_watcher.domain.claims import claim_deadline
from settlement_watcher.domain.return_codes import Window, reason_for
from settlement_watcher.domain.watched_payment import learned
from settlement_watcher.handlers import learn_from_payments, record_notification_of_change, record_return
from settlement_watcher.handlers.learn_from_payments import Situation
from settlement_watcher.handlers.record_notification_of_change import RecordNotificationOfChange
from settlement_watcher.handlers.record_notification_of_change import Situation as NoticeSituation

US, CA = BankingCalendar("US"), BankingCalendar("CA")
DAY = timedelta(days=1)


def returned(payment, merchants, now, code):
    command = RecordReturn(merchant_id=payment.merchant_id, payment_id=payment.id, code=code, returned_on=now.date())
    return record_return.handling(merchants).decide(command, payment, now)


def test_1_saturday_holidays_differ_by_country():
    """4 July 2026 and 26 December 2026 are Saturdays."""
    assert US.is_banking_day(date(2026, 7, 3))
    assert US.is_banking_day(date(2026, 7, 6))
    assert not CA.is_banking_day(date(2026, 12, 28))


@pytest.mark.parametrize(("calendar", "days"), [(US, 60), (CA, 90)])
def test_2_sixty_days_from_settlement_and_ninety_from_posting_are_calendar_days(calendar, days):
    """Neither rolls over a weekend nor counts from our own request: both from the day on which the banks moved it."""
    cleared_at = datetime(2026, 3, 3, 15, tzinfo=UTC)
    deadline = claim_deadline(calendar, "personal", cleared_at)
    assert deadline == date(2026, 3, 3) + timedelta(days=days)
    assert claim_deadline(calendar, "personal", cleared_at + DAY) == deadline + DAY
    assert (date(2026, 3, 3) + timedelta(days=60)).weekday() == 5  # a Saturday, and it stays one


def test_3_r29_is_unauthorized_with_the_short_window_and_r11_unauthorized_yet_correctable():
    r29, r11 = reason_for("US", "R29"), reason_for("US", "R11")
    assert (r29.return_class, r29.window, r29.retry) == (
        ReturnClass.UNAUTHORIZED,
        Window.TWO_BANKING_DAYS,
        Retry.NEVER,
    )
    assert (r11.return_class, r11.window, r11.retry) == (
        ReturnClass.UNAUTHORIZED,
        Window.SIXTY_DAYS,
        Retry.AFTER_CORRECTION,
    )


def test_4_a_notice_of_change_is_no_failure(an_american, merchants, noon):
    """The money has moved; what is to be done about it is said, with a day."""
    payment = learned(an_american(), in_settlement_at=noon, cleared_at=noon)
    command = RecordNotificationOfChange.model_construct(
        merchant_id="liberty-books", payment_id="payment", code="C02", corrected_data="", received_on=noon.date()
    )
    correction = OpenedCorrection("notice", routing_number="121042882")
    handling = record_notification_of_change.handling(merchants, lambda command: correction, share=True)
    decision = handling.decide(command, NoticeSituation(payment, correction, None), noon)
    (event,) = decision.events
    assert isinstance(event, NotificationOfChangeReceived)
    assert decision.aggregate.state is PaymentState.CLEARED
    assert event.apply_by == date(2026, 3, 10)


def test_5_the_same_number_means_other_things_in_the_two_countries(a_payment, an_american, merchants, noon):
    """920 is printed as R20 on one list: a revoked agreement there, an account of the wrong kind here."""
    assert reason_for("CA", "920").return_class is ReturnClass.UNAUTHORIZED
    assert reason_for("US", "R20").return_class is ReturnClass.OTHER
    canadian = learned(a_payment(), in_settlement_at=noon)
    american = learned(an_american(), in_settlement_at=noon)
    for payment, code in ((canadian, "R20"), (american, "920")):
        assert returned(payment, merchants, noon, code).code == "COUNTRY_MISMATCH"


def test_6_eft_has_the_institution_first_and_a_cheque_the_transit():
    assert canadian_routing("000312345") == canadian_routing("12345-003")
    assert canadian_routing("12345003") is None


def test_7_numbers_of_banks_and_accounts_are_text_with_their_zeros():
    routing = canadian_routing("000100001")
    assert routing is not None
    assert (routing.institution, routing.transit) == ("001", "00001")
    assert routing_number_is_valid("011401533")
    assert not routing_number_is_valid("11401533")
    assert read_correction("C01", "0001234567").account_number == "0001234567"


def test_8_nine_zeros_pass_the_sum_and_are_no_bank():
    assert not routing_number_is_valid("000000000")
    with pytest.raises(BadCorrection):
        read_correction("C02", "000000000")


def test_9_three_presentments_in_all_whatever_their_codes(an_american, merchants, noon):
    """R01, then R09, then R01: the third return is the last, although neither code came three times."""
    chain, retries = learned(an_american(id="p1"), in_settlement_at=noon), []
    for n, code in enumerate(["R01", "R09", "R01"]):
        at = noon + n * 10 * DAY
        decision = returned(chain, merchants, at, code)
        retries.append(decision.events[0].retry)
        event = PaymentApproved.model_validate(
            {
                "merchant_id": "liberty-books",
                "payment_id": f"again-{n}",
                "payer_id": "payer",
                "bank_account_id": "account",
                "amount": {"amount_minor": 4_995, "currency": "USD"},
                "vendor_payment_id": f"90{n}",
                "approved_at": at,
                "re_presents": chain.id,
            }
        )
        situation = Situation(None, "US", None, None, None, decision.aggregate)
        chain = learned(learn_from_payments.decide(event, situation, at).aggregate, in_settlement_at=at)
    assert retries == [Retry.ALLOWED, Retry.ALLOWED, Retry.NEVER]


def test_10_cleared_is_not_final(an_american, merchants, noon):
    cleared = learned(an_american(), in_settlement_at=noon, cleared_at=noon, claim_deadline=noon.date() + 60 * DAY)
    assert cleared.state is PaymentState.CLEARED
    decision = returned(cleared, merchants, noon + 50 * DAY, "R10")
    assert isinstance(decision.events[0], PaymentReturned)
    assert decision.aggregate.state is PaymentState.RETURNED
