"""Mandates: which one counts, from when it permits a debit, and what the vendor's picture of them changes."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from bankrails_contracts.payments import (
    CancelPayment,
    MandateAccepted,
    MandateInconsistent,
    MandateRevoked,
    PaymentRefused,
    PaymentState,
)
from bankrails_messaging.decisions import Decision, Result
from bankrails_testkit.snapshots import NOON, a_mandate, a_payer, a_payment, an_account, an_outcome
from payments_service.domain.bank_account import BankAccount, Cause
from payments_service.domain.mandate import (
    STOPS_LOOKING,
    Mandate,
    MandateState,
    counting,
    earliest_debit,
    notice_days,
    usable,
    why_not,
)
from payments_service.domain.payer_watch import LOOKING, RESTING, PayerWatch
from payments_service.handlers import record_mandate_look
from payments_service.handlers.standing_of_accounts import Surroundings

ACTIVE = {
    "vendor_mandate_id": "701",
    "state": "ACTIVE",
    "accepted_at": "2026-03-02T11:00:00+00:00",
    "revoked_at": None,
    "earliest_debit_on": "2026-03-05",
}
REVOKED = ACTIVE | {"state": "REVOKED", "revoked_at": "2026-03-02T11:30:00+00:00"}
AN_HOUR = timedelta(hours=1)
WATCH = PayerWatch("payer", LOOKING, round=2, since=NOON - AN_HOUR)


def ended(**fields: Any) -> Mandate:
    return a_mandate(**{"state": MandateState.REVOKED, "revoked_at": NOON - AN_HOUR} | fields)


def events(decision: Decision) -> list[Any]:
    return [event for part in (decision, *decision.also) for event in part.events]


def aggregate(decision: Decision, kind: type) -> Any:
    return next((part.aggregate for part in decision.also if isinstance(part.aggregate, kind)), None)


# What a mandate permits


@pytest.mark.parametrize(
    ("mandates", "counts", "code"),
    [
        ([], None, "MANDATE_MISSING"),
        ([a_mandate(state=MandateState.REQUESTING)], None, "MANDATE_MISSING"),
        ([a_mandate(state=MandateState.REJECTED)], None, "MANDATE_MISSING"),
        ([a_mandate()], "mandate", None),
        ([a_mandate(id="a", state=MandateState.ACCEPTED), a_mandate(requested_at=NOON + AN_HOUR)], "a", None),
        ([a_mandate(id="old", requested_at=NOON - AN_HOUR), a_mandate(id="new")], "new", None),
        ([ended()], "mandate", "MANDATE_REVOKED"),
        ([ended(id="old"), a_mandate(id="new")], "new", None),
        ([a_mandate(state=MandateState.USED_UP, used_by="other")], "mandate", "MANDATE_MISSING"),
        ([a_mandate(one_time=True, used_by="other")], "mandate", "MANDATE_MISSING"),
        ([a_mandate(one_time=True, used_by="payment")], "mandate", None),
        ([a_mandate(one_time=True)], "mandate", None),
        ([a_mandate(inconsistent_at=NOON)], "mandate", "MANDATE_MISSING"),
    ],
)
def test_one_mandate_of_an_account_counts_and_says_what_is_permitted(
    mandates: list[Mandate], counts: str | None, code: str | None
) -> None:
    """The accepted one, else the one asked for last; what has ended permits nothing, by its own name."""
    found = counting(mandates)
    assert (None if found is None else found.id) == counts
    refusal = why_not(mandates, "payment")
    assert (None if refusal is None else refusal[0]) == code


def test_a_presentment_belongs_to_the_debit_that_its_one_time_mandate_was_for() -> None:
    """The agreement ends with the payment, and the same debit presented again is that payment."""
    used_up = a_mandate(state=MandateState.USED_UP, one_time=True, used_by="first")
    assert why_not([used_up], "second", "first") is None
    assert why_not([used_up], "second", None) is not None


@pytest.mark.parametrize("state", list(MandateState))
def test_only_what_is_asked_for_or_accepted_is_usable(state: MandateState) -> None:
    assert usable([a_mandate(state=state)]) is (state in (MandateState.REQUESTED, MandateState.ACCEPTED))


@pytest.mark.parametrize(
    ("from_day", "notified", "days", "earliest"),
    [
        (None, None, 0, 2),
        (None, None, 10, 12),
        (None, date(2026, 2, 25), 10, 7),
        (None, date(2026, 1, 1), 10, 2),
        (date(2026, 3, 5), None, 0, 5),
        (date(2026, 3, 5), date(2026, 2, 28), 10, 10),
        (date(2026, 3, 20), None, 10, 20),
        (date(2026, 2, 1), None, 0, 2),
    ],
)
def test_a_debit_waits_for_the_agreements_first_day_and_for_its_notice(
    from_day: date | None, notified: date | None, days: int, earliest: int
) -> None:
    """Rule H1: ten calendar days unless waived; `dateEarliestDebit` is kept beside it."""
    mandate = a_mandate(earliest_debit_on=from_day)
    assert earliest_debit(mandate, notified, date(2026, 3, 2), days) == date(2026, 3, earliest)


def test_the_agreements_own_notice_counts_before_the_merchants() -> None:
    """Zero is an agreement, too: waived."""
    assert notice_days(a_mandate(), 10) == 10
    assert notice_days(a_mandate(pre_notification_days=0), 10) == 0
    assert notice_days(a_mandate(pre_notification_days=3), 0) == 3


# What the vendor shows


def look(
    *pads: dict[str, Any],
    mandates: list[Mandate],
    watch: PayerWatch | None = WATCH,
    round: int | None = 2,
    now: datetime = NOON,
    **around: Any,
) -> Decision:
    payload = {"merchant_id": "maple-books", "payer_id": "payer", "vendor_customer_id": "501", "round": round}
    outcome = an_outcome(payload=payload, answer={"pads": list(pads)})
    account = around.pop("account", an_account())
    scene = Surroundings(account, around.pop("payer", a_payer()), mandates, **around)
    return record_mandate_look.decide(outcome, record_mandate_look.Situation(watch, [scene]), now)


def test_an_accepted_mandate_is_told_with_the_day_from_which_it_permits_debits() -> None:
    """And once nothing is waited for any more, the payer is not looked at again."""
    decision = look(ACTIVE, mandates=[a_mandate()])
    (accepted,) = events(decision)
    assert isinstance(accepted, MandateAccepted)
    assert (accepted.accepted_at, accepted.earliest_debit_on) == (NOON - AN_HOUR, date(2026, 3, 5))
    mandate = aggregate(decision, Mandate)
    assert (mandate.state, [entry["what"] for entry in mandate.history]) == (MandateState.ACCEPTED, ["accepted"])
    assert (aggregate(decision, PayerWatch).state, decision.again_at) == (RESTING, None)


@pytest.mark.parametrize("state", [MandateState.REQUESTED, MandateState.ACCEPTED])
def test_a_revocation_stops_what_waits(state: MandateState) -> None:
    """Ours is refused by name at once, and what the vendor keeps back is cancelled there."""
    ours, theirs = a_payment(state=PaymentState.ACCEPTED), a_payment(id="kept", state=PaymentState.AWAITING_MANDATE)
    decision = look(REVOKED, mandates=[a_mandate(state=state)], waiting=[ours, theirs])
    revoked, refused = events(decision)
    assert isinstance(revoked, MandateRevoked)
    assert revoked.revoked_at == NOON - timedelta(minutes=30)
    assert isinstance(refused, PaymentRefused)
    assert (refused.payment_id, refused.code) == ("payment", "MANDATE_REVOKED")
    (ended,) = (part for part in decision.also if part.events == (refused,))
    assert (ended.aggregate.state, ended.ends) == (PaymentState.REFUSED, ("withdraw",))
    assert decision.commands == (CancelPayment(merchant_id="maple-books", payment_id="kept"),)


def test_another_mandate_of_the_account_keeps_its_debits_going() -> None:
    """Several per account: the end of an old one stops nothing that a new one permits."""
    other = a_mandate(id="new", vendor_mandate_id="702", state=MandateState.ACCEPTED)
    waiting = [a_payment(state=PaymentState.ACCEPTED)]
    decision = look(REVOKED, mandates=[a_mandate(), other], waiting=waiting)
    assert [type(event) for event in events(decision)] == [MandateRevoked]


def test_an_old_mandate_that_ends_and_a_new_one_that_is_accepted_are_seen_in_one_look() -> None:
    """Whichever of the two the list names first."""
    mandates = [a_mandate(state=MandateState.ACCEPTED), a_mandate(id="new", vendor_mandate_id="702")]
    new = ACTIVE | {"vendor_mandate_id": "702"}
    for order in (mandates, mandates[::-1]):
        decision = look(REVOKED, new, mandates=order, waiting=[])
        assert {type(event).__name__ for event in events(decision)} == {"MandateRevoked", "MandateAccepted"}


def test_one_that_the_vendor_shows_as_not_accepted_any_more_is_revoked() -> None:
    """The consent that we count on is not there."""
    decision = look(ACTIVE | {"state": "NOT_ACCEPTED"}, mandates=[a_mandate(state=MandateState.ACCEPTED)])
    assert [type(event) for event in events(decision)] == [MandateRevoked]


def test_consent_given_anew_after_the_end_counts_and_old_consent_does_not() -> None:
    """A return has ended it here and the vendor is not told yet: its old acceptance must not bring it back."""
    again = ACTIVE | {"accepted_at": "2026-03-02T11:45:00+00:00"}
    assert events(look(ACTIVE, mandates=[ended(revoked_at=NOON - timedelta(minutes=30))])) == []
    (accepted,) = events(look(again, mandates=[ended(revoked_at=NOON - timedelta(minutes=30))]))
    assert isinstance(accepted, MandateAccepted)


@pytest.mark.parametrize("state", [MandateState.REQUESTED, MandateState.ACCEPTED])
def test_active_though_nobody_accepted_is_told_once_and_permits_nothing(state: MandateState) -> None:
    """The pair 0/1 is in no document of the vendor's: a person looks."""
    counted: list[Mandate] = []
    pad = ACTIVE | {"state": "CONTRADICTORY", "accepted_at": None}
    around = Surroundings(an_account(), a_payer(), [a_mandate(state=state)], [a_payment(state=PaymentState.ACCEPTED)])
    payload = {"payer_id": "payer", "round": 2}
    outcome = an_outcome(payload=payload, answer={"pads": [pad]})
    situation = record_mandate_look.Situation(WATCH, [around])
    decision = record_mandate_look.decide(outcome, situation, NOON, counted.append)
    told, refused = events(decision)
    assert isinstance(told, MandateInconsistent)
    assert (refused.code, len(counted)) == ("MANDATE_MISSING", 1)
    known = aggregate(decision, Mandate)
    assert known.state is MandateState.REQUESTED
    assert events(look(pad, mandates=[known])) == []
    cleared = look(ACTIVE | {"state": "NOT_ACCEPTED"}, mandates=[known])
    assert (events(cleared), aggregate(cleared, Mandate).inconsistent_at) == ([], None)


