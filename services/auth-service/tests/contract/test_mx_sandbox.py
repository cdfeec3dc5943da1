"""United States: from the credentials to the bank data, at the vendor's sandbox."""

from typing import Any

import pytest
from bankrails_contracts.auth import AnswerChallenge
from bankrails_sandbox import FaultKind, Moment
from bankrails_sandbox.mx.vocabulary import ConnectionStatus

Bench = Any  # conftest.Bench


def an_answer(bench: Bench, challenge: dict[str, Any], value: str) -> AnswerChallenge:
    return AnswerChallenge.model_validate(
        {
            "connection_id": challenge["connection_id"],
            "challenge_id": challenge["challenge_id"],
            "answers": bench.sealed({question["field"]: value for question in challenge["questions"]}),
        }
    )


async def test_a_login_opens_the_bank_data(bench: Bench) -> None:
    """Numbers and owners come with the job of the login: the bank is visited once."""
    await bench.engine.send(bench.a_start("US", "mxuser"))
    fetched = (await bench.through("bank-data-fetched")).data
    assert bench.names == ["authentication-started", "authentication-succeeded", "bank-data-fetched"]
    person = bench.sandbox.control.mx.person("mxuser")
    checking, savings = fetched["accounts"]
    assert [checking["account_type"], savings["account_type"]] == ["checking", "savings"]
    assert (checking["current_minor"], checking["currency"]) == (person.accounts[0].balance_minor, "USD")
    assert checking["holder_name"] == fetched["profile"]["name"] == person.name
    assert checking["details"]["routing_number"] == person.accounts[0].routing_number
    assert bench.accounts.open(checking["details"]["account_number"]) == person.accounts[0].account_number
    assert checking["account_masked"] == f"******{person.accounts[0].account_number[-4:]}"
    assert bench.sandbox.control.mx.attempts("mxuser") == 1


@pytest.mark.parametrize(("password", "kind"), [("challenge", "text"), ("options", "choice"), ("image", "image")])
async def test_a_challenge_is_asked_and_answered_once(bench: Bench, password: str, kind: str) -> None:
    """Of each type that the test bank has."""
    await bench.engine.send(bench.a_start("US", "mxuser", password, fetch_bank_data=False))
    challenge = (await bench.through("challenge-required")).data
    (question,) = challenge["questions"]
    assert (question["type"], challenge["round"], challenge["challenge_kind"]) == (kind, 1, "mfa")
    assert (kind == "choice") == bool(question["options"])
    assert (kind == "image") == ("image_data" in question)
    (command_id,) = await bench.engine.send(an_answer(bench, challenge, "correct"))
    succeeded = await bench.through("authentication-succeeded")
    assert succeeded.cause == command_id
    mx = bench.sandbox.control.mx
    assert (mx.attempts("mxuser"), mx.answers("mxuser")) == (1, 1)


async def test_a_second_challenge_is_another_round(bench: Bench) -> None:
    """The same words, with another id: it is not taken for the first one still standing."""
    await bench.engine.send(bench.a_start("US", "mxuser", "challenge", fetch_bank_data=False))
    first = (await bench.through("challenge-required")).data
    await bench.engine.send(an_answer(bench, first, "challenge"))
    second = (await bench.through("challenge-required")).data
    assert (second["round"], second["challenge_id"] != first["challenge_id"]) == (2, True)
    await bench.engine.send(an_answer(bench, second, "correct"))
    await bench.through("authentication-succeeded")


@pytest.mark.parametrize(
    ("password", "event"),
    [
        ("INVALID", "authentication-failed"),
        ("LOCKED", "authentication-failed"),
        ("SERVER_ERROR", "authentication-errored"),
    ],
)
async def test_a_no_of_the_bank_and_its_trouble_are_kept_apart(bench: Bench, password: str, event: str) -> None:
    """The one is the person's to put right, the other is not."""
    await bench.engine.send(bench.a_start("US", "mxuser", password))
    await bench.through(event)
    assert bench.names == ["authentication-started", event]


