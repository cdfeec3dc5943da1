"""`bank/authorization`: five statuses, challenges and their end, and what must never happen twice.

Public page: heliumverify.com/docs/reference/bank-verification/authenticating.
"""

from datetime import timedelta
from threading import Thread

import httpx2 as httpx
import pytest
from bankrails_sandbox import FaultKind, Moment
from bankrails_sandbox.helium.assumptions import Assumptions
from bankrails_sandbox.helium.lenders import HeliumConfig

MINUTES_5 = 300


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize(
    ("login", "password", "status"),
    [
        ("user_good", "any", "success"),
        ("user_bad", "any", "failed"),
        ("user_down", "any", "error"),
        ("user_mfa", "any", "mfa_required"),
        ("user_2fa", "any", "2fa_required"),
        ("user_chain", "any", "mfa_required"),
        ("4500123412341234", "any", "success"),
        ("anybody", "wrong", "failed"),
    ],
)
def test_each_magic_login_does_what_it_says(helium, login: str, password: str, status: str) -> None:
    """Always a 200: the status is in the body, and a client that reads HTTP alone is wrong."""
    answer = helium.start(login, password)
    assert (answer.status_code, answer.json()["status"]) == (200, status)
    assert answer.json()["institution"] == "helium_test"
    assert helium.control.attempts(login) == 1


def test_a_rejected_start_is_bare(helium, fresh_helium) -> None:
    """There is no session to go on with; whether one is named is a switch."""
    assert helium.start("user_bad").json().keys() == {"status", "institution", "message"}
    told = fresh_helium(HeliumConfig(assumptions=Assumptions(failed_start_has_session=True)))
    assert told.start("user_bad").json()["session_id"].startswith("ses_")


def test_a_right_answer_succeeds_and_a_wrong_one_ends_the_session(helium) -> None:
    """A person has one go; after that the login begins anew, under a new session."""
    right, wrong = helium.session("user_mfa"), helium.session("user_2fa")
    assert helium.answer(right, "blue").json() == {
        "status": "success",
        "session_id": right,
        "institution": "helium_test",
    }
    failed = helium.answer(wrong, "000000").json()
    assert (failed["status"], failed["attempts_remaining"]) == ("failed", 0)
    assert code(helium.answer(wrong, "123456")) == (409, "session_finished")
    assert helium.start("user_2fa").json()["session_id"] != wrong


def test_a_chain_asks_a_question_and_then_a_code(helium) -> None:
    """MFA and 2FA are kept apart, and one may follow the other."""
    first = helium.start("user_chain").json()
    assert (first["status"], first["challenge"]["type"]) == ("mfa_required", "question")
    second = helium.answer(first["session_id"], "blue").json()
    assert (second["status"], second["challenge"]["type"]) == ("2fa_required", "otp_sms")
    assert helium.answer(first["session_id"], "123456").json()["status"] == "success"
    assert helium.control.answers("user_chain") == 2


def test_a_double_click_does_not_spoil_the_login(helium) -> None:
    """The second of two equal answers is a 409 and the first result stands, in a chain and at its end."""
    session = helium.session("user_chain")
    helium.answer(session, "blue")
    assert code(helium.answer(session, "blue")) == (409, "challenge_not_expected")
    assert helium.answer(session, "123456").json()["status"] == "success"
    assert code(helium.answer(session, "123456")) == (409, "session_finished")
    assert helium.control.answers("user_chain") == 2


def test_a_challenge_expires_after_five_virtual_minutes(helium) -> None:
    """By itself: the clock stops at that instant, and the effect carries it."""
    early, late = helium.session("user_mfa"), helium.session("user_mfa")
    started = helium.sandbox.control.clock().now
    helium.sandbox.control.advance(seconds=MINUTES_5 - 1)
    assert helium.answer(early, "blue").json()["status"] == "success"
    helium.sandbox.control.advance(seconds=60)
    assert code(helium.answer(late, "blue")) == (410, "session_expired")
    assert code(helium.http.get(f"/rest/bank/authorization/{late}")) == (410, "session_expired")
    (expired,) = helium.control.effects(kind="helium.session_expired")
    assert (expired.reference, expired.at) == (late, started + timedelta(seconds=MINUTES_5))


def test_a_session_can_be_read_again(helium) -> None:
    """What a caller does whose answer was lost, instead of logging in again."""
    started = helium.start("user_mfa").json()
    again = helium.http.get(f"/rest/bank/authorization/{started['session_id']}")
    assert (again.status_code, again.json()) == (200, started)
    assert helium.control.attempts("user_mfa") == 1


