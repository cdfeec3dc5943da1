"""A member from its credentials to its data: statuses, challenges, and what reaches the bank how often.

Statuses and passwords: docs.mx.com, connect-widget Statuses.js, and the test platform's table.
"""

from datetime import timedelta

import httpx2 as httpx
import pytest
from bankrails_sandbox import FaultKind, Moment
from bankrails_sandbox.mx.assumptions import Assumptions
from bankrails_sandbox.mx.clients import MxConfig
from bankrails_sandbox.mx.vocabulary import ConnectionStatus, JobStatus, JobType

PASSWORDS = {
    "anything": "CONNECTED",
    "BAD_REQUEST": "FAILED",
    "UNAUTHORIZED": "DENIED",
    "INVALID": "DENIED",
    "LOCKED": "LOCKED",
    "DISABLED": "DENIED",
    "SERVER_ERROR": "FAILED",
    "UNAVAILABLE": "FAILED",
    "invalid": "CONNECTED",
}
ANSWERS = {
    "correct": "CONNECTED",
    "challenge": "CHALLENGED",
    "DISABLED": "DENIED",
    "SERVER_ERROR": "FAILED",
    "UNAVAILABLE": "FAILED",
    "Correct": "REJECTED",
}


@pytest.mark.parametrize("password", PASSWORDS)
def test_each_password_does_what_the_table_says(mx, password: str) -> None:
    """Not at once: whoever does not poll sees CREATED."""
    created = mx.create(password)
    assert created.status_code == 202
    body = created.json()["member"]
    assert (body["connection_status"], body["is_being_aggregated"]) == ("CREATED", True)
    mx.settle()
    member = mx.call("GET", f"{mx.user}/members/{body['guid']}").json()["member"]
    assert (member["connection_status"], member["is_being_aggregated"]) == (PASSWORDS[password], False)
    assert bool(member["error"]) is (PASSWORDS[password] != "CONNECTED")
    assert mx.control.attempts("mxuser") == 1


def test_an_unknown_user_is_denied_and_a_made_one_is_known(mx) -> None:
    """The test bank has two users of its own; tests with many people make theirs."""
    stranger = mx.member(login="stranger")
    mx.control.make_person("friend", mx.control.person("friend"))
    friend = mx.member(login="friend")
    mx.settle()
    assert mx.status(stranger)["connection_status"] == "DENIED"
    assert mx.status(friend)["connection_status"] == "CONNECTED"


def test_a_job_takes_its_steps_in_virtual_time(mx) -> None:
    """The bank answers, then accounts arrive, then the job ends: CONNECTED alone is not the end."""
    member = mx.member()
    seen = []
    for seconds in (0, 1, 1, 1, 1):
        mx.sandbox.control.advance(seconds=seconds)
        status = mx.status(member)
        seen.append((status["connection_status"], status["has_processed_accounts"], status["is_being_aggregated"]))
    assert seen == [
        ("CREATED", False, True),
        ("CREATED", False, True),
        ("CONNECTED", False, True),
        ("CONNECTED", True, True),
        ("CONNECTED", True, False),
    ]
    assert mx.control.members()[0].job.status is JobStatus.COMPLETED


def test_a_long_advance_goes_through_every_step(mx) -> None:
    """At the instants at which they were due, however far the clock is moved."""
    started = mx.sandbox.control.clock().now
    mx.member("challenge")
    mx.sandbox.control.advance(seconds=86_400)
    ends = {effect.kind: effect.at - started for effect in mx.control.effects()}
    assert ends["mx.challenged"] == timedelta(seconds=2)
    assert ends["mx.job_finished"] == timedelta(seconds=302)
    assert mx.control.members()[0].status is ConnectionStatus.EXPIRED


@pytest.mark.parametrize("answer", ANSWERS)
def test_each_answer_does_what_the_table_says(mx, answer: str) -> None:
    """RESUMED first, and the bank's word by polling."""
    member = mx.member("challenge")
    mx.settle()
    assert mx.status(member)["connection_status"] == "CHALLENGED"
    resumed = mx.resume(member, answer)
    assert (resumed.status_code, resumed.json()["member"]["connection_status"]) == (202, "RESUMED")
    assert resumed.json()["member"]["is_being_aggregated"] is True
    mx.settle()
    assert mx.status(member)["connection_status"] == ANSWERS[answer]
    assert (mx.control.attempts("mxuser"), mx.control.answers("mxuser")) == (1, 1)


