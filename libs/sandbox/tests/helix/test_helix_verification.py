"""verify: two amounts, few attempts, a window of virtual days. No machine may repeat it blindly."""

import dataclasses
from datetime import datetime, timedelta

import pytest
from bankrails_sandbox import ControlRefused
from bankrails_sandbox.helix.assumptions import Assumptions
from bankrails_sandbox.helix.program import HelixConfig, Program
from bankrails_sandbox.helix.records import Status

DAY = 86_400
VERIFY_FAILED = "helix.external_account.verify_failed"


def code(answer) -> int:
    (error,) = answer.json()["errors"]
    assert answer.status_code == 400
    return int(error["code"])


def test_the_right_amounts_verify_in_either_order(helix) -> None:
    """The answer has no data; a client must not look for any."""
    for amounts in ((0.18, 0.28), (0.28, 0.18)):
        account = helix.initiated()
        answer = helix.verify(account, *amounts)
        assert (answer.status_code, answer.json()["errors"], "data" in answer.json()) == (200, [], False)
        assert helix.get(account)["status"] == "Verified"


@pytest.mark.parametrize(
    "amounts", [(0.18, 0.18), (0.28, 0.28), (0.18, 0.29), (18, 28), (0.1800001, 0.28), (0.46, 0.01)]
)
def test_other_amounts_do_not(helix, amounts) -> None:
    """Compared in exact cents."""
    account = helix.initiated()
    assert code(helix.verify(account, *amounts)) == 62207
    assert helix.get(account)["status"] == "Unverified"


def test_amounts_are_exact_however_they_are_spelt(helix) -> None:
    """0.18 as a float is not eighteen cents; 0.180 and 1.8e-1 are."""
    for body in ("0.180", "1.8e-1", "0.18"):
        account = helix.initiated()
        raw = f'{{"customerId":1001,"externalAccountId":{account},"amount1":{body},"amount2":0.28}}'
        assert helix.call("POST", "/externalAccount/verify", content=raw).status_code == 200


def test_the_third_wrong_answer_locks_for_good(helix) -> None:
    """62207 tells how many are left, 62206 that none is, 62202 that even right amounts no longer count."""
    account = helix.initiated()
    for left in (2, 1):
        answer = helix.verify(account, 0.01, 0.02)
        assert (code(answer), helix.control.account(account).attempts_left) == (62207, left)
        assert str(left) in answer.json()["errors"][0]["message"]
        assert helix.get(account)["status"] == "Unverified"
    assert code(helix.verify(account, 0.01, 0.02)) == 62206
    assert helix.get(account)["status"] == "VerifyLocked"
    assert code(helix.verify(account)) == 62202
    assert len(helix.control.effects(kind=VERIFY_FAILED)) == 3
    assert len(helix.control.effects(kind="helix.external_account.verify_locked")) == 1


@pytest.mark.parametrize(
    "amounts", [(None, 0.28), (0, 0.28), (-0.18, 0.28), ("0.18", 0.28), (True, 0.28), (0.185, 0.28)]
)
def test_amounts_that_are_none_cost_no_attempt(helix, amounts) -> None:
    """An empty form is not a guess."""
    account = helix.initiated()
    assert code(helix.verify(account, *amounts)) == 62207
    assert helix.control.account(account).attempts_left == 3


def test_an_amount_beyond_any_number_is_refused_quickly(helix) -> None:
    """1e999999999 would take all memory to scale."""
    account = helix.initiated()
    raw = f'{{"customerId":1001,"externalAccountId":{account},"amount1":1e999999999,"amount2":1e-999999999}}'
    assert code(helix.call("POST", "/externalAccount/verify", content=raw)) == 62207


def test_after_the_window_it_is_expired_by_itself(helix, sandbox) -> None:
    """Nobody has to ask: on the tenth day, to the millisecond, the status is another."""
    control = sandbox.control
    account = helix.initiated()
    before = helix.get(account)
    sent_at, ends_at = (datetime.fromisoformat(before[f"lastVerify{which}Date"]) for which in ("Sent", "Expired"))
    assert (sent_at, ends_at - sent_at) == (control.clock().now, timedelta(days=10))
    control.advance(seconds=10 * DAY - 1)
    assert helix.get(account)["status"] == "Unverified"
    control.advance(seconds=1)
    after = helix.get(account)
    assert (after["status"], after["statusDate"]) == ("Expired", before["lastVerifyExpiredDate"])
    assert code(helix.verify(account)) == 62205
    assert len(helix.control.effects(kind="helix.external_account.expired")) == 1


