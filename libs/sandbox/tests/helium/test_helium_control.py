"""Steering Helium: logins of a test's own, sessions forced to an end, and both clients alike."""

import pytest
from bankrails_sandbox import ControlRefused, Effect
from bankrails_sandbox.helium.bank import Challenge, ChallengeKind, ChallengeType, Outcome, Script
from bankrails_sandbox.helium.people import AccountType, BankAccount, Person

ACCOUNT = BankAccount(AccountType.CHEQUING, "54321", "0001234567", 10_000, 9_000, "010")


def test_a_login_can_be_made_with_its_person_and_its_questions(helium) -> None:
    """A choice has options; magic words do not limit a test."""
    options = ("Paris", "Rome")
    choice = Challenge(ChallengeKind.MFA, ChallengeType.CHOICE, "Where did you meet?", "Rome", options)
    person = Person("Zoe Zed", (ACCOUNT,))
    helium.control.make_login("zoe", Script(challenges=(choice,), password="sesame", person=person))
    assert helium.control.person("zoe") == person
    assert helium.start("zoe", "else").json()["status"] == "failed"
    started = helium.start("zoe", "sesame").json()
    assert (started["challenge"]["type"], started["challenge"]["options"]) == ("choice", ["Paris", "Rome"])
    assert helium.answer(started["session_id"], "Rome").json()["status"] == "success"
    (account,) = helium.read("complete-response", started["session_id"]).json()["accounts"]
    assert (account["institution_number"], account["transit_number"]) == ("010", "54321")
    assert account["account_number"] == "0001234567"
    helium.control.forget_login("zoe")
    assert helium.start("zoe", "else").json()["status"] == "success"


@pytest.mark.parametrize("status", ["success", "failed", "error", "mfa_required", "2fa_required"])
def test_a_session_can_be_forced(helium, status: str) -> None:
    """Whatever the login would have led to."""
    session = helium.session("user_mfa")
    assert helium.control.force(session, status).state == status
    assert helium.http.get(f"/rest/bank/authorization/{session}").json()["status"] == status


def test_only_a_challenge_can_be_forced_to_expire(helium) -> None:
    """And what is unknown cannot be forced at all."""
    session = helium.session("user_mfa")
    assert helium.control.force(session, "expired").state == "expired"
    for wrong, status in ((session, 400), ("ses_none", 404)):
        with pytest.raises(ControlRefused) as refused:
            helium.control.force(wrong, "expired")
        assert refused.value.status == status


def test_effects_tell_a_login_in_order(helium) -> None:
    """Attempts are counted by login: the second of one person shows as times 2."""
    session = helium.session("user_mfa")
    helium.answer(session, "blue")
    helium.start("user_mfa")

    def told(effect: Effect) -> tuple:
        return effect.kind, effect.login, effect.detail, effect.times

    effects = helium.control.effects(merchant="bankrails")
    assert [told(effect) for effect in effects] == [
        ("helium.bank_attempt", "user_mfa", "helium_test", 1),
        ("helium.challenge_answer", "user_mfa", "mfa", 1),
        ("helium.session_success", None, "helium_test", 1),
        ("helium.bank_attempt", "user_mfa", "helium_test", 2),
    ]
    assert {effect.reference for effect in effects[:3]} == {session}
    assert helium.control.effects(merchant="other-lender") == ()


async def test_the_awaiting_client_does_what_the_blocking_one_does(helium, sandbox) -> None:
    """Same methods, same answers."""
    helium.session("user_mfa")
    script = Script(Outcome.ERROR)
    async with sandbox.async_control() as control:
        await control.helium.make_login("ada", script)
        assert helium.start("ada").json()["status"] == "error"
        assert await control.helium.attempts("ada") == 1
        assert await control.helium.answers("ada") == 0
        assert await control.helium.sessions() == helium.control.sessions()
        assert await control.helium.person("ada") == helium.control.person("ada")
        session = helium.control.sessions()[0].session_id
        assert (await control.helium.force(session, "failed")).state == "failed"
        await control.helium.switch_lender("bankrails", rate_limited=False)
        await control.helium.forget_login("ada")
        assert helium.start("ada").json()["status"] == "success"


def test_reset_forgets_logins_sessions_and_attempts(helium) -> None:
    """Each test of a suite starts from nothing in the same process."""
    helium.control.make_login("ada", Script(Outcome.FAILED))
    helium.start("ada")
    helium.control.reset()
    assert (helium.control.logins(), helium.control.sessions(), helium.control.effects()) == ((), (), ())
    assert helium.start("ada").json()["status"] == "success"