@pytest.mark.parametrize(("password", "type"), [("challenge", "TEXT"), ("options", "OPTIONS"), ("image", "IMAGE_DATA")])
def test_challenges_are_of_three_kinds(mx, password: str, type: str) -> None:
    """In the status and at their own address, the same."""
    member = mx.member(password)
    assert mx.call("GET", f"{member}/challenges").status_code == 204
    mx.settle()
    (challenge,) = mx.status(member)["challenges"]
    assert mx.call("GET", f"{member}/challenges").json()["challenges"] == [challenge]
    assert challenge["type"] == type
    assert challenge["guid"].startswith("CRD-")
    assert ("options" in challenge, "image_data" in challenge) == (type == "OPTIONS", type == "IMAGE_DATA")


@pytest.mark.parametrize("by", ["guid", "value", "label"])
def test_an_option_is_chosen_by_guid_value_or_label(mx, by: str) -> None:
    """Which of them the vendor takes has changed over time."""
    member = mx.member("options")
    mx.settle()
    (challenge,) = mx.status(member)["challenges"]
    correct = next(option for option in challenge["options"] if option["value"] == "correct")
    mx.resume(member, correct[by])
    mx.settle()
    assert mx.status(member)["connection_status"] == "CONNECTED"


def test_a_second_challenge_has_a_guid_of_its_own(mx) -> None:
    """An answer to the first does not pass for an answer to the second."""
    member = mx.member("challenge")
    mx.settle()
    (first,) = mx.status(member)["challenges"]
    mx.resume(member, "challenge")
    mx.settle()
    (second,) = mx.status(member)["challenges"]
    assert second["guid"] != first["guid"]
    stale = {"member": {"challenges": [{"guid": first["guid"], "value": "correct"}]}}
    assert mx.call("PUT", f"{member}/resume", stale).status_code == 400
    mx.resume(member, "correct")
    mx.settle()
    assert mx.status(member)["connection_status"] == "CONNECTED"
    assert mx.control.answers("mxuser") == 2


def test_nothing_is_resumed_twice(mx) -> None:
    """A double click: the second is a 405, and the bank has one answer."""
    member = mx.member("challenge")
    mx.settle()
    assert mx.resume(member, "correct").status_code == 202
    assert mx.resume(member, "correct").status_code == 405
    assert mx.control.answers("mxuser") == 1


def test_an_unanswered_challenge_expires(mx) -> None:
    """After that the job must be started again."""
    member = mx.member("challenge")
    mx.settle()
    mx.sandbox.control.advance(seconds=300)
    assert mx.status(member)["connection_status"] == "EXPIRED"
    assert mx.resume(member, "correct").status_code == 405
    assert mx.call("POST", f"{member}/aggregate").status_code == 202
    mx.settle()
    assert mx.status(member)["connection_status"] == "CHALLENGED"


def test_an_answered_challenge_does_not_expire_after_all(mx) -> None:
    """Its end was called off with the answer."""
    member = mx.member("challenge")
    mx.settle()
    mx.resume(member, "correct")
    mx.sandbox.control.advance(seconds=3600)
    assert mx.status(member)["connection_status"] == "CONNECTED"
    assert [effect.detail for effect in mx.control.effects(kind="mx.job_finished")] == [
        "AGGREGATION COMPLETED CONNECTED"
    ]


def test_the_third_denial_in_a_row_prevents(mx) -> None:
    """The vendor stops trying before the bank locks the login: a job is not started, new credentials are."""
    member = mx.member("INVALID")
    mx.settle()
    for _ in range(2):
        mx.call("POST", f"{member}/aggregate")
        mx.settle()
    assert mx.status(member)["connection_status"] == "PREVENTED"
    answer = mx.call("POST", f"{member}/aggregate")
    assert (answer.status_code, answer.json()["member"]["is_being_aggregated"]) == (202, False)
    assert mx.control.attempts("mxuser") == 3
    updated = mx.call("PUT", member, {"member": {"credentials": mx.credentials("mxuser", "right")}}).json()["member"]
    assert (updated["connection_status"], updated["is_being_aggregated"]) == ("UPDATED", True)
    mx.settle()
    assert mx.status(member)["connection_status"] == "CONNECTED"


