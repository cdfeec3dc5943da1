"""How payments-service starts, refuses to start, and stops."""

import asyncio
import resource
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from bankrails_contracts import payments
from bankrails_local_kafka import KafkaNode
from bankrails_sandbox import FaultKind, Moment, SandboxProcess
from bankrails_testkit.cluster import Cluster
from bankrails_testkit.commands import register_payer
from bankrails_testkit.databases import PostgresDatabases, SqliteDatabases
from bankrails_testkit.house import House
from bankrails_testkit.payments_process import PaymentsProcess
from bankrails_testkit.sender import COMMANDS, Sender
from bankrails_testkit.service_process import STOP_SECONDS, DidNotStart
from bankrails_testkit.topic_reader import TopicReader
from bankrails_testkit.waiting import until

NOBODY = "127.0.0.1:1"

Configure = Callable[..., PaymentsProcess]


@pytest.fixture
def configured(cluster: Cluster, sandbox: SandboxProcess, fresh_sqlite: str, tmp_path: Path) -> Configure:
    """`configured(PAYMENTS_X="…")`: a service that is not started; None takes a setting away."""

    def configure(**settings: str | None) -> PaymentsProcess:
        process = PaymentsProcess(
            tmp_path, bootstrap_servers=cluster.bootstrap_servers, database_url=fresh_sqlite, sandbox=sandbox
        )
        for name, value in settings.items():
            if value is None:
                del process.settings[name]
            else:
                process.settings[name] = value
        return process

    return configure


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PAYMENTS_HELCIM_URL", None, "PAYMENTS_HELCIM_URL"),
        ("PAYMENTS_KAFKA_BOOTSTRAP_SERVERS", NOBODY, NOBODY),
        ("PAYMENTS_DATABASE_URL", f"postgresql://user:canary-password@{NOBODY}/x", "database"),
        ("PAYMENTS_MERCHANTS_FILE", "/nowhere/merchants.json", "/nowhere/merchants.json"),
        ("PAYMENTS_VAULT_FILE", "/etc/hostname", "/etc/hostname"),
    ],
)
def test_a_setting_that_cannot_be_used_stops_the_start_and_is_named(
    name: str, value: str | None, says: str, configured: Configure
) -> None:
    """One readable line and status 2, whoever is at fault; never a half-started service, never a password.

    What settings and merchants may hold is told apart in the service's unit tests.
    """
    said = configured(**{name: value}).refusal()
    assert says in said
    assert "canary-password" not in said


def test_a_port_that_is_taken_stops_the_start(configured: Configure) -> None:
    """Otherwise nobody could look at the service, and health checks would ask another process."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert port in configured(PAYMENTS_OPS_PORT=port).refusal()


def test_a_database_serves_one_process_at_a_time(
    configured: Configure, start_payments: Callable[[str], PaymentsProcess]
) -> None:
    """A second writer's counters would be wrong, and each would publish the other's events."""
    second = configured()
    start_payments(second.settings["PAYMENTS_DATABASE_URL"])
    assert "in use by another process" in second.refusal()


def test_a_database_without_the_schema_is_not_touched(
    configured: Configure, postgres_databases: PostgresDatabases
) -> None:
    """Replicas that start together must not race to change one schema; the line says what to run."""
    address = postgres_databases.empty()
    process = configured(PAYMENTS_DATABASE_URL=address)
    assert "python -m payments_service migrate" in process.refusal()


async def test_a_store_that_is_older_than_what_was_done_stops_the_start(
    configured: Configure, sender: Sender, reader: TopicReader, sqlite_databases: SqliteDatabases
) -> None:
    """A restored backup: going on would skip commands, and going back would collect them again."""
    process = configured()
    await asyncio.to_thread(process.start)
    command = register_payer()
    await sender.send(command)
    await reader.event(payments.PayerRegistered, payer_id=command.payer_id)
    assert await asyncio.to_thread(process.stop, within_seconds=STOP_SECONDS) == 0
    old = await asyncio.to_thread(sqlite_databases.fresh, {})
    said = await asyncio.to_thread(configured(PAYMENTS_DATABASE_URL=old).refusal)
    assert "older than what was done" in said


def test_a_store_that_is_ahead_of_kafka_stops_the_start(
    configured: Configure, cluster: Cluster, sqlite_databases: SqliteDatabases
) -> None:
    """It has read another topic than this one, so nobody knows what it missed here."""
    beyond = {where: offset + 1_000_000 for where, offset in cluster.ends().items()}
    said = configured(PAYMENTS_DATABASE_URL=sqlite_databases.fresh(beyond)).refusal()
    assert COMMANDS in said
    assert "another topic" in said


async def test_a_position_that_kafka_has_deleted_stops_the_start(
    configured: Configure, cluster: Cluster, sqlite_databases: SqliteDatabases, durable_node: KafkaNode, sender: Sender
) -> None:
    """Commands would be missing, silently; a person decides what to do about them."""
    partition, offset = await sender.record(b"{}", key="gone")
    admin = AIOKafkaAdminClient(bootstrap_servers=cluster.bootstrap_servers)
    await admin.start()
    try:
        await admin.delete_records({TopicPartition(COMMANDS, partition): RecordsToDelete(before_offset=offset + 1)})
    finally:
        await admin.close()
    read_up_to = {**await asyncio.to_thread(cluster.ends), (COMMANDS, partition): offset}
    database_url = await asyncio.to_thread(sqlite_databases.fresh, read_up_to)
    said = await asyncio.to_thread(configured(PAYMENTS_DATABASE_URL=database_url).refusal)
    assert f"{COMMANDS}[{partition}]" in said
    assert "missing" in said


async def test_stopped_during_a_call_it_ends_in_time_and_the_debit_stays_single(
    house: House, sender: Sender, reader: TopicReader
) -> None:
    """Whoever rolls out a new version sends SIGTERM and waits ten seconds; the call's answer is lost, not the money."""
    house.sandbox.control.fault(FaultKind.HOLD, moment=Moment.AFTER_EFFECT, operation="withdraw", times=1)
    command = house.collect()
    await sender.send(command)
    house.sandbox.control.wait_until_held()
    assert house.process.stop(within_seconds=STOP_SECONDS) == 0
    house.sandbox.control.release()
    house.process.start()
    await reader.event(payments.PaymentApproved, payment_id=command.payment_id)
    assert [debit.times for debit in house.debits(command.amount.amount_minor)] == [1]


