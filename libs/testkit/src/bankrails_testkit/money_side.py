"""payments-service and settlement-watcher in one process, against the vendor's sandbox over HTTP, in virtual time.

Between the two there is no Kafka: what one publishes waits until a test hands it over, in the order and as often as the
test likes. Each service can be killed at any time; its database stays.
"""

import random
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bankrails_clock import ManualClock
from bankrails_contracts.message import Command, Service
from bankrails_contracts.settlement import CommandParked, CommandRefused
from bankrails_helcim.connections import HelcimConnections, connect
from bankrails_helcim.merchants_file import MerchantsFile
from bankrails_messaging import recovery
from bankrails_messaging.sqlite_store import SqliteStore
from bankrails_messaging.standing import stand, unasked
from bankrails_sandbox import ClockConfig, ControlClient, SandboxConfig
from bankrails_sandbox.helcim.assumptions import Assumptions
from bankrails_sandbox.helcim.merchants import HelcimConfig
from bankrails_sandbox.thread import SandboxThread
from bankrails_vendor_http.budget import Quota
from payments_service.store.pauses import hold_paused, paused_merchants
from settlement_watcher import wiring as watcher
from settlement_watcher.handlers.merchants import Merchants
from settlement_watcher.store.reconciling import ALL_REPOSITORIES, SqlReconcilingReads

from bankrails_testkit.commands import MERCHANT
from bankrails_testkit.desk import Desk
from bankrails_testkit.engine import START, Engine, Published, Record
from bankrails_testkit.payments_shop import payments_engine
from bankrails_testkit.snapshots import MERCHANTS

SHARE = Quota(2, 50, 1_500)
"""Of the vendor's limits, for each of the two."""
TURNS_MAX = 2_000
"""Between two rests, and between two times: far above what any story needs."""
LOOKS = 5
CONFIGURED = MerchantsFile.model_validate(
    {
        "merchants": [
            {
                "id": MERCHANT,
                "country": "CA",
                "currency": "CAD",
                "time_zone": "America/Toronto",
                "pre_notification_days": 0,
                "tokens": {"general": f"{MERCHANT}-admin-token", "withdraw": f"{MERCHANT}-admin-token"},
            }
        ]
    }
)


class MoneySide:
    """`async with money_side(…) as side`: both services up, nothing sent yet."""

    def __init__(self, control: ControlClient, helcim: HelcimConnections, clock: ManualClock) -> None:
        self.control = control
        self.helcim = helcim
        self.clock = clock
        self.desks: dict[Service, Desk] = {}
        self.on_their_way: dict[Service, list[Record]] = {Service.PAYMENTS: [], Service.SETTLEMENT: []}
        self.sent: dict[str, Command] = {}
        """Every command, by its id."""

    @property
    def payments(self) -> Desk:
        return self.desks[Service.PAYMENTS]

    @property
    def watcher(self) -> Desk:
        return self.desks[Service.SETTLEMENT]

    async def send(self, command: Command) -> str:
        """Its id; nothing is waited for."""
        id = f"c{len(self.sent) + 1}"
        self.sent[id] = command
        await self.desks[command.service].send(id, command)
        return id

    async def ask(self, command: Command) -> list[Published]:
        """What answers it, once both are at rest."""
        id = await self.send(command)
        await self.rest()
        return self.desks[command.service].answers(id)

    async def rest(self, unless: Callable[[], bool] = lambda: False) -> None:
        """Until nothing goes on without time passing, or `unless`; what was published is on its way then."""
        looks = 0

        def at_rest() -> bool:
            nonlocal looks
            due = self.clock.next_wait()
            rests = all(desk.rests() for desk in self.desks.values()) and (due is None or due > self.clock.now())
            looks = looks + 1 if rests else 0
            return looks >= LOOKS or unless()

        for desk in self.desks.values():
            if desk.is_up:
                await desk.engine.until(at_rest, "rest")
        for service, desk in self.desks.items():
            if desk.is_up:
                other = Service.PAYMENTS if service is Service.SETTLEMENT else Service.SETTLEMENT
                self.on_their_way[other] += [_record(item) for item in await desk.news()]

    async def hand_over(self, dice: random.Random | None = None) -> None:
        """All that is on its way, in order; with dice a part of it, in any order, some of it twice."""
        for service, records in self.on_their_way.items():
            desk = self.desks[service]
            if not desk.is_up:
                continue
            going = list(records)
            if dice is not None:
                going = dice.sample(going, dice.randint(0, len(going)))
                going += dice.sample(going, dice.randint(0, len(going)))
            gone = {id(record) for record in going}
            self.on_their_way[service] = [record for record in records if id(record) not in gone]
            await desk.hear(going)
        await self.rest()

    async def come_to_rest(self) -> None:
        """Until neither has anything more to tell the other."""
        await self.rest()
        for _ in range(TURNS_MAX):
            if not any(records and self.desks[service].is_up for service, records in self.on_their_way.items()):
                return
            await self.hand_over()
        raise AssertionError("the two services tell each other something for ever")

    async def pass_time(self, to: datetime) -> None:
        """From due time to due time, what is told handed over at each."""
        await self.come_to_rest()
        for _ in range(TURNS_MAX):
            due = self.clock.next_wait()
            if due is None or due > to:
                return await self.leap(to)
            await self.leap(due)
        raise AssertionError(f"something is due again and again before {to}")

    async def leap(self, to: datetime, *, apart: bool = False) -> None:
        """At once: whatever was due in between is late. `apart`: nothing is handed over, before or after."""
        await (self.rest() if apart else self.come_to_rest())
        self.control.jump(to=to)
        self.clock.set(to)
        await (self.rest() if apart else self.come_to_rest())

    async def pass_by(self, time: timedelta) -> None:
        await self.pass_time(self.clock.now() + time)