@pytest.mark.parametrize("state", list(MandateState))
@pytest.mark.parametrize("shown", ["ACTIVE", "REVOKED", "NOT_ACCEPTED", "CONTRADICTORY", "UNRECOGNISED"])
def test_whatever_the_vendor_shows_in_whatever_state_is_taken_and_twice_is_once(
    state: MandateState, shown: str
) -> None:
    """Facts are never refused; and a second look at the same picture says nothing new."""
    mandate = a_mandate(state=state, revoked_at=NOON if state is MandateState.REVOKED else None)
    decision = look(REVOKED | {"state": shown}, mandates=[mandate])
    known = aggregate(decision, Mandate) or mandate
    again = look(REVOKED | {"state": shown}, mandates=[known])
    assert events(again) == []
    assert aggregate(again, Mandate) in (None, known)


# How often it is looked


def test_a_look_of_an_older_round_ends() -> None:
    """Two rounds side by side would ask twice for ever."""
    assert look(ACTIVE, mandates=[a_mandate()], round=1) == Decision()
    assert look(ACTIVE, mandates=[a_mandate()], watch=None) == Decision()


def test_while_a_request_is_open_it_is_asked_again() -> None:
    """At the pace of the round's age."""
    decision = look(ACTIVE | {"state": "NOT_ACCEPTED"}, mandates=[a_mandate()])
    assert (decision.again_at, aggregate(decision, PayerWatch).looked_at) == (NOON + timedelta(minutes=5), NOON)


