"""Canada: from the credentials to the bank data, at the vendor's sandbox."""

from datetime import timedelta
from typing import Any

import pytest
from bankrails_contracts.auth import AnswerChallenge, FetchBankData
from bankrails_sandbox import FaultKind, Moment

Bench = Any  # conftest.Bench

HOLDER = {"holder": {"holder_type": "personal", "first_name": "Ada", "last_name": "Martin"}}


def an_answer(bench: Bench, challenge: dict[str, object], value: str) -> AnswerChallenge:
    (question,) = challenge["questions"]  # type: ignore[misc]  # JSON
    return AnswerChallenge.model_validate(
        {
            "connection_id": challenge["connection_id"],
            "challenge_id": challenge["challenge_id"],
            "answers": bench.sealed({question["field"]: value}),
        }
    )


async def test_a_login_opens_the_bank_data(bench: Bench) -> None:
    """One command, and everything that the bank shows; the full number for accounts-service alone."""
    await bench.engine.send(bench.a_start("CA", "user_good", link_accounts=HOLDER))
    fetched = (await bench.through("bank-data-fetched")).data
    assert bench.names == ["authentication-started", "authentication-succeeded", "bank-data-fetched"]
    person = bench.sandbox.control.helium.person("user_good")
    chequing, savings = fetched["accounts"]
    assert [chequing["account_type"], savings["account_type"]] == ["checking", "savings"]
    assert chequing["account_masked"] == f"******{person.accounts[0].account_number[-4:]}"
    assert chequing["current_minor"] == person.accounts[0].balance_current_minor
    details = chequing["details"]
    assert (details["institution_number"], details["transit_number"]) == ("003", "10202")
    assert bench.accounts.open(details["account_number"]) == person.accounts[0].account_number
    assert fetched["profile"]["name"] == chequing["holder_name"] == "Ada Martin"
    assert fetched["link_accounts"]["holder"]["first_name"] == "Ada"
    assert bench.sandbox.control.helium.attempts("user_good") == 1


@pytest.mark.parametrize(
    ("username", "answers", "kinds"),
    [
        ("user_mfa", ["blue"], ["mfa"]),
        ("user_2fa", ["123456"], ["2fa"]),
        ("user_chain", ["blue", "123456"], ["mfa", "2fa"]),
    ],
)
async def test_challenges_are_asked_one_by_one(
    bench: Bench, username: str, answers: list[str], kinds: list[str]
) -> None:
    """Questions and codes kept apart, each with its round and its deadline; the bank is reached once for each act."""
    await bench.engine.send(bench.a_start("CA", username, fetch_bank_data=False))
    for round_number, (answer, kind) in enumerate(zip(answers, kinds, strict=True), 1):
        challenge = (await bench.through("challenge-required")).data
        assert (challenge["round"], challenge["challenge_kind"]) == (round_number, kind)
        assert challenge["deadline"] is not None
        (command_id,) = await bench.engine.send(an_answer(bench, challenge, answer))
        await bench.quiet()
        assert bench.engine.answers(command_id)
    assert bench.names[-1] == "authentication-succeeded"
    helium = bench.sandbox.control.helium
    assert (helium.attempts(username), helium.answers(username)) == (1, len(answers))


async def test_a_bank_that_refuses_leaves_the_next_try_to_the_person(bench: Bench) -> None:
    """Nothing is repeated by machine: three of these would lock the login."""
    await bench.engine.send(bench.a_start("CA", "user_bad"))
    failed = (await bench.through("authentication-failed")).data
    assert "did not accept" in failed["reason"]
    await bench.pass_time(5)
    assert bench.sandbox.control.helium.attempts("user_bad") == 1


async def test_a_bank_in_trouble_names_a_time(bench: Bench) -> None:
    """The credentials are gone by then, so a person starts again; a quarter of an hour is the least."""
    before = bench.engine.clock.now()
    await bench.engine.send(bench.a_start("CA", "user_down"))
    errored = (await bench.through("authentication-errored")).data
    assert errored["not_before"][:16] == (before + timedelta(minutes=15)).isoformat()[:16]


async def test_the_fourth_try_of_one_person_does_not_hold_up_the_others(bench: Bench) -> None:
    """The vendor stops that person for a quarter of an hour by a 429; taken for the quota it would stop everybody."""
    for _ in range(3):
        await bench.engine.send(bench.a_start("CA", "user_bad"))
        await bench.through("authentication-failed")
    await bench.engine.send(bench.a_start("CA", "user_bad"))
    await bench.through("authentication-errored")
    await bench.engine.send(bench.a_start("CA", "user_good", user_id="somebody-else", fetch_bank_data=False))
    await bench.through("authentication-succeeded", seconds=1)
    assert bench.sandbox.control.helium.attempts("user_bad") == 3