def _record(told: Published) -> Record:
    row = told.row
    headers = [(name, value.encode()) for name, value in row.headers.items()]
    value = row.value if isinstance(row.value, bytes) else row.value.encode()
    return Record(value, (row.key or "").encode(), headers, row.topic)


@asynccontextmanager
async def money_side(folder: Path, templates: dict[Service, Path]) -> AsyncIterator[MoneySide]:
    """`templates`: migrated SQLite files, copied to `folder`, which is empty."""
    files = {service: folder / f"{service}.db" for service in templates}
    for service, template in templates.items():
        shutil.copyfile(template, files[service])
    clock = ManualClock(START)
    entries = {entry.id: entry for entry in CONFIGURED.merchants}
    # The cap over all refunds of a debit is ours: the vendor is not to hold it for us.
    vendor = HelcimConfig(assumptions=Assumptions(refunds_capped_together=False))
    with SandboxThread(SandboxConfig(clock=ClockConfig(start=START, running=False), helcim=vendor)) as sandbox:
        async with AsyncExitStack() as stack:
            helcim = await connect(stack, sandbox.helcim_url, entries, Quota(5, 100, 3_000), 1.0, clock)
            side = MoneySide(sandbox.control, helcim, clock)
            side.desks = {
                Service.PAYMENTS: Desk(lambda: _payments(side, files[Service.PAYMENTS])),
                Service.SETTLEMENT: Desk(lambda: _watcher(side, files[Service.SETTLEMENT])),
            }
            for desk in side.desks.values():
                await desk.start()
                stack.push_async_callback(desk.kill)
            yield side


@asynccontextmanager
async def _payments(side: MoneySide, file: Path) -> AsyncIterator[Engine]:
    engine = payments_engine(
        lambda rechecks: SqliteStore(file, rechecks), side.helcim.clients[MERCHANT], side.clock, quota=SHARE
    )
    hold_paused(engine.holds, await engine.store.read(paused_merchants))
    async with engine:
        yield engine


@asynccontextmanager
async def _watcher(side: MoneySide, file: Path) -> AsyncIterator[Engine]:
    merchants = Merchants({MERCHANT: MERCHANTS[MERCHANT]})
    store = SqliteStore(file, {})
    answerings = watcher.answerings(merchants)
    settings: dict[str, Any] = {"refused": CommandRefused, "parked": CommandParked, "quota": SHARE}
    engine = Engine(
        store,
        handlings=watcher.handlings(merchants),
        answerings=answerings,
        calls=watcher.calls(side.helcim, merchants, store, side.clock),
        clock=side.clock,
        service=Service.SETTLEMENT,
        repositories=ALL_REPOSITORIES,
        reads=SqlReconcilingReads,
        **settings,
    )
    async with engine:
        open_work = await store.read(lambda connection: list(recovery.open_work(connection)))
        now = int(side.clock.now().timestamp() * 1_000_000)
        await engine.writer.commit(
            stand(watcher.standing(merchants), open_work, unasked(answerings), lambda name: True, now)
        )
        yield engine
