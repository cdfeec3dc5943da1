"""payments-service and settlement-watcher side by side, a real broker between them, both killed on the way."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from bankrails_contracts import payments, settlement
from bankrails_contracts.message import Service
from bankrails_contracts.payments import RefundPayment
from bankrails_sandbox import FaultKind, Moment, SandboxProcess
from bankrails_testkit.bank import make_debtor
from bankrails_testkit.cluster import Cluster
from bankrails_testkit.commands import MERCHANT, collect_payment
from bankrails_testkit.databases import SqliteDatabases
from bankrails_testkit.payments_process import PaymentsProcess
from bankrails_testkit.sender import Sender
from bankrails_testkit.service_process import ServiceProcess
from bankrails_testkit.topic_reader import TopicReader, sequences
from bankrails_testkit.virtual_time import next_at

TEN_MINUTES_SECONDS = 600
"""Twice the life of an idempotency key at the vendor."""
DAYS_MAX = 6


@dataclass(frozen=True)
class Pair:
    payments: PaymentsProcess
    watcher: ServiceProcess
    sandbox: SandboxProcess

    def advance_to(self, hour: int, minute: int = 0) -> None:
        """Everything that is due on the way happens at its time."""
        control = self.sandbox.control
        control.advance(to=next_at(control.clock().now, hour, minute))


@pytest.fixture
def pair(cluster: Cluster, sandbox: SandboxProcess, tmp_path: Path) -> Iterator[Pair]:
    folders = {name: tmp_path / name for name in ("payments_service", "settlement_watcher")}
    for folder in folders.values():
        folder.mkdir()
    addresses = {name: SqliteDatabases(folder, name).fresh(cluster.ends()) for name, folder in folders.items()}
    to_kafka = {"bootstrap_servers": cluster.bootstrap_servers, "sandbox": sandbox}
    ours = PaymentsProcess(folders["payments_service"], database_url=addresses["payments_service"], **to_kafka)
    watcher = ServiceProcess(
        Service.SETTLEMENT,
        folders["settlement_watcher"],
        database_url=addresses["settlement_watcher"],
        settings={"SETTLEMENT_LOOK_EVERY_MINUTES": "45"},  # as in production; `bankrails up` looks rarely
        **to_kafka,
    )
    try:
        ours.start()
        watcher.start()
        yield Pair(ours, watcher, sandbox)
    finally:
        ours.close()
        watcher.close()


@pytest.mark.timeout(180)
async def test_a_refund_survives_the_death_of_both_and_a_return_after_it_is_a_double_loss(
    pair: Pair, sender: Sender, reader: TopicReader
) -> None:
    """Its answer lost with the process that waited for it; cleared while the watcher was dead; and then the debit
    comes back as well."""
    control = pair.sandbox.control
    debtor = await make_debtor(pair.payments, pair.sandbox, sender, reader)
    command = collect_payment(debtor.payer_id, debtor.bank_account_id)
    await sender.send(command)
    approved = await reader.event(payments.PaymentApproved, payment_id=command.payment_id)
    pair.advance_to(18)  # all parties are idle then, so payments-service has heard of the close
    await reader.event(settlement.PaymentInSettlement, payment_id=command.payment_id)

    control.fault(FaultKind.HOLD, moment=Moment.AFTER_EFFECT, operation="refund", times=1)
    await sender.send(
        RefundPayment(merchant_id=MERCHANT, payment_id=command.payment_id, refund_id="refund-1", insist=True)
    )
    control.wait_until_held()
    pair.payments.kill()
    control.release()
    control.jump(seconds=TEN_MINUTES_SECONDS)
    pair.payments.start()
    resolved = await reader.event(payments.PaymentOutcomeResolved, payment_id=command.payment_id, call="refund")
    refunded = await reader.event(payments.RefundSubmitted, payment_id=command.payment_id)
    assert (resolved.resolution, refunded.insisted) == ("found", True)
    assert [(str(effect.id), effect.times) for effect in control.effects(kind="refund")] == [
        (refunded.vendor_refund_id, 1)
    ]

    pair.watcher.kill()
    control.jump(to=next_at(control.clock().now, 17, 1))
    pair.watcher.start()
    for _ in range(DAYS_MAX):
        pair.advance_to(12)
        if any(str(effect.id) == refunded.vendor_refund_id for effect in control.effects(kind="clear")):
            break
    await reader.event(payments.RefundCleared, payment_id=command.payment_id)
    control.bank_answers(int(approved.vendor_payment_id), code="901")
    pair.advance_to(14)
    returned = await reader.event(settlement.PaymentReturned, payment_id=command.payment_id)
    found = await reader.event(settlement.DiscrepancyFound, payment_id=command.payment_id)
    assert (found.discrepancy, found.refund_id) == ("refunded_and_returned", "refund-1")
    assert not returned.late
    about = [
        item for item in reader.of(command.payment_id) if item.headers["ce_source"].startswith("/bankrails/payments")
    ]
    assert sequences(about) == list(range(1, len(about) + 1))