@pytest.mark.parametrize("result", [Result.REJECTED, Result.EXHAUSTED, Result.UNKNOWN])
def test_a_vendor_that_is_away_does_not_end_the_looking(result: Result) -> None:
    payload = {"payer_id": "payer", "round": 2}
    situation = record_mandate_look.Situation(WATCH, [])
    decision = record_mandate_look.decide(an_outcome(result, payload=payload), situation, NOON)
    assert decision.again_at == NOON + timedelta(minutes=5)


def test_nobody_looks_for_ever_at_a_request_that_is_never_answered() -> None:
    """Ten thousand of them would spend the vendor's quota; a debit that needs one begins a new round."""
    late = replace(WATCH, since=NOON - STOPS_LOOKING)
    waiting = ACTIVE | {"state": "NOT_ACCEPTED"}
    assert look(waiting, mandates=[a_mandate()], watch=late).again_at is None
    kept = [a_payment(state=PaymentState.AWAITING_MANDATE)]
    assert look(waiting, mandates=[a_mandate()], watch=late, waiting=kept).again_at == NOON + timedelta(days=1)


def test_a_look_before_a_debit_is_made_once() -> None:
    """It leaves the rounds as they are and learns what there is."""
    decision = look(REVOKED, mandates=[a_mandate(state=MandateState.ACCEPTED)], watch=None, round=None)
    assert ([type(event) for event in events(decision)], decision.again_at) == ([MandateRevoked], None)
    assert aggregate(decision, PayerWatch).looked_at == NOON