async def test_a_wrong_answer_fails_the_login(bench: Bench) -> None:
    """REJECTED at the vendor."""
    await bench.engine.send(bench.a_start("US", "mxuser", "challenge"))
    challenge = (await bench.through("challenge-required")).data
    await bench.engine.send(an_answer(bench, challenge, "Atlantis"))
    await bench.through("authentication-failed")


async def test_an_answer_after_the_vendors_own_deadline_is_told_as_late(bench: Bench) -> None:
    """The vendor names no deadline, so its clock may be the faster one."""
    await bench.engine.send(bench.a_start("US", "mxuser", "challenge"))
    challenge = (await bench.through("challenge-required")).data
    (member,) = bench.sandbox.control.mx.members()
    bench.sandbox.control.mx.force(member.guid, ConnectionStatus.EXPIRED)
    await bench.engine.send(an_answer(bench, challenge, "correct"))
    expired = (await bench.through("authentication-expired")).data
    assert expired["challenge_id"] == challenge["challenge_id"]


async def test_silence_expires(bench: Bench) -> None:
    """At our own deadline, once."""
    await bench.engine.send(bench.a_start("US", "mxuser", "challenge"))
    await bench.through("challenge-required")
    await bench.skip(300)
    await bench.through("authentication-expired")
    await bench.skip(3_600)
    assert bench.names.count("authentication-expired") == 1


@pytest.mark.parametrize("moment", [Moment.BEFORE_EFFECT, Moment.AFTER_EFFECT])
async def test_a_start_in_doubt_reaches_the_bank_once(bench: Bench, moment: Moment) -> None:
    """The member's id is ours: made, it is adopted and left alone; not made, it is made."""
    bench.sandbox.control.mx.fault(FaultKind.CUT, operation="create-member", moment=moment, times=1)
    await bench.engine.send(bench.a_start("US", "mxuser", fetch_bank_data=False))
    await bench.through("authentication-succeeded")
    assert bench.sandbox.control.mx.attempts("mxuser") == 1
    assert len(bench.sandbox.control.mx.members()) == 1


def updates(bench: Bench) -> int:
    """How often new credentials were given to a member."""
    return sum(call.count for call in bench.sandbox.control.mx.calls().calls if call.method == "PUT")


async def test_after_a_wrong_password_the_person_tries_again(bench: Bench) -> None:
    """The vendor still has the first try's member and refuses another with this login; it gets the new credentials."""
    await bench.engine.send(bench.a_start("US", "mxuser", "INVALID"))
    await bench.through("authentication-failed")
    await bench.engine.send(bench.a_start("US", "mxuser"))
    fetched = (await bench.through("bank-data-fetched")).data
    assert fetched["accounts"][0]["details"]["routing_number"]
    (member,) = bench.sandbox.control.mx.members()
    assert member.id == fetched["connection_id"]
    assert updates(bench) == 1


@pytest.mark.parametrize(
    ("moment", "end", "visits"),
    [
        (Moment.AFTER_EFFECT, "authentication-succeeded", 2),
        (Moment.BEFORE_EFFECT, "authentication-outcome-unknown", 1),
    ],
)
async def test_a_second_try_in_doubt_is_looked_up_and_not_made_again(
    bench: Bench, moment: Moment, end: str, visits: int
) -> None:
    """The vendor has nothing by which to know the repeat, so the bank would hear one password of the person's twice."""
    await bench.engine.send(bench.a_start("US", "mxuser", "INVALID"))
    await bench.through("authentication-failed")
    bench.sandbox.control.mx.fault(FaultKind.CUT, operation="update-member", moment=moment, times=1)
    await bench.engine.send(bench.a_start("US", "mxuser", fetch_bank_data=False))
    await bench.through(end)
    await bench.skip(600)
    assert (updates(bench), bench.sandbox.control.mx.attempts("mxuser")) == (1, visits)