def test_a_member_that_answered_once_is_asked_again_only_where_the_switch_says_so(mx, fresh_mx) -> None:
    """Otherwise each of three jobs in a row would bother the person."""
    for platform, expected in (
        (mx, "CONNECTED"),
        (fresh_mx(MxConfig(assumptions=Assumptions(challenge_every_job=True))), "CHALLENGED"),
    ):
        member = platform.member("challenge")
        platform.settle()
        platform.resume(member, "correct")
        platform.settle()
        platform.call("POST", f"{member}/verify")
        platform.settle()
        assert platform.status(member)["connection_status"] == expected


@pytest.mark.parametrize("moment", list(Moment))
def test_after_a_lost_answer_the_callers_own_id_tells_what_became_of_it(mx, moment: Moment) -> None:
    """There is no idempotency key: the second try is a 409 where the first took effect, and the bank was reached once."""
    mx.create(login="test_atrium")
    mx.control.fault(FaultKind.CUT, operation="create-member", moment=moment, times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        mx.create(id="connection-1")
    assert mx.create(id="connection-1").status_code == (409 if moment is Moment.AFTER_EFFECT else 202)
    assert mx.control.attempts("mxuser") == 1
    assert mx.call("GET", f"{mx.user}/members/connection-1").status_code == 200


def test_neither_password_nor_answer_is_kept_anywhere(mx) -> None:
    """They are live bank credentials; a sandbox makes the habits."""
    member = mx.member("challenge")
    mx.create("Tr0ub4dor-and-3", login="test_atrium")
    mx.settle()
    mx.resume(member, "Springfield-or-so")
    mx.settle()
    told = [
        httpx.get(f"{mx.sandbox.url}/control/mx/{path}", verify=False).text
        for path in ("effects", "calls", "logins", "members", "faults")
    ]
    told += [mx.call("GET", member).text, mx.call("GET", f"{member}/credentials").text]
    assert not any(secret in text for text in told for secret in ("Tr0ub4dor-and-3", "Springfield-or-so"))


@pytest.mark.parametrize("status", ["IMPAIRED", "LOCKED", "IMPEDED", "DISCONNECTED"])
def test_a_status_can_be_forced_and_leaves_nothing_running(mx, status: str) -> None:
    """What a bank or the vendor brings about by itself."""
    member = mx.member()
    guid = member.rpartition("/")[2]
    assert mx.control.force(guid, ConnectionStatus[status]).job.status is JobStatus.HALTED
    mx.settle()
    assert mx.status(member)["connection_status"] == status
    assert mx.status(member)["is_being_aggregated"] is False


def test_a_deleted_member_does_nothing_more(mx) -> None:
    """Its job ends with it."""
    member = mx.member()
    assert mx.call("DELETE", member).status_code == 204
    mx.settle()
    assert mx.call("GET", member).status_code == 404
    assert [effect.kind for effect in mx.control.effects() if "job" in effect.kind] == ["mx.job_started"]
    assert mx.create().status_code == 202


async def test_the_awaiting_client_does_what_the_blocking_one_does(mx, sandbox) -> None:
    """Same methods, same answers."""
    member = mx.member()
    async with sandbox.async_control() as control:
        assert await control.mx.members() == mx.control.members()
        assert await control.mx.attempts("mxuser") == 1
        assert await control.mx.answers("mxuser") == 0
        person = await control.mx.person("mxuser")
        await control.mx.make_person("zoe", person)
        assert mx.control.person("zoe") == person
        forced = await control.mx.force(member.rpartition("/")[2], ConnectionStatus.LOCKED)
        assert (forced.status, forced.job.type) == (ConnectionStatus.LOCKED, JobType.AGGREGATION)