def test_a_long_advance_stops_where_a_window_ends(helix, sandbox) -> None:
    """The effect carries the instant at which it was due, not the one at which somebody looked."""
    start = sandbox.control.clock().now
    helix.initiated()
    sandbox.control.advance(seconds=DAY)
    helix.initiated()
    moved = sandbox.control.advance(seconds=60 * DAY)
    ends = [effect.at for effect in helix.control.effects(kind="helix.external_account.expired")]
    assert ends == [start + timedelta(days=10), start + timedelta(days=11)]
    assert moved.steps >= 3


def test_a_verified_account_does_not_expire(helix, sandbox) -> None:
    """Its window is over in every sense."""
    account = helix.initiated()
    helix.verify(account)
    sandbox.control.advance(seconds=30 * DAY)
    assert helix.get(account)["status"] == "Verified"
    assert code(helix.verify(account)) == 62204


def test_what_is_looked_at_first(helix) -> None:
    """Known → permission → lock → status → amounts: the earlier is told though the later is wrong too."""
    account = helix.initiated()
    assert code(helix.act("verify", 9999)) == 62201
    assert code(helix.act("verify", account, customer=1002)) == 62201
    helix.control.lock(account)
    stranger = helix.act("verify", account, requestingCustomerId=1002, amount1=0.18, amount2=0.28)
    assert code(stranger) == 62618
    assert code(helix.verify(account)) == 62515
    helix.control.deny(account)
    assert code(helix.verify(account)) == 62515
    helix.control.unlock(account)
    assert code(helix.verify(account)) == 62203
    assert code(helix.verify(helix.created())) == 62204
    assert helix.control.effects(kind=VERIFY_FAILED) == ()


def test_a_nickname_taken_meanwhile_is_told_before_the_amounts(helix) -> None:
    """create does not look at nicknames, so a clash can come up afterwards."""
    account = helix.initiated(nickName="everyday")
    helix.created(nickName="everyday")
    assert code(helix.verify(account, 0.01, 0.02)) == 62301
    assert helix.control.account(account).attempts_left == 3


def test_a_trial_deposit_that_comes_back_denies_it(helix) -> None:
    """No such account, the bank says; an account that was never asked has none to come back."""
    account = helix.initiated()
    assert helix.control.return_trial(account, "R03").status is Status.DENIED
    assert code(helix.verify(account)) == 62203
    with pytest.raises(ControlRefused, match="no trial deposits"):
        helix.control.return_trial(helix.created())


def test_an_administrator_can_give_it_new_attempts_and_a_new_window(helix, sandbox) -> None:
    """There is no re-send at the vendor; only a person can reopen a row."""
    account = helix.initiated()
    for _ in range(3):
        helix.verify(account, 0.01, 0.02)
    sandbox.control.advance(seconds=9 * DAY)
    helix.control.review(account, Status.UNVERIFIED)
    assert helix.control.account(account).attempts_left == 3
    sandbox.control.advance(seconds=9 * DAY)
    assert helix.verify(account).status_code == 200


def test_what_is_assumed_can_be_switched(fresh_helix) -> None:
    """Each guess of ours, the other way round."""
    assumptions = Assumptions(
        attempts_max=1,
        exhausted_status=Status.DENIED,
        verification_window_days=2,
        amounts_in_any_order=False,
        unusable_amounts_use_an_attempt=True,
        returned_trial_denies=False,
    )
    helix = fresh_helix(HelixConfig(dataclasses.replace(Program(), throttled=False), assumptions=assumptions))
    turned, empty, late = helix.initiated(), helix.initiated(), helix.initiated()
    assert code(helix.verify(turned, 0.28, 0.18)) == 62206
    assert code(helix.verify(turned)) == 62203
    assert code(helix.verify(empty, None, None)) == 62206
    assert helix.control.return_trial(late).status is Status.UNVERIFIED
    helix.sandbox.control.advance(seconds=2 * DAY)
    assert code(helix.verify(late)) == 62205