async def test_a_second_try_that_never_left_us_is_made_later(bench: Bench) -> None:
    """A definite no to the attempt: the bank has heard nothing of it."""
    await bench.engine.send(bench.a_start("US", "mxuser", "INVALID"))
    await bench.through("authentication-failed")
    bench.sandbox.control.mx.fault(FaultKind.STATUS, operation="update-member", status=403, times=1)
    await bench.engine.send(bench.a_start("US", "mxuser", fetch_bank_data=False))
    await bench.through("authentication-succeeded")
    assert (updates(bench), bench.sandbox.control.mx.attempts("mxuser")) == (2, 2)


@pytest.mark.parametrize("mx_patience_seconds", [1.0])
async def test_a_second_try_that_arrives_late_is_the_only_one(bench: Bench) -> None:
    """Given up by us, it is on its way: the person is told that nobody knows, and the bank is visited once."""
    mx = bench.sandbox.control.mx
    await bench.engine.send(bench.a_start("US", "mxuser", "INVALID"))
    await bench.through("authentication-failed")
    mx.fault(FaultKind.HOLD, operation="update-member", times=1)
    await bench.engine.send(bench.a_start("US", "mxuser", fetch_bank_data=False))
    await bench.through("authentication-outcome-unknown")
    await bench.pass_time(10)
    mx.release()
    await bench.engine.until(lambda: mx.members()[0].id == "connection-2", "the late one")
    await bench.pass_time(10)
    assert (updates(bench), mx.attempts("mxuser")) == (1, 2)


async def test_an_answer_without_an_answer_is_looked_up(bench: Bench) -> None:
    """It was heard, as the member's status shows, and it is not given twice."""
    await bench.engine.send(bench.a_start("US", "mxuser", "challenge", fetch_bank_data=False))
    challenge = (await bench.through("challenge-required")).data
    bench.sandbox.control.mx.fault(FaultKind.CUT, operation="resume", moment=Moment.AFTER_EFFECT, times=1)
    await bench.engine.send(an_answer(bench, challenge, "correct"))
    await bench.through("authentication-succeeded")
    assert bench.sandbox.control.mx.answers("mxuser") == 1


async def test_status_reads_are_three_seconds_apart(bench: Bench) -> None:
    """The vendor's own rule; and they end with the login, which here takes four seconds."""

    def reads() -> int:
        return sum(call.count for call in bench.sandbox.control.mx.calls().calls if call.path.endswith("/status"))

    await bench.engine.send(bench.a_start("US", "mxuser", fetch_bank_data=False))
    await bench.quiet()
    seen = []
    for _ in range(9):
        seen.append(reads())
        await bench.skip(1)
    assert seen == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert bench.names[-1] == "authentication-succeeded"
    await bench.skip(3_600)
    assert reads() == 2


async def test_a_person_has_one_user_at_the_vendor(bench: Bench) -> None:
    """Under our own id, however often they log in."""
    await bench.engine.send(bench.a_start("US", "mxuser", fetch_bank_data=False))
    await bench.through("authentication-succeeded")
    await bench.engine.send(bench.a_start("US", "test_atrium", institution="mxcu_credential", fetch_bank_data=False))
    await bench.through("authentication-succeeded")
    assert len([effect for effect in bench.sandbox.control.mx.effects() if effect.kind.endswith("user_created")]) == 1


@pytest.mark.parametrize(
    ("institution", "fields", "code"),
    [
        ("no-such-bank", {"username": "mxuser", "password": "p"}, "UNKNOWN_INSTITUTION"),
        ("mxbank", {"username": "mxuser"}, "INVALID"),
    ],
)
async def test_what_the_vendor_cannot_take_is_refused_without_asking_the_bank(
    bench: Bench, institution: str, fields: dict[str, str], code: str
) -> None:
    """A form that does not fit, or a bank that is not there."""
    command = bench.a_start("US", "mxuser", institution=institution, credentials=bench.sealed(fields))
    (command_id,) = await bench.engine.send(command)
    refused = await bench.through("command-refused")
    assert (refused.cause, refused.data["code"], refused.data["state"]) == (command_id, code, "FAILED")
    assert bench.sandbox.control.mx.attempts("mxuser") == 0