# Of a corrected account


def test_with_the_new_mandate_a_corrected_account_takes_the_old_ones_place() -> None:
    """What waits on the old one is refused: money must not move from another account than was commanded."""
    old, new = an_account(id="old", successor_id="new"), an_account(id="new", replaces="old")
    decision = look(
        ACTIVE,
        mandates=[a_mandate(bank_account_id="new")],
        account=new,
        payer=a_payer(default_bank_account_id="old"),
        replaced=old,
        waiting_on_replaced=[a_payment(bank_account_id="old", state=PaymentState.ACCEPTED)],
    )
    names = [type(event).__name__ for event in events(decision)]
    assert names == ["MandateAccepted", "BankAccountSuperseded", "PaymentRefused"]
    refused = events(decision)[-1]
    assert (refused.code, refused.reason) == ("ACCOUNT_DISABLED", "bank account new has taken its place")
    superseded = aggregate(decision, BankAccount)
    assert (superseded.id, superseded.superseded_at) == ("old", NOON - AN_HOUR)
    assert [getattr(command, "bank_account_id", None) for command in decision.commands] == ["new"]


def test_a_pause_ends_when_the_payer_agrees_again() -> None:
    """R08: the payer stopped a payment, and approves the next ones."""
    paused = an_account().disabled(Cause.PAUSE, "R08")
    decision = look(ACTIVE, mandates=[a_mandate()], account=paused)
    assert [type(event).__name__ for event in events(decision)] == ["MandateAccepted", "BankAccountEnabled"]
    closed = paused.disabled(Cause.RETURN, "R02")
    assert [type(event).__name__ for event in events(look(ACTIVE, mandates=[a_mandate()], account=closed))] == [
        "MandateAccepted"
    ]