@pytest.mark.parametrize(
    ("body", "status", "expected", "field"),
    [
        ({}, 400, "invalid_request", "user_or_card"),
        ({"user_or_card": "u"}, 400, "invalid_request", "password"),
        ({"user_or_card": "u", "password": ""}, 400, "invalid_request", "password"),
        ({"user_or_card": 7, "password": "p"}, 400, "invalid_request", "user_or_card"),
        ({"user_or_card": "u", "password": "p" * 256}, 400, "invalid_request", "password"),
        ({"user_or_card": "u", "password": "p", "institution": "hsbc"}, 422, "unknown_institution", "institution"),
        ({"user_or_card": "u", "password": "p", "institution": "desjardins"}, 422, "branch_required", "branch"),
        ({"user_or_card": "u", "password": "p", "session_id": "s"}, 400, "invalid_request", None),
        ({"session_id": "ses_none", "challenge_response": "x"}, 404, "session_not_found", None),
        ({"session_id": "ses_none"}, 400, "invalid_request", "challenge_response"),
        ({"session_id": "ses_none", "challenge_response": ""}, 400, "invalid_request", "challenge_response"),
        ([], 400, "invalid_request", None),
    ],
)
def test_bad_input_is_refused_before_any_bank_is_reached(helium, body, status, expected, field) -> None:
    """With the field's name and never its value."""
    answer = helium.http.post("/rest/bank/authorization", json=body)
    assert code(answer) == (status, expected)
    assert answer.json()["error"]["field"] == field
    assert helium.control.logins() == ()


def test_what_is_not_json_is_told_as_such(helium) -> None:
    """Form encoding is taken beside JSON, anything else is not."""
    post = helium.http.post
    assert code(post("/rest/bank/authorization", content=b"{")) == (400, "invalid_json")
    form = {"user_or_card": "user_mfa", "password": "p", "institution": "desjardins", "branch": "00123"}
    session = post("/rest/bank/authorization", data=form).json()["session_id"]
    answer = post("/rest/bank/authorization", data={"session_id": session, "challenge_response": "blue"})
    assert answer.json()["status"] == "success"


def test_neither_password_nor_answer_is_kept_anywhere(helium) -> None:
    """They are live bank credentials; a sandbox makes the habits."""
    session = helium.start("user_mfa", "Tr0ub4dor-and-3").json()["session_id"]
    helium.answer(session, "not-the-colour")
    url = helium.sandbox.url
    for path in ("effects", "calls", "logins", "sessions", "faults"):
        told = httpx.get(f"{url}/control/helium/{path}", verify=False).text
        assert "Tr0ub4dor-and-3" not in told
        assert "not-the-colour" not in told


def test_three_failed_starts_spare_the_login(helium) -> None:
    """Banks lock a login after a few wrong passwords. The window slides, and others are not concerned."""
    for _ in range(3):
        assert helium.start("ada", "wrong", client_identifier="client-1").json()["status"] == "failed"
        helium.sandbox.control.advance(seconds=60)
    refused = helium.start("ada", "right", client_identifier="client-1")
    assert (code(refused), refused.headers["retry-after"]) == ((429, "rate_limited"), "720")
    assert helium.start("ada", "right", client_identifier="client-2").json()["status"] == "success"
    helium.sandbox.control.advance(seconds=720)
    assert helium.start("ada", "right", client_identifier="client-1").json()["status"] == "success"
    assert helium.control.attempts("ada") == 5


@pytest.mark.parametrize("moment", list(Moment))
def test_a_lost_answer_leaves_the_truth_about_the_bank(helium, moment: Moment) -> None:
    """The caller cannot know which it was, and the effects can."""
    helium.control.fault(FaultKind.CUT, operation="authorize", moment=moment, times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        helium.start("user_good")
    assert helium.control.attempts("user_good") == (1 if moment is Moment.AFTER_EFFECT else 0)


def test_a_slow_bank_is_held_until_it_is_let_go(fresh_helium) -> None:
    """Half a minute of real time by default; a gate for tests. The bank was reached, whoever still waits."""
    helium = fresh_helium(HeliumConfig(assumptions=Assumptions(slow_login_gate=True)))
    answers: list[str] = []
    caller = Thread(target=lambda: answers.append(helium.start("user_slow").json()["status"]))
    caller.start()
    helium.control.wait_until_held("user_slow")
    assert (answers, helium.control.attempts("user_slow")) == ([], 1)
    helium.control.release("user_slow")
    caller.join(20)
    assert answers == ["success"]


def test_the_delay_of_a_slow_bank_is_real_time(fresh_helium) -> None:
    """Client deadlines are real, so slowness must be."""
    helium = fresh_helium(HeliumConfig(assumptions=Assumptions(slow_login_seconds=30)))
    with pytest.raises(httpx.ReadTimeout):
        helium.http.post("/rest/bank/authorization", json={"user_or_card": "user_slow", "password": "p"}, timeout=0.3)
    assert helium.control.attempts("user_slow") == 1


def test_more_than_one_go_is_a_switch(fresh_helium) -> None:
    """The same challenge stays open, and says how many are left."""
    helium = fresh_helium(HeliumConfig(assumptions=Assumptions(challenge_attempts=3, challenge_as_text=True)))
    started = helium.start("user_mfa").json()
    assert started["challenge"] == started["message"] == "What is your favourite colour?"
    answer = helium.answer(started["session_id"], "red").json()
    assert (answer["status"], answer["attempts_remaining"]) == ("failed", 2)
    assert helium.answer(started["session_id"], "blue").json()["status"] == "success"
