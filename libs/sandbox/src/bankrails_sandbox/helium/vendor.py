"""The vendor as a whole: whose key is whose, and every session, frame and link."""

import dataclasses
import secrets
from datetime import datetime, timedelta

from bankrails_clock import Clock

from bankrails_sandbox.helium.bank import Outcome, Script
from bankrails_sandbox.helium.institutions import Institution
from bankrails_sandbox.helium.lenders import HeliumConfig, Lender
from bankrails_sandbox.helium.people import Person, person_behind
from bankrails_sandbox.helium.records import Frame, Link
from bankrails_sandbox.helium.sessions import CHALLENGED, ENDED, MESSAGES, Session, State
from bankrails_sandbox.sliding_window import SlidingWindow
from bankrails_sandbox.vendor import Vendor


class HeliumVendor(Vendor):
    name = "helium"

    def __init__(self, config: HeliumConfig, clock: Clock) -> None:
        super().__init__(clock)
        self._config = config
        self.assumptions = config.assumptions
        self.reset()

    def open_books(self) -> None:
        per_minute = self.assumptions.calls_per_minute
        self.lenders = {lender.name: lender for lender in self._config.lenders}
        self.minutes = {name: SlidingWindow(per_minute, timedelta(minutes=1)) for name in self.lenders}
        self.sessions: dict[str, Session] = {}
        self.frames: dict[tuple[str, str], Frame] = {}
        self.links: dict[str, Link] = {}
        self.scripts: dict[str, Script] = {}
        self._failed_starts: dict[tuple[str, str], SlidingWindow] = {}

    @property
    def merchants(self) -> tuple[str, ...]:
        return tuple(lender.name for lender in self._config.lenders)

    def lender_of(self, api_key: str) -> Lender | None:
        return next((lender for lender in self.lenders.values() if lender.api_key == api_key), None)

    def change_lender(self, name: str, **changes: object) -> Lender:
        """Takes fields of Lender; raises KeyError for an unknown name."""
        self.lenders[name] = dataclasses.replace(self.lenders[name], **changes)  # type: ignore[arg-type] # decoded
        return self.lenders[name]

    def open_session(
        self, lender: str, institution: Institution, now: datetime, *, client_identifier: str | None
    ) -> Session:
        session = Session(f"ses_{secrets.token_hex(12)}", lender, institution, now, client_identifier=client_identifier)
        self.sessions[session.id] = session
        return session

    def failed_starts(self, lender: str, client_identifier: str) -> SlidingWindow:
        assumptions = self.assumptions
        span = timedelta(seconds=assumptions.failed_starts_window_seconds)
        window = SlidingWindow(assumptions.failed_starts_max, span)
        return self._failed_starts.setdefault((lender, client_identifier), window)

    def run(self, session: Session, script: Script, now: datetime, call_id: int | None) -> None:
        """The bank has the credentials and says what comes next."""
        session.outcome, session.waiting, session.answered = script.outcome, script.challenges, ()
        session.person = script.person
        self.go_on(session, now, call_id)

    def go_on(self, session: Session, now: datetime, call_id: int | None) -> None:
        """To the next challenge, or to the end."""
        if session.waiting:
            self._ask(session, now)
        else:
            self.end(session, session.outcome, now, call_id)

    def end(
        self, session: Session, outcome: Outcome, now: datetime, call_id: int | None, message: str | None = None
    ) -> None:
        self._leave(session)
        session.state = ENDED[outcome]
        session.message = message or MESSAGES.get(outcome)
        session.challenge_expires_at = None
        if outcome is Outcome.SUCCESS:
            session.succeeded_at = now
            session.person = session.person or person_behind(session.login or "")
            closes_at = now + timedelta(seconds=self.assumptions.data_window_seconds)
            session.deadline = self.agenda.add(closes_at, lambda at: self._close(session, at))
        else:
            session.person = None
        self._tell(f"session_{session.state}", session, now, call_id)

    def purge(self, session: Session, now: datetime, call_id: int | None) -> None:
        self._leave(session)
        del self.sessions[session.id]
        self._tell("session_purged", session, now, call_id)

    def person_of(self, login: str) -> Person:
        made = self.scripts.get(login)
        return made.person if made and made.person else person_behind(login)

    def _ask(self, session: Session, now: datetime) -> None:
        self._leave(session)
        session.state = CHALLENGED[session.challenge.kind]
        session.message = session.challenge.message
        session.attempts_remaining = self.assumptions.challenge_attempts
        session.challenge_expires_at = now + timedelta(seconds=self.assumptions.challenge_lifetime_seconds)
        session.deadline = self.agenda.add(session.challenge_expires_at, lambda at: self.expire(session, at))

    def expire(self, session: Session, at: datetime) -> None:
        self._leave(session)
        session.state, session.person, session.challenge_expires_at = State.EXPIRED, None, None
        self._tell("session_expired", session, at, None)

    def _close(self, session: Session, at: datetime) -> None:
        session.state, session.person = State.CLOSED, None
        self._tell("session_closed", session, at, None)

    def _leave(self, session: Session) -> None:
        """Whatever the state before would have come to by itself."""
        if session.deadline is not None:
            session.deadline.cancel()
            session.deadline = None

    def _tell(self, kind: str, session: Session, at: datetime, call_id: int | None) -> None:
        self.record(kind, session.lender, at, reference=session.id, call_id=call_id, detail=session.institution.code)
