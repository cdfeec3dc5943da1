"""The vendor as a whole: clients, their users, and the members of these."""

import uuid
from collections.abc import Iterator
from datetime import datetime

from bankrails_clock import Clock

from bankrails_sandbox.mx.clients import Client, MxConfig
from bankrails_sandbox.mx.people import KNOWN_LOGINS, Person, person_behind
from bankrails_sandbox.mx.records import Member, Microdeposit, User
from bankrails_sandbox.vendor import Vendor


class MxVendor(Vendor):
    name = "mx"

    def __init__(self, config: MxConfig, clock: Clock) -> None:
        super().__init__(clock)
        self._config = config
        self.assumptions = config.assumptions
        self.reset()

    def open_books(self) -> None:
        self.users: dict[str, User] = {}
        self.members: dict[str, Member] = {}
        self.people: dict[str, Person] = {}
        self.microdeposits: dict[str, Microdeposit] = {}

    @property
    def merchants(self) -> tuple[str, ...]:
        return tuple(client.name for client in self._config.clients)

    def client_of(self, client_id: str, api_key: str) -> Client | None:
        return next(
            (each for each in self._config.clients if (each.client_id, each.api_key) == (client_id, api_key)), None
        )

    def members_of(self, user: User) -> Iterator[Member]:
        """In order of creation."""
        return (member for member in self.members.values() if member.user is user)

    def microdeposits_of(self, user: User) -> Iterator[Microdeposit]:
        """In order of creation, without those that were deleted."""
        return (each for each in self.microdeposits.values() if each.user is user and each.deleted_at is None)

    def knows(self, login: str) -> bool:
        return not self.assumptions.other_users_denied or login in KNOWN_LOGINS or login in self.people

    def person_of(self, login: str) -> Person:
        return self.people.get(login) or person_behind(login)

    def tell(self, kind: str, member: Member, at: datetime, call_id: int | None, *, detail: str | None = None) -> None:
        """`login` only on what reaches the bank, so that counts by login are counts of that."""
        login = member.login if kind in ("bank_attempt", "challenge_answer") else None
        self.record(kind, member.client, at, reference=member.guid, call_id=call_id, login=login, detail=detail)


def new_guid(prefix: str) -> str:
    return f"{prefix}-{uuid.uuid4()}"


def same_guid(prefix: str, *of: str) -> str:
    """For what follows from other things: the same each time it is read."""
    return f"{prefix}-{uuid.uuid5(uuid.NAMESPACE_OID, '/'.join(of))}"