async def test_stopped_before_the_answer_comes_it_waits_for_it(
    house: House, sender: Sender, reader: TopicReader
) -> None:
    """A call that ends within the grace is recorded, decided and told before the process goes."""
    house.sandbox.control.fault(FaultKind.HOLD, operation="withdraw", times=1)
    command = house.collect()
    await sender.send(command)
    house.sandbox.control.wait_until_held()
    house.process.terminate()
    until(lambda: "service.stopping" in house.process.log_end(), "it begins to stop")
    house.sandbox.control.release()
    assert house.process.wait(within_seconds=STOP_SECONDS) == 0
    await reader.event(payments.PaymentApproved, payment_id=command.payment_id)
    house.process.start()


async def test_a_broker_that_goes_and_comes_back_costs_no_event(
    house: House, sender: Sender, reader: TopicReader, durable_node: KafkaNode
) -> None:
    """Kafka is restarted as a matter of course; what was decided meanwhile waits in the outbox and goes out in order."""
    house.sandbox.control.fault(FaultKind.HOLD, operation="withdraw", times=1)
    command = house.collect()
    await sender.send(command)
    house.sandbox.control.wait_until_held()
    await reader.event(payments.PaymentAccepted, payment_id=command.payment_id)
    await asyncio.to_thread(durable_node.kill)
    house.sandbox.control.release()
    until(lambda: house.process.metric("bankrails_outbox_waiting") >= 2, "events wait in the outbox")
    await asyncio.to_thread(durable_node.start)
    await reader.event(payments.PaymentApproved, payment_id=command.payment_id)
    assert [item.name for item in reader.of(command.payment_id)] == [
        "PaymentAccepted",
        "PaymentSubmitted",
        "PaymentApproved",
    ]
    after = house.collect()
    await sender.send(after)
    await reader.event(payments.PaymentApproved, payment_id=after.payment_id)
    assert [debit.times for debit in house.debits(command.amount.amount_minor)] == [1]


async def test_without_its_broker_it_still_stops_in_time(
    house: House, sender: Sender, reader: TopicReader, durable_node: KafkaNode
) -> None:
    """A stop must not wait for a broker that may never come back; its events are in the outbox."""
    house.sandbox.control.fault(FaultKind.HOLD, operation="withdraw", times=1)
    command = house.collect()
    await sender.send(command)
    house.sandbox.control.wait_until_held()
    await asyncio.to_thread(durable_node.kill)
    house.sandbox.control.release()
    until(lambda: house.process.metric("bankrails_outbox_waiting") >= 2, "events wait in the outbox")
    assert house.process.stop(within_seconds=STOP_SECONDS) == 0
    await asyncio.to_thread(durable_node.start)
    house.process.start()
    await reader.event(payments.PaymentApproved, payment_id=command.payment_id)
    assert [debit.times for debit in house.debits(command.amount.amount_minor)] == [1]


async def test_a_failing_store_ends_the_service_at_once(house: House, sender: Sender, reader: TopicReader) -> None:
    """Half a service is worse than a restart: with nothing to write to, it must end, not hang."""
    database = Path(house.process.settings["PAYMENTS_DATABASE_URL"].removeprefix("sqlite:///"))
    wal = database.with_name(database.name + "-wal")
    command = house.collect()
    # The write-ahead log may grow no further: every commit fails with "disk I/O error" or "disk is full".
    size = wal.stat().st_size
    resource.prlimit(house.process.pid, resource.RLIMIT_FSIZE, (size, size))
    await sender.send(command)
    status = house.process.wait(within_seconds=STOP_SECONDS)
    assert status not in (0, -signal.SIGKILL)
    house.process.start()
    await reader.event(payments.PaymentApproved, payment_id=command.payment_id)


def test_it_tells_of_its_health(house: House) -> None:
    """An orchestrator asks these two, and an operator reads the reasons."""
    assert house.process.get("/health/live")["healthy"] is True
    ready = house.process.get("/health/ready")
    assert ready["healthy"] is True
    assert set(ready["checks"]) == {"running", "store commit", "kafka acknowledgement", "kafka fetch"}


async def test_a_killed_process_that_cannot_restart_says_so(configured: Configure) -> None:
    """The testkit itself: a start that fails is an error with the log's end, not a time-out."""
    process = configured(PAYMENTS_HELCIM_SHARE="7")
    with pytest.raises(DidNotStart, match="PAYMENTS_HELCIM_SHARE"):
        process.start()
    process.kill()
