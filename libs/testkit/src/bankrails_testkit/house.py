"""A running payments-service with one payer ready to be debited: where most integration tests begin."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bankrails_contracts.payments import CollectPayment
from bankrails_sandbox import Effect, SandboxProcess

from bankrails_testkit import virtual_time
from bankrails_testkit.bank import Debtor, make_debtor
from bankrails_testkit.cluster import Cluster
from bankrails_testkit.commands import collect_payment
from bankrails_testkit.payments_process import PaymentsProcess
from bankrails_testkit.sender import Sender
from bankrails_testkit.topic_reader import TopicReader
from bankrails_testkit.virtual_time import STEP_SECONDS


@dataclass(frozen=True)
class House:
    process: PaymentsProcess
    sandbox: SandboxProcess
    debtor: Debtor

    def collect(self, cents: int | None = None, **fields: Any) -> CollectPayment:
        """A payment of this house's payer, of an amount of its own."""
        return collect_payment(self.debtor.payer_id, self.debtor.bank_account_id, cents, **fields)

    def debits(self, amount_minor: int) -> list[Effect]:
        """What the vendor did about this amount."""
        return [
            effect for effect in self.sandbox.control.effects(kind="withdraw") if effect.amount_minor == amount_minor
        ]

    async def pass_time(
        self, reader: TopicReader, reached: Callable[[], bool], what: str, step_seconds: float = STEP_SECONDS
    ) -> None:
        await virtual_time.pass_time(self.sandbox.control, reader, reached, what, step_seconds)


@contextmanager
def open_house(cluster: Cluster, sandbox: SandboxProcess, database_url: str, folder: Path) -> Iterator[House]:
    """The test build, so that it can be told where to crash; it is as the other in all else."""
    sandbox.control.reset()
    process = PaymentsProcess(
        folder,
        bootstrap_servers=cluster.bootstrap_servers,
        database_url=database_url,
        sandbox=sandbox,
        can_crash=True,
    )

    async def debtor() -> Debtor:
        async with Sender(cluster.bootstrap_servers) as sender, TopicReader(cluster.bootstrap_servers) as reader:
            return await make_debtor(process, sandbox, sender, reader)

    with process:
        process.start()
        yield House(process, sandbox, asyncio.run(debtor()))
