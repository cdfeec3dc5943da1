"""StartAuthentication: a person's credentials, on their way to the bank once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.auth import AuthenticationStarted, StartAuthentication
from bankrails_messaging.decisions import Decision, Handling, Refusal, Work
from bankrails_vendor_http.budget import Lane

from auth_service.domain.connection import Connection, ConnectionState
from auth_service.domain.login import LEAVES_WITHIN
from auth_service.domain.vendors import BY_COUNTRY, Call, VendorTraits
from auth_service.handlers.sealed_fields import OpenSealed, beside, problem
from auth_service.ports import Reads


@dataclass(frozen=True)
class Situation:
    offered: bool
    """Whether a vendor for this country is configured."""
    connection: Connection | None
    problem: Refusal | None


def decide(command: StartAuthentication, situation: Situation, now: datetime) -> Decision | Refusal:
    if not situation.offered:
        return Refusal(RefusalCode.NOT_OFFERED, f"no bank login is configured for {command.country}", field="country")
    traits = BY_COUNTRY[command.country]
    fields = [item.field for item in command.credentials]
    if (wrong := _wrong_fields(traits, fields)) is not None:
        return wrong
    if situation.problem is not None:
        return situation.problem
    connection = Connection(
        id=command.connection_id,
        user_id=command.user_id,
        country=command.country,
        vendor=traits.vendor,
        institution=command.institution,
        state=ConnectionState.STARTING,
        fetch_bank_data=command.fetch_bank_data,
        link_accounts=None
        if command.link_accounts is None
        else command.link_accounts.model_dump_json(exclude_none=True),
    )
    started = AuthenticationStarted(
        connection_id=connection.id,
        user_id=connection.user_id,
        vendor=traits.vendor,
        country=connection.country,
        institution=connection.institution,
    )
    payload = {
        "connection_id": connection.id,
        "user_id": connection.user_id,
        "institution": connection.institution,
        "fields": fields,
        "not_after": (now + LEAVES_WITHIN).isoformat(),
    }
    work = Work(
        traits.kind(Call.START),
        payload,
        traits.budget,
        Lane.PERSON,
        # Two tries of one person at one bank at once are what locks a login.
        gate=f"{traits.vendor}/{connection.user_id}/{connection.institution}",
        sealed=beside(command.credentials),
    )
    return Decision(connection, (started,), work=(work,))


def _wrong_fields(traits: VendorTraits, fields: Sequence[str]) -> Refusal | None:
    missing = traits.fields_required - set(fields)
    unknown = set() if traits.fields_allowed is None else set(fields) - traits.fields_allowed
    if not missing and not unknown:
        return None
    said = "missing" if missing else "not asked for"
    return Refusal(RefusalCode.INVALID, f"{said}: {', '.join(sorted(missing or unknown))}", field="credentials")


def handling(open_sealed: OpenSealed, countries: Collection[str]) -> Handling[StartAuthentication, Situation]:
    def load(reads: Reads, commands: Sequence[StartAuthentication]) -> list[Situation]:
        connections = reads.connections([command.connection_id for command in commands])
        return [
            Situation(
                item.country in countries,
                connections.get(item.connection_id),
                problem(open_sealed, item.credentials, "credentials"),
            )
            for item in commands
        ]

    return Handling(StartAuthentication, load, decide, existing=lambda situation: situation.connection)
