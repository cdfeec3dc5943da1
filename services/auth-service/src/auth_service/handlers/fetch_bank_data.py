"""FetchBankData: by command, and by ourselves once a login has succeeded."""

from collections.abc import Sequence
from datetime import datetime

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.auth import FetchBankData
from bankrails_messaging.decisions import Decision, Handling, Refusal, Work
from bankrails_vendor_http.budget import Lane

from auth_service.domain.connection import Connection, ConnectionState
from auth_service.domain.vendors import BY_VENDOR, Call
from auth_service.handlers.missing import NO_SUCH_CONNECTION
from auth_service.ports import Reads


def decide(command: FetchBankData, connection: Connection | None, now: datetime) -> Decision | Refusal:
    if connection is None:
        return NO_SUCH_CONNECTION
    if connection.state is not ConnectionState.CONNECTED:
        return Refusal(
            RefusalCode.WRONG_STATE, f"the connection is {connection.state}, not CONNECTED", about=connection
        )
    return Decision(connection, work=(fetching(connection, (), since=now, due_at=None),))


def fetching(connection: Connection, asked_for: Sequence[str], *, since: datetime, due_at: datetime | None) -> Work:
    """`since`: when the command came; `asked_for`: what the vendor was asked to gather for it."""
    traits = BY_VENDOR[connection.vendor]
    payload = {
        "login_ref": connection.vendor_login_ref,
        "user_ref": connection.vendor_user_ref,
        "country": connection.country,
        "asked_for": list(asked_for),
        "since": since.isoformat(),
        "challenge_round": connection.challenge_round,
    }
    return Work(traits.kind(Call.FETCH), payload, traits.budget, Lane.PERSON, due_at=due_at)


def load(reads: Reads, commands: Sequence[FetchBankData]) -> list[Connection | None]:
    connections = reads.connections([command.connection_id for command in commands])
    return [connections.get(command.connection_id) for command in commands]


HANDLING: Handling[FetchBankData, Connection | None] = Handling(FetchBankData, load, decide)
