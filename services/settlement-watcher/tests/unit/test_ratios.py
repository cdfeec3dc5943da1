"""Return ratios by day of origination: the incremental counts are a plain recount, and each crossing is told once."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from bankrails_contracts.money import Currency
from bankrails_contracts.payments import PaymentState as S
from bankrails_contracts.settlement import Ratio
from bankrails_rails.banking_days import BankingCalendar
from hypothesis import given, settings
from hypothesis import strategies as st
from settlement_watcher.domain.ratios import (
    NOWHERE,
    Figure,
    Level,
    MerchantCounts,
    Move,
    assessed,
    counted,
    figures,
    level_of,
    standing,
    stands_as,
    stood,
    window_from,
)
from settlement_watcher.domain.reserve import reserve_minor
from settlement_watcher.domain.watched_payment import WatchedKind, WatchedPayment, learned

US, CA = BankingCalendar("US"), BankingCalendar("CA")
TODAY = date(2026, 6, 1)
DAY = timedelta(days=1)


def day(n: int) -> str:
    return (TODAY - n * DAY).isoformat()


# As what one payment counts


@pytest.mark.parametrize(
    ("code", "names"),
    [
        (None, {"originated", "overall"}),
        ("R01", {"originated", "overall"}),
        ("R02", {"originated", "overall", "administrative"}),
        ("R03", {"originated", "overall", "administrative"}),
        ("R04", {"originated", "overall", "administrative"}),
        *((code, {"originated", "overall", "unauthorized"}) for code in ("R05", "R07", "R10", "R11", "R29")),
        ("R50", {"originated"}),
        ("R51", {"originated", "unauthorized"}),
        ("R53", {"originated"}),
        ("R99", {"originated", "overall"}),
    ],
)
def test_a_return_counts_in_the_ratios_of_its_class(code, names, an_american, noon):
    """All but re-presented cheques count overall, known or not."""
    payment = learned(an_american(), in_settlement_at=noon, returned_on=noon.date(), return_code=code)
    found = standing(payment, US)
    assert (found.day, set(found.names)) == (noon.date(), names)


@pytest.mark.parametrize(
    ("code", "ratio"), [("915", "unauthorized"), ("921", "unauthorized"), ("905", "administrative")]
)
def test_canadian_codes_count_in_the_corresponding_class(code, ratio, a_payment, noon):
    payment = learned(a_payment(), in_settlement_at=noon, returned_on=noon.date(), return_code=code)
    assert standing(payment, CA).names == {"originated", "overall", ratio}


def test_a_debit_counts_by_the_day_on_which_it_left(an_american, noon):
    """Not by the day of its return: a bad month must not be spread over good ones."""
    payment = learned(an_american(), in_settlement_at=noon, returned_on=noon.date() + 50 * DAY, return_code="R10")
    assert standing(payment, US).day == noon.date()
    unseen = learned(an_american(), returned_on=noon.date() + DAY)
    assert standing(unseen, US).day == noon.date()


def test_what_never_left_and_what_is_no_debit_counts_nowhere(an_american, noon):
    assert standing(an_american(), US) == NOWHERE
    assert standing(learned(an_american(), told=S.CANCELLED), US) == NOWHERE
    refund = learned(an_american(kind=WatchedKind.REFUND), in_settlement_at=noon, cleared_at=noon)
    assert standing(refund, US) == NOWHERE


def test_a_further_presentment_is_a_debit_too(an_american, noon):
    again = learned(an_american(presentment=2, re_presents="p1"), in_settlement_at=noon)
    assert standing(again, US).names == {"originated"}


@pytest.mark.parametrize(
    ("facts", "open_"),
    [
        ({"cleared_at": True}, True),
        ({"cleared_at": True, "final_at": True}, False),
        ({"in_settlement_at": True}, False),
    ],
)
def test_what_has_cleared_can_be_claimed_until_it_is_final(facts, open_, an_american, noon):
    payment = learned(an_american(), **dict.fromkeys(facts, noon))
    assert ("claim_open" in standing(payment, US).names) is open_


# Incremental counts against a recount

STEPS = st.sampled_from(["settle", "clear", "return", "R01", "R02", "R10", "R51", "final", "forget"])
HISTORIES = st.lists(st.tuples(st.integers(0, 5), STEPS, st.integers(0, 9)), max_size=60)


@settings(max_examples=200, deadline=None)
@given(history=HISTORIES)
def test_the_counts_are_what_a_plain_recount_gives(history):
    """Six payments over some months; a code learned late moves a return into its class, and what was seen of a wrong row
    is taken back."""
    base = US.at(date(2026, 1, 5), time(12))
    now = base
    payments = {
        n: WatchedPayment(
            str(n),
            "liberty-books",
            str(n),
            None,
            100 + n,
            Currency.USD,
            "US",
            None,
            base,
            told=S.APPROVED,
            state=S.APPROVED,
        )
        for n in range(6)
    }
    counts = MerchantCounts("liberty-books")
    for n, step, days in history:
        now += days * DAY
        before = payments[n]
        after = _lived(before, step, now)
        move = Move(stands_as(before), standing(after, US), after.amount_minor)
        payments[n] = stood(after, standing(after, US))
        counts = counted(counts, [move], US.date_of(now))
    today = US.date_of(now)
    assert figures(counts, today) == _recount(payments.values(), today)
    claimable = [each for each in payments.values() if each.state in (S.CLEARED, S.CONTESTED)]
    assert counts.claims_open_minor == sum(each.amount_minor for each in claimable)
    assert all(min(numbers) >= 0 for numbers in counts.days.values())
    assert len(counts.days) <= 60


def _lived(payment, step, now):
    match step:
        case "settle":
            return payment if payment.in_settlement_at else learned(payment, in_settlement_at=now)
        case "clear":
            return learned(payment, cleared_at=payment.cleared_at or now)
        case "return":
            return learned(payment, returned_on=payment.returned_on or now.date())
        case "final":
            return learned(payment, final_at=now) if payment.cleared_at else payment
        case "forget":
            nothing = dict.fromkeys(("in_settlement_at", "cleared_at", "returned_on", "return_code", "final_at"))
            return learned(payment, **nothing)
        case code:
            return learned(payment, returned_on=payment.returned_on or now.date(), return_code=code)


def _recount(payments, today):
    """In words as short as the rule."""
    first = today - timedelta(days=59)
    left = [
        each
        for each in payments
        if (each.in_settlement_at or each.cleared_at or each.returned_on)
        and first <= US.date_of(each.in_settlement_at or each.since) <= today
    ]
    back = [each for each in left if each.returned_on]
    return {
        Ratio.UNAUTHORIZED: Figure(sum(each.return_code in ("R10", "R51") for each in back), len(left)),
        Ratio.ADMINISTRATIVE: Figure(sum(each.return_code == "R02" for each in back), len(left)),
        Ratio.OVERALL: Figure(sum(each.return_code != "R51" for each in back), len(left)),
    }


@pytest.mark.parametrize(("age", "inside"), [(0, True), (59, True), (60, False)])
def test_the_look_back_is_sixty_days_and_today_is_one_of_them(age, inside):
    counts = MerchantCounts("m", {day(age): [7, 0, 0, 0]})
    assert figures(counts, TODAY)[Ratio.OVERALL].originated == (7 if inside else 0)
    assert window_from(TODAY) == date(2026, 4, 3)


# Limits


@pytest.mark.parametrize(
    ("ratio", "returned", "originated", "level"),
    [
        (Ratio.UNAUTHORIZED, 3, 1_000, Level.BELOW),
        (Ratio.UNAUTHORIZED, 4, 1_000, Level.NEAR),
        (Ratio.UNAUTHORIZED, 5, 1_000, Level.EXCEEDED),
        (Ratio.UNAUTHORIZED, 499, 100_000, Level.NEAR),
        (Ratio.UNAUTHORIZED, 500, 100_000, Level.EXCEEDED),
        (Ratio.ADMINISTRATIVE, 23, 1_000, Level.BELOW),
        (Ratio.ADMINISTRATIVE, 24, 1_000, Level.NEAR),
        (Ratio.ADMINISTRATIVE, 30, 1_000, Level.EXCEEDED),
        (Ratio.OVERALL, 119, 1_000, Level.BELOW),
        (Ratio.OVERALL, 120, 1_000, Level.NEAR),
        (Ratio.OVERALL, 149, 1_000, Level.NEAR),
        (Ratio.OVERALL, 150, 1_000, Level.EXCEEDED),
        (Ratio.OVERALL, 1, 3, Level.BELOW),
        (Ratio.OVERALL, 99, 99, Level.BELOW),
        (Ratio.OVERALL, 15, 100, Level.EXCEEDED),
        (Ratio.OVERALL, 0, 0, Level.BELOW),
    ],
)
def test_a_limit_is_near_at_eighty_percent_and_reached_at_itself(ratio, returned, originated, level):
    """In whole numbers: a float would put 0.5 % on either side. Among fewer than a hundred debits nothing is a rate."""
    assert level_of(ratio, Figure(returned, originated), 100) is level


def test_each_level_is_risen_to_once_until_it_was_below_again():
    counts = MerchantCounts("m")
    risen = []
    for returned in (0, 12, 13, 15, 16, 13, 15, 5, 12, 16, 0, 15):
        counts = replace(counts, days={TODAY.isoformat(): [100, 0, 0, returned]})
        counts, now = assessed(counts, TODAY, 100)
        risen.append(now.get(Ratio.OVERALL))
    near, over = Level.NEAR, Level.EXCEEDED
    assert risen == [None, near, None, over, None, None, over, None, near, over, None, over]


def test_a_day_that_leaves_the_look_back_can_raise_a_ratio():
    counts = MerchantCounts("m", {day(59): [900, 0, 0, 0], day(1): [100, 0, 0, 20]})
    counts, risen = assessed(counts, TODAY, 100)
    assert risen == {}
    _, risen = assessed(counts, TODAY + DAY, 100)
    assert risen == {Ratio.OVERALL: Level.EXCEEDED}


# Reserve


@pytest.mark.parametrize(
    ("policy", "unauthorized", "kept"),
    [
        (None, Figure(0, 0), 50),
        (None, Figure(1, 1_000), 50),
        (None, Figure(2, 100), 200),
        (0, Figure(2, 100), 0),
        (1_000, Figure(0, 0), 1_000),
    ],
)
def test_a_reserve_is_the_merchants_own_part_or_what_was_seen(policy, unauthorized, kept):
    """Never less than the network's own limit where nobody has decided otherwise."""
    assert reserve_minor(10_000, {Ratio.UNAUTHORIZED: unauthorized}, policy) == kept


def test_a_reserve_is_rounded_up():
    assert reserve_minor(1, {Ratio.UNAUTHORIZED: Figure(0, 0)}, None) == 1
    assert reserve_minor(0, {Ratio.UNAUTHORIZED: Figure(0, 0)}, None) == 0
