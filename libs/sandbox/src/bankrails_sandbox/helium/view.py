"""A session as the control API shows it."""

from dataclasses import dataclass
from datetime import datetime

from bankrails_sandbox.helium.sessions import Session, State


@dataclass(frozen=True, slots=True)
class SessionView:
    session_id: str
    merchant: str
    state: State
    login: str | None
    client_identifier: str | None
    institution: str
    created_at: datetime
    succeeded_at: datetime | None


def view_of(session: Session) -> SessionView:
    return SessionView(
        session_id=session.id,
        merchant=session.lender,
        state=session.state,
        login=session.login,
        client_identifier=session.client_identifier,
        institution=session.institution.code,
        created_at=session.created_at,
        succeeded_at=session.succeeded_at,
    )
