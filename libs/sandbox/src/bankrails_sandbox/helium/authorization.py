"""`bank/authorization`: credentials in, a status out; and the answers to what the bank asks on the way.

The five statuses and their meaning are documented; everything else about this call is an assumption. Each start and
each answer that gets as far as the bank is recorded as an effect, without what was typed: whoever reads them can tell
whether one act of a person reached the bank once.
"""

from typing import Any

from bankrails_sandbox.faults import Fault, FaultKind, Moment
from bankrails_sandbox.helium.bank import Outcome, Script, script_of
from bankrails_sandbox.helium.formats import stamp
from bankrails_sandbox.helium.institutions import INSTITUTIONS, TEST_BANK, Institution
from bankrails_sandbox.helium.payload import optional_text, read_object, text
from bankrails_sandbox.helium.replies import invalid, refused, too_many
from bankrails_sandbox.helium.sessions import WRONG_ANSWER, Session, State
from bankrails_sandbox.helium.vendor import HeliumVendor
from bankrails_sandbox.vendor_api import Call, Reply

START, CONTINUE = {"user_or_card", "password"}, {"session_id", "challenge_response"}


def authorize(vendor: HeliumVendor, call: Call) -> Reply:
    body = read_object(call, forms_accepted=vendor.assumptions.forms_accepted)
    given = body.keys()
    if given & START and given & CONTINUE:
        raise invalid("Either credentials or a challenge_response, not both")
    return _answer(vendor, call, body) if given & CONTINUE else _start(vendor, call, body)


def read_session(vendor: HeliumVendor, call: Call) -> Reply:
    session = session_of(vendor, call)
    if session.state in (State.EXPIRED, State.CLOSED):
        raise expired()
    if session.state is State.CREATED:
        raise refused(409, "session_not_ready", "Nobody has logged in yet")
    return Reply(200, session_json(vendor, session))


def session_of(vendor: HeliumVendor, call: Call) -> Session:
    """Another lender's session is as unknown as none."""
    return _find(vendor, call, call.path["session_id"])


def expired() -> Exception:
    return refused(410, "session_expired", "The session has expired. A new login is needed")


def session_json(vendor: HeliumVendor, session: Session) -> dict[str, Any]:
    body: dict[str, Any] = {"status": session.state, "session_id": session.id, "institution": session.institution.code}
    if session.message is not None:
        body["message"] = session.message
    if session.challenged:
        body["challenge"] = _challenge_json(vendor, session)
    elif session.state is State.FAILED and session.attempts_remaining is not None:
        body["attempts_remaining"] = session.attempts_remaining
    return body


def _start(vendor: HeliumVendor, call: Call, body: dict[str, Any]) -> Reply:
    longest = vendor.assumptions.text_length_max
    login, password = text(body, "user_or_card", longest), text(body, "password", longest)
    branch = optional_text(body, "branch", longest)
    institution = _institution(vendor, optional_text(body, "institution", longest))
    client_identifier = optional_text(body, "client_identifier", longest)
    if institution.needs_branch and branch is None:
        raise refused(422, "branch_required", f"{institution.name} needs a branch", "branch")
    _spare_the_login(vendor, call, client_identifier)

    magic = institution is TEST_BANK or vendor.assumptions.magic_logins_everywhere
    script = script_of(login, password, vendor.scripts, magic=magic)
    session = vendor.open_session(call.merchant, institution, call.now, client_identifier=client_identifier)
    session.login = login
    vendor.record(
        "bank_attempt",
        call.merchant,
        call.now,
        reference=session.id,
        call_id=call.id,
        login=login,
        detail=institution.code,
    )
    vendor.run(session, script, call.now, call.id)
    if session.state is State.FAILED:
        _count_failure(vendor, call, session)
    answer = session_json(vendor, session)
    if session.state is State.FAILED and not vendor.assumptions.failed_start_has_session:
        del answer["session_id"]
    return Reply(200, answer, delays=_delays(vendor, script))


