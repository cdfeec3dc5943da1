"""A payment from a payer's registration to the vendor's approval, on both databases."""

from collections.abc import Callable

import pytest
from bankrails_contracts import payments
from bankrails_contracts.payments import PaymentState
from bankrails_sandbox import SandboxProcess
from bankrails_testkit import commands
from bankrails_testkit.bank import accept_mandate, make_debtor
from bankrails_testkit.cluster import Cluster
from bankrails_testkit.databases import SqliteDatabases
from bankrails_testkit.payments_process import PaymentsProcess
from bankrails_testkit.sender import Sender
from bankrails_testkit.topic_reader import TopicReader, sequences

Start = Callable[[str], PaymentsProcess]


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, cluster: Cluster) -> str:
    """A fresh one of each kind; PostgreSQL is skipped, with the reason, where there is none."""
    databases: SqliteDatabases = request.getfixturevalue(f"{request.param}_databases")
    return databases.fresh(cluster.ends())


@pytest.fixture
def process(start_payments: Start, database: str) -> PaymentsProcess:
    return start_payments(database)


async def test_a_payment_is_collected_once_and_told_in_order(
    process: PaymentsProcess, sandbox: SandboxProcess, sender: Sender, reader: TopicReader
) -> None:
    """The reason for everything else: one command, one debit, every step an event of its own, none missing."""
    debtor = await make_debtor(process, sandbox, sender, reader)
    default = commands.set_default(debtor.payer_id, debtor.bank_account_id)
    await sender.send(default)
    await reader.event(payments.DefaultBankAccountSet, bank_account_id=debtor.bank_account_id)

    command = commands.collect_payment(debtor.payer_id, debtor.bank_account_id, 4_995)
    command_id = await sender.send(command, correlationid="invoice-7")
    await reader.event(payments.PaymentApproved, payment_id=command.payment_id)

    told = reader.of(command.payment_id)
    assert [item.name for item in told] == ["PaymentAccepted", "PaymentSubmitted", "PaymentApproved"]
    assert sequences(told) == [1, 2, 3]
    assert {item.cause for item in told} == {command_id}
    assert {item.headers["ce_correlationid"] for item in told} == {"invoice-7"}
    assert {item.key for item in told} == {command.payment_id}
    (debit,) = sandbox.control.effects(kind="withdraw")
    assert (debit.amount_minor, debit.currency, debit.times) == (4_995, "CAD", 1)
    assert sequences(reader.of(debtor.payer_id)) == [1, 2]


async def test_the_same_command_again_changes_nothing_and_other_content_is_refused(
    process: PaymentsProcess, sandbox: SandboxProcess, sender: Sender, reader: TopicReader
) -> None:
    """A sender that is unsure repeats itself; a sender that reuses an id has a bug, and must hear of it."""
    debtor = await make_debtor(process, sandbox, sender, reader)
    command = commands.collect_payment(debtor.payer_id, debtor.bank_account_id)
    command_id = await sender.send(command)
    await reader.event(payments.PaymentApproved, payment_id=command.payment_id)

    await sender.send(command, id=command_id)
    changed = commands.collect_payment(debtor.payer_id, debtor.bank_account_id, payment_id=command.payment_id)
    await sender.send(changed, id=command_id)
    reused = await reader.event(payments.CommandRefused, code="ID_REUSED")
    same = await sender.send(command)
    again = await reader.event(payments.CommandRefused, cause=same)
    other = await sender.send(changed)
    conflict = await reader.event(payments.CommandRefused, cause=other)

    assert reused.aggregate_id is None
    assert (again.code, again.state) == ("ALREADY_EXISTS", PaymentState.APPROVED)
    assert (conflict.code, conflict.state) == ("CONFLICT", PaymentState.APPROVED)
    assert [item.name for item in reader.answers(command_id) if item.headers["ce_subject"] == command_id] == [
        "CommandRefused"
    ]
    assert sequences(reader.of(command.payment_id)) == [1, 2, 3, 4, 5]
    assert len(sandbox.control.effects(kind="withdraw")) == 1


async def test_a_debit_waits_at_the_vendor_until_the_payer_agrees(
    process: PaymentsProcess, sandbox: SandboxProcess, sender: Sender, reader: TopicReader
) -> None:
    """The vendor keeps it back; we say so instead of calling it approved."""
    debtor = await make_debtor(process, sandbox, sender, reader, accepted=False)
    command = commands.collect_payment(debtor.payer_id, debtor.bank_account_id)
    await sender.send(command)
    await reader.event(payments.PaymentAwaitingMandate, payment_id=command.payment_id)
    assert [item.name for item in reader.of(command.payment_id)] == [
        "PaymentAccepted",
        "PaymentSubmitted",
        "PaymentAwaitingMandate",
    ]
    await accept_mandate(debtor, sandbox, reader)


async def test_it_goes_on_where_it_stopped(
    process: PaymentsProcess, sandbox: SandboxProcess, sender: Sender, reader: TopicReader
) -> None:
    """A restart is nothing special: what is stored is known, and what came meanwhile is read."""
    debtor = await make_debtor(process, sandbox, sender, reader)
    assert process.stop() == 0
    command = commands.collect_payment(debtor.payer_id, debtor.bank_account_id)
    await sender.send(command)
    process.start()
    await reader.event(payments.PaymentApproved, payment_id=command.payment_id)
    assert len(sandbox.control.effects(kind="withdraw")) == 1
