"""Trial deposits: from the command to the verified account, and every way in which they come to nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from accounts_service.domain.trial_deposits import ask_at
from bankrails_contracts.accounts import InitiateExternalAccount, VerifyTrialDeposits
from bankrails_testkit.accounts_desk import AccountsDesk
from bankrails_testkit.engine import Published
from bankrails_vendor_http.errors import OutcomeUnknown

HOLDER = {"holder_type": "personal", "first_name": "Ada", "last_name": "Lovelace"}
NUMBER = "000123456789"
RIGHT, WRONG = (18, 28), (1, 2)

Initiate = Callable[..., list[Published]]


def initiate(desk: AccountsDesk, **fields: Any) -> list[Published]:
    made: dict[str, Any] = {
        "external_account_id": "external",
        "user_id": "ada",
        "account": {"country": "US", "routing_number": "121042882", "account_number": desk.keys.sealed(NUMBER)},
        "account_type": "checking",
        "holder": HOLDER,
        "helix_customer_id": 1001,
    }
    return desk.send(InitiateExternalAccount.model_validate(made | fields))


def verify(desk: AccountsDesk, amounts: tuple[int, int]) -> list[Published]:
    return desk.send(VerifyTrialDeposits(external_account_id="external", amounts_minor=amounts))


def test_the_whole_way(desk: AccountsDesk) -> None:
    """Told when to ask, verified with the exact cents, and only then shared."""
    (begun,) = initiate(desk)
    assert begun.name == "external-account-initiated"
    assert begun.data["ask_at"] == "2026-03-05T14:00:00Z"  # three banking days later, nine in New York
    assert begun.data["expires_at"] == "2026-03-12T15:00:00Z"
    assert desk.account("external").state == "UNVERIFIED"
    events = desk.advance(timedelta(days=4))
    assert desk.names(events) == ["trial-deposits-expected"]
    assert events[0].row.headers["ce_time"].startswith("2026-03-05T14:00")
    verified, shared = verify(desk, RIGHT)
    assert (verified.name, verified.data["method"]) == ("external-account-verified", "trial_deposits")
    assert shared.name == "external-account-shared"
    assert desk.keys.payments.open(shared.data["account"]["account_number"]) == NUMBER
    assert desk.advance(timedelta(days=20)) == []


@pytest.mark.parametrize("amounts", [(18, 28), (28, 18)])
def test_the_amounts_may_come_in_either_order(desk: AccountsDesk, amounts: tuple[int, int]) -> None:
    """A statement lists them as it likes."""
    initiate(desk)
    assert verify(desk, amounts)[0].name == "external-account-verified"


def test_wrong_amounts_use_up_the_attempts(desk: AccountsDesk) -> None:
    """Each answer says how many are left, and the last one locks; right amounts help no more."""
    initiate(desk)
    for left in (2, 1):
        (failed,) = verify(desk, WRONG)
        assert (failed.name, failed.data["attempts_left"]) == ("verification-failed", left)
    assert desk.names(verify(desk, WRONG)) == ["external-account-verify-locked"]
    (refused,) = verify(desk, RIGHT)
    assert (refused.data["code"], refused.data["state"]) == ("WRONG_STATE", "VERIFY_LOCKED")
    assert desk.helix.calls.count("helix_verify") == 3


def test_what_cannot_be_a_deposit_costs_no_attempt(desk: AccountsDesk) -> None:
    """Fifty cents are a slip of the finger: no deposit is above 49."""
    initiate(desk)
    (refused,) = verify(desk, (50, 18))
    assert (refused.data["code"], refused.data["field"]) == ("INVALID", "amounts_minor")
    assert "helix_verify" not in desk.helix.calls


def test_the_window_ends_by_the_calendar(desk: AccountsDesk) -> None:
    """Ten days, and then the number is free for another try under a new id."""
    initiate(desk)
    before = desk.advance(timedelta(days=10) - timedelta(seconds=1))
    assert desk.names(before) == ["trial-deposits-expected"]
    assert desk.names(desk.advance(timedelta(seconds=1))) == ["external-account-expired"]
    (refused,) = verify(desk, RIGHT)
    assert refused.data["state"] == "EXPIRED"
    assert desk.names(initiate(desk, external_account_id="again")) == ["external-account-initiated"]


def test_expiry_and_asking_need_no_vendor(desk: AccountsDesk) -> None:
    """They are the calendar's; while Helix is away nobody waits for them in vain."""
    initiate(desk)
    desk.away.add("look_at_helix")
    assert desk.names(desk.advance(timedelta(days=11))) == ["trial-deposits-expected", "external-account-expired"]