def _answer(vendor: HeliumVendor, call: Call, body: dict[str, Any]) -> Reply:
    longest = vendor.assumptions.text_length_max
    session_id, response = text(body, "session_id", longest), text(body, "challenge_response", longest)
    session = _find(vendor, call, session_id)
    if session.state in (State.EXPIRED, State.CLOSED):
        raise expired()
    if session.state in (State.SUCCESS, State.FAILED, State.ERROR):
        raise refused(409, "session_finished", "The session has ended")
    if not session.challenged:
        raise not_expected()

    right = response == session.challenge.answer
    if not right and session.answered and response == session.answered[-1].answer:
        # A double click: the same answer once more, after it has brought the next challenge. It must not be taken for
        # a wrong answer to that one.
        raise not_expected()
    vendor.record(
        "challenge_answer",
        call.merchant,
        call.now,
        reference=session.id,
        call_id=call.id,
        login=session.login,
        detail=session.challenge.kind,
    )
    if right:
        session.answered, session.waiting = (*session.answered, session.challenge), session.waiting[1:]
        vendor.go_on(session, call.now, call.id)
        return Reply(200, session_json(vendor, session))
    return Reply(200, _wrong_answer(vendor, call, session))


def _wrong_answer(vendor: HeliumVendor, call: Call, session: Session) -> dict[str, Any]:
    left = (session.attempts_remaining or 1) - 1
    session.attempts_remaining = left
    if left == 0:
        vendor.end(session, Outcome.FAILED, call.now, call.id, WRONG_ANSWER)
        if vendor.assumptions.failed_answers_count:
            _count_failure(vendor, call, session)
        return session_json(vendor, session)
    return session_json(vendor, session) | {
        "status": State.FAILED,
        "message": WRONG_ANSWER,
        "attempts_remaining": left,
    }


def not_expected() -> Exception:
    return refused(409, "challenge_not_expected", "No challenge waits for this answer")


def _find(vendor: HeliumVendor, call: Call, session_id: str) -> Session:
    session = vendor.sessions.get(session_id)
    if session is None or session.lender != call.merchant:
        raise refused(404, "session_not_found", "No such session")
    return session


def _institution(vendor: HeliumVendor, code: str | None) -> Institution:
    try:
        return INSTITUTIONS[code or vendor.assumptions.default_institution]
    except KeyError:
        raise refused(422, "unknown_institution", "No such institution", "institution") from None


def _spare_the_login(vendor: HeliumVendor, call: Call, client_identifier: str | None) -> None:
    """Banks lock a login after a few wrong passwords; the person is stopped before that."""
    if client_identifier is None:
        return
    wait = vendor.failed_starts(call.merchant, client_identifier).wait(call.now)
    if wait is not None:
        raise too_many("Too many failed logins", wait)


def _count_failure(vendor: HeliumVendor, call: Call, session: Session) -> None:
    if session.client_identifier is not None:
        vendor.failed_starts(call.merchant, session.client_identifier).take(call.now)


def _delays(vendor: HeliumVendor, script: Script) -> tuple[Fault, ...]:
    if not script.slow:
        return ()
    if vendor.assumptions.slow_login_gate:
        return (Fault(FaultKind.HOLD, moment=Moment.AFTER_EFFECT, gate="user_slow"),)
    milliseconds = int(vendor.assumptions.slow_login_seconds * 1000)
    return (Fault(FaultKind.LATENCY, moment=Moment.AFTER_EFFECT, latency_ms=milliseconds),)


def _challenge_json(vendor: HeliumVendor, session: Session) -> Any:
    challenge = session.challenge
    if vendor.assumptions.challenge_as_text:
        return challenge.message
    assert session.challenge_expires_at is not None, "a challenge that is open has an end"  # noqa: S101
    body: dict[str, Any] = {"type": challenge.type, "expires_at": stamp(session.challenge_expires_at)}
    if challenge.options:
        body["options"] = list(challenge.options)
    return body
