"""What stands under every service: clock, key rings, store; and the parts that are put together the same way."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bankrails_clock.port import Clock
from bankrails_clock.remote import RemoteClock
from bankrails_clock.system import SystemClock
from bankrails_contracts.answers import CommandParked, CommandRefused
from bankrails_contracts.message import Kind, Service
from bankrails_contracts.topics import Channel, topics_of
from bankrails_messaging.calls import VendorCall
from bankrails_messaging.decisions import Answering, Handling, Standing
from bankrails_messaging.enactment import Enactment, Repository
from bankrails_messaging.postgres_store import PostgresStore
from bankrails_messaging.service import Parts
from bankrails_messaging.sorting import Door
from bankrails_messaging.sqlite_store import SqliteStore
from bankrails_messaging.stops import Probe, unwatched
from bankrails_messaging.store import Recheck, Store
from bankrails_sealing import SealingKeys, Vault
from bankrails_telemetry.metrics import service_registry
from bankrails_telemetry.redaction import redact_value
from bankrails_vendor_http.budget import Budget
from pydantic import SecretStr
from sqlalchemy import Connection

from bankrails_service.settings import ServiceSettings


@dataclass(frozen=True)
class Foundation:
    service: Service
    name: str
    settings: ServiceSettings
    stack: AsyncExitStack
    """For what else a service opens; closed with it."""
    clock: Clock
    sealing: SealingKeys
    vault: Vault
    store: Store

    def parts(
        self,
        *,
        handlings: Sequence[Handling[Any, Any]],
        answerings: Sequence[Answering[Any]],
        calls: Sequence[VendorCall],
        repositories: Mapping[type, Repository[Any]],
        refused: type[CommandRefused],
        parked: type[CommandParked],
        reads: Callable[[Connection], Any],
        budget_for: Callable[[str], Budget],
        listens_to: Sequence[Service] = (),
        standing: Sequence[Standing] = (),
        probe: Probe = unwatched,
    ) -> Parts:
        """`listens_to`: the services whose events are read."""
        settings, context = self.settings, f"{self.service}/dead-letter-head"
        events = [next(t for t in topics_of(other) if t.channel is Channel.EVENTS) for other in listens_to]
        return Parts(
            service=self.service,
            name=self.name,
            store=self.store,
            clock=self.clock,
            handlings=handlings,
            answerings=answerings,
            calls=calls,
            enactment=Enactment(self.service, repositories, refused, parked),
            reads=reads,
            door=Door(
                self.service,
                lambda head: self.vault.encrypt(head, context=context),
                frozenset(item.message.type for item in handlings if item.message.kind is Kind.EVENT),
            ),
            budget_for=budget_for,
            registry=service_registry(self.name),
            bootstrap_servers=settings.kafka_bootstrap_servers,
            ops_host=settings.ops_host,
            ops_port=settings.ops_port,
            listens_to=events,
            standing=standing,
            jwks=self.sealing.jwks,
            probe=probe,
        )


@asynccontextmanager
async def foundation(
    settings: ServiceSettings,
    service: Service,
    name: str,
    rechecks: Callable[[Clock], Mapping[str, Recheck]] = lambda clock: {},
) -> AsyncIterator[Foundation]:
    """Everything opened. Raises the errors of its parts, each one readable line."""
    async with AsyncExitStack() as stack:
        clock: Clock = (
            SystemClock()
            if settings.clock_url is None
            else await stack.enter_async_context(
                RemoteClock(str(settings.clock_url), token=_text(settings.clock_token))
            )
        )
        sealing, vault = _keys(settings)
        path = settings.sqlite_path
        store: Store = (
            PostgresStore(settings.database_url, rechecks(clock))
            if path is None
            else SqliteStore(path, rechecks(clock))
        )
        yield Foundation(service, name, settings, stack, clock, sealing, vault, store)


def _text(secret: SecretStr | None) -> str | None:
    if secret is None:
        return None
    redact_value(secret.get_secret_value())
    return secret.get_secret_value()


def _keys(settings: ServiceSettings) -> tuple[SealingKeys, Vault]:
    """The key rings. A single process may make its own; replicas must be given the same ones."""
    alone = settings.sqlite_path is not None
    if alone and not settings.sealing_keys_file.exists():
        SealingKeys.generate(settings.sealing_keys_file)
    if alone and not settings.vault_file.exists():
        Vault.generate(settings.vault_file)
    return SealingKeys.load(settings.sealing_keys_file), Vault.load(settings.vault_file)