async def test_a_wrong_answer_fails_the_login(bench: Bench) -> None:
    """And says so in the bank's words."""
    await bench.engine.send(bench.a_start("CA", "user_mfa"))
    challenge = (await bench.through("challenge-required")).data
    await bench.engine.send(an_answer(bench, challenge, "green"))
    assert "answer" in (await bench.through("authentication-failed")).data["reason"]


async def test_silence_expires_at_the_deadline_and_a_late_answer_is_refused(bench: Bench) -> None:
    """By itself: nobody has to ask."""
    await bench.engine.send(bench.a_start("CA", "user_mfa"))
    challenge = (await bench.through("challenge-required")).data
    await bench.skip(299)
    assert "authentication-expired" not in bench.names
    expired = (await bench.through("authentication-expired", seconds=2)).data
    assert expired["challenge_id"] == challenge["challenge_id"]
    await bench.engine.send(an_answer(bench, challenge, "blue"))
    refused = (await bench.through("command-refused")).data
    assert (refused["code"], refused["state"]) == ("WRONG_STATE", "EXPIRED")
    assert bench.sandbox.control.helium.answers("user_mfa") == 0


async def test_a_start_without_an_answer_is_never_sent_again(bench: Bench) -> None:
    """The bank may have counted it."""
    bench.sandbox.control.helium.fault(FaultKind.CUT, operation="authorize", moment=Moment.AFTER_EFFECT)
    await bench.engine.send(bench.a_start("CA", "user_good"))
    await bench.through("authentication-outcome-unknown")
    await bench.skip(600)
    assert bench.sandbox.control.helium.attempts("user_good") == 1
    assert bench.names == ["authentication-started", "authentication-outcome-unknown"]


async def test_a_start_that_never_left_us_is_sent_later(bench: Bench) -> None:
    """A definite no to the attempt: the bank has heard nothing."""
    bench.sandbox.control.helium.fault(FaultKind.STATUS, operation="authorize", status=429, times=1)
    await bench.engine.send(bench.a_start("CA", "user_good", fetch_bank_data=False))
    await bench.through("authentication-succeeded", seconds=120)
    assert bench.sandbox.control.helium.attempts("user_good") == 1


async def test_an_answer_without_an_answer_is_looked_up(bench: Bench) -> None:
    """It was heard, as the session shows, and the person is not asked again."""
    await bench.engine.send(bench.a_start("CA", "user_mfa", fetch_bank_data=False))
    challenge = (await bench.through("challenge-required")).data
    bench.sandbox.control.helium.fault(FaultKind.CUT, operation="authorize", moment=Moment.AFTER_EFFECT)
    await bench.engine.send(an_answer(bench, challenge, "blue"))
    await bench.through("authentication-succeeded")
    assert bench.sandbox.control.helium.answers("user_mfa") == 1


async def test_an_answer_that_got_lost_on_the_way_ends_with_the_session(bench: Bench) -> None:
    """The session still shows the same question: it is not asked twice, and not answered twice."""
    await bench.engine.send(bench.a_start("CA", "user_mfa", fetch_bank_data=False))
    challenge = (await bench.through("challenge-required")).data
    bench.sandbox.control.helium.fault(FaultKind.CUT, operation="authorize", moment=Moment.BEFORE_EFFECT)
    await bench.engine.send(an_answer(bench, challenge, "blue"))
    await bench.through("authentication-expired", seconds=330)
    assert bench.names.count("challenge-required") == 1
    assert bench.sandbox.control.helium.answers("user_mfa") == 0


@pytest.mark.parametrize(
    ("institution", "code", "field"),
    [("desjardins", "INVALID", "credentials"), ("no-such-bank", "UNKNOWN_INSTITUTION", "institution")],
)
async def test_what_the_vendor_cannot_take_is_refused_by_name(
    bench: Bench, institution: str, code: str, field: str
) -> None:
    """A branch that is missing, a bank that is not there: the bank was not asked, so it is no word of the bank's."""
    (command_id,) = await bench.engine.send(bench.a_start("CA", "user_good", institution=institution))
    refused = await bench.through("command-refused")
    assert (refused.cause, refused.data["code"], refused.data["field"]) == (command_id, code, field)
    assert bench.sandbox.control.helium.attempts("user_good") == 0


async def test_the_data_window_closes_after_a_day(bench: Bench) -> None:
    """By command it can be read again until then; after that the vendor says no, and so do we."""
    await bench.engine.send(bench.a_start("CA", "user_good", fetch_bank_data=False))
    await bench.through("authentication-succeeded")
    fetch = FetchBankData(connection_id=bench.engine.published[0].subject)
    await bench.engine.send(fetch)
    await bench.through("bank-data-fetched")
    await bench.skip(90_000)
    (command_id,) = await bench.engine.send(fetch)
    refused = await bench.through("command-refused")
    assert (refused.cause, refused.data["code"], refused.data["state"]) == (command_id, "VENDOR_REJECTED", "CONNECTED")