@pytest.mark.parametrize(("happened", "follows"), [(RIGHT, "external-account-verified"), (WRONG, None)])
def test_a_lost_answer_is_told_and_looked_for_and_never_sent_again(
    desk: AccountsDesk, happened: tuple[int, int], follows: str | None
) -> None:
    """A machine that repeats it burns the person's attempts; what became of it the vendor's record tells."""
    initiate(desk)
    desk.lost["verify_at_helix"] = lambda call: OutcomeUnknown(call.kind, "cut")
    events = verify(desk, happened)
    assert events[0].name == "verification-outcome-unknown"
    assert desk.helix.calls.count("helix_verify") == 1
    assert (follows in desk.names(events)) is (follows is not None)
    assert desk.account("external").pending == ""


def test_one_attempt_at_a_time(desk: AccountsDesk) -> None:
    """A second answer while the first is on its way would be an attempt that nobody meant."""
    initiate(desk)
    command = VerifyTrialDeposits(external_account_id="external", amounts_minor=WRONG)
    desk._receive(command, "command", "first", "/tests")
    desk._receive(command, "command", "second", "/tests")
    desk.run()
    codes = {event.cause: event.data.get("code") for event in desk.published if event.cause in ("first", "second")}
    assert codes == {"first": None, "second": "WRONG_STATE"}
    assert desk.helix.calls.count("helix_verify") == 1


@pytest.mark.parametrize(
    ("status", "event"),
    [
        ("Denied", "external-account-denied"),
        ("Verified", "external-account-verified"),
        ("Expired", "external-account-expired"),
    ],
)
def test_what_the_vendors_people_decide_is_learned(desk: AccountsDesk, status: str, event: str) -> None:
    """Nobody tells us: within the hour a look does."""
    initiate(desk)
    desk.advance(timedelta(hours=2))
    desk.helix.becomes(4001, status)
    assert event in desk.names(desk.advance(timedelta(hours=1)))


def test_a_locked_verification_is_reopened_or_decided_by_a_person(desk: AccountsDesk) -> None:
    """And who decided is said: it was not the right amounts."""
    initiate(desk)
    for _ in range(3):
        verify(desk, WRONG)
    desk.helix.becomes(4001, "Unverified")
    (reopened,) = desk.advance(timedelta(hours=1))
    assert (reopened.name, reopened.data["changed"]) == ("external-account-updated", ["state", "state_since"])
    for _ in range(3):
        verify(desk, WRONG)
    desk.helix.becomes(4001, "Verified")
    verified = desk.advance(timedelta(hours=1))[0]
    assert (verified.name, verified.data["method"]) == ("external-account-verified", "reviewed")


def test_a_locked_account_is_not_verified(desk: AccountsDesk) -> None:
    """The flag is not the status. Whoever learns it first, the vendor's no or our own record, no attempt is used up."""
    initiate(desk)
    desk.helix.lock_as_admin(4001, "fraud")
    events = verify(desk, RIGHT)
    assert desk.names(events)[:2] == ["external-account-locked", "command-refused"]
    assert (events[0].data["by_vendor"], events[1].data["code"]) == (True, "ACCOUNT_LOCKED")
    assert verify(desk, RIGHT)[0].data["code"] == "ACCOUNT_LOCKED"
    assert desk.helix.calls.count("helix_verify") == 1
    desk.helix.unlock_as_admin(4001)
    assert desk.names(desk.advance(timedelta(hours=1))) == ["external-account-unlocked"]
    assert verify(desk, RIGHT)[0].name == "external-account-verified"


def test_in_canada_there_are_none(desk: AccountsDesk) -> None:
    """Refused by name, whatever else is right or missing."""
    account = {"country": "CA", "institution_number": "001", "transit_number": "12345"}
    (refused,) = initiate(
        desk, account=account | {"account_number": desk.keys.sealed("1234567")}, helix_customer_id=None
    )
    assert (refused.data["code"], refused.data["field"]) == ("NOT_OFFERED", "account.country")


def test_a_program_without_trial_deposits_is_said_by_name(desk: AccountsDesk) -> None:
    """Before the vendor is asked."""
    desk.helix.program = desk.helix.program.__class__(verification_type="None")
    desk.advance(timedelta(hours=4))
    assert initiate(desk)[0].data["code"] == "NOT_OFFERED"
    assert "helix_initiate" not in desk.helix.calls


@pytest.mark.parametrize(
    ("sent", "days", "asked"),
    [
        ("2026-03-02T15:00Z", 3, "2026-03-05T14:00Z"),  # Monday
        ("2026-03-06T15:00Z", 3, "2026-03-11T13:00Z"),  # Friday, and the clocks change on Sunday
        ("2026-05-22T15:00Z", 3, "2026-05-28T13:00Z"),  # Memorial Day in between
        ("2026-07-02T15:00Z", 2, "2026-07-06T13:00Z"),  # the Friday before a Saturday's holiday is open
        ("2026-03-03T03:00Z", 1, "2026-03-03T14:00Z"),  # still Monday in New York
    ],
)
def test_the_moment_to_ask_follows_the_banking_calendar(sent: str, days: int, asked: str) -> None:
    """Too early, and the person looks in vain; too late, and the window closes."""
    at = datetime.fromisoformat(sent).astimezone(UTC)
    assert ask_at(at, days) == datetime.fromisoformat(asked)
