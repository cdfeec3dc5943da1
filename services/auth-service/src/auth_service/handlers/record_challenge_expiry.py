"""A challenge's deadline has come."""

from datetime import datetime

from bankrails_messaging.decisions import Answering, Decision, Outcome

from auth_service.domain.connection import Connection, ConnectionState
from auth_service.handlers.login_steps import EXPIRE_CHALLENGE, expired
from auth_service.handlers.record_login_step import load


def decide(outcome: Outcome, connection: Connection, now: datetime) -> Decision:
    still_open = connection.state is ConnectionState.CHALLENGED
    if not still_open or connection.challenge_id != outcome.payload["challenge_id"]:
        return Decision()
    return expired(connection, now)


ANSWERING = Answering(EXPIRE_CHALLENGE, None, load, decide)
