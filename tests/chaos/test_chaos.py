"""Everything at once: kills, vendor faults, broker restarts, repeats and rubbish; then every account is compared.

The plan is made from the seed, so it can be had again; what the processes were just doing when a trouble struck cannot.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from bankrails_contracts.payments import CollectPayment
from bankrails_messaging.stops import Stop
from bankrails_sandbox import FaultKind, Moment
from bankrails_testkit.bank import Debtor, make_debtor
from bankrails_testkit.cluster import Cluster
from bankrails_testkit.commands import collect_payment
from bankrails_testkit.house import House
from bankrails_testkit.sender import Sender
from bankrails_testkit.topic_reader import TopicReader, sequences
from bankrails_testkit.waiting import until

AMOUNTS = (1_000, 2_000, 4_995)
"""Few, so that twins meet: two debits of one account and amount that nobody could tell apart."""
FAULTS: tuple[dict[str, object], ...] = (
    {"kind": FaultKind.LATENCY, "latency_ms": 200, "probability": 0.1},
    {"kind": FaultKind.STATUS, "status": 500, "probability": 0.06},
    {"kind": FaultKind.STATUS, "status": 503, "moment": Moment.AFTER_EFFECT, "probability": 0.06},
    {"kind": FaultKind.STATUS, "status": 429, "probability": 0.03},
    {"kind": FaultKind.GARBAGE, "probability": 0.06},
    {"kind": FaultKind.CUT, "probability": 0.06},
    {"kind": FaultKind.CUT, "moment": Moment.AFTER_EFFECT, "probability": 0.06},
)
KEY_LIFE_SECONDS = 300
HELD_SECONDS = 2
"""How long to wait for a debit to be held; one that is due leaves within a fraction of it."""
SETTLE_SECONDS = 240.0
"""Real time for the last payment to end, with virtual time passing as fast as it can."""

Trouble = Callable[[], Awaitable[None]]


@dataclass
class Ledger:
    """What was asked, as the upstream system knows it."""

    payments: dict[str, CollectPayment] = field(default_factory=dict)
    commands: set[str] = field(default_factory=set)
    refusals_due: set[str] = field(default_factory=set)
    """Ids of commands that must be refused: a new id for a payment that exists."""
    rubbish: int = 0


class Storm:
    """The plan of one run: each payment's sends, and the troubles between them, in an order drawn from the seed."""

    def __init__(self, seed: int, house: House, cluster: Cluster, sender: Sender, reader: TopicReader) -> None:
        self.dice = random.Random(seed)
        self.ledger = Ledger()
        self._house = house
        self._cluster = cluster
        self._sender = sender
        self._reader = reader

    def plan(self, count: int, debtors: list[Debtor]) -> list[Trouble]:
        steps: list[Trouble] = []
        for _ in range(count):
            debtor = self.dice.choice(debtors)
            command = collect_payment(debtor.payer_id, debtor.bank_account_id, self.dice.choice(AMOUNTS))
            id = f"command-{command.payment_id}"
            steps += [self._send(command, id)] * self.dice.choice((1, 1, 2, 3))
            if self.dice.random() < 0.2:
                steps.append(self._again_under_a_new_id(command, f"again-{command.payment_id}"))
        steps += [self._rubbish] * max(1, count // 10)
        steps += [self._kill] * max(1, count // 15)
        steps += [self._lose_an_answer] * max(2, count // 10)
        steps += [self._crash_at(self.dice.choice(list(Stop))) for _ in range(max(2, count // 10))]
        steps += [self._pass(self.dice.choice((5, 10, 30))) for _ in range(count // 3)]
        steps += [self._pass(KEY_LIFE_SECONDS) for _ in range(max(1, count // 20))]
        self.dice.shuffle(steps)
        if self._cluster.node is not None:
            steps.insert(len(steps) // 2, self._restart_broker)
        return steps

    def _send(self, command: CollectPayment, id: str) -> Trouble:
        async def step() -> None:
            self.ledger.payments[command.payment_id] = command
            self.ledger.commands.add(id)
            await self._sender.send(command, id=id)

        return step

    def _again_under_a_new_id(self, command: CollectPayment, id: str) -> Trouble:
        async def step() -> None:
            if command.payment_id in self.ledger.payments:  # else the new id would be the one that is accepted
                self.ledger.commands.add(id)
                self.ledger.refusals_due.add(id)
                await self._sender.send(command, id=id)

        return step

    async def _rubbish(self) -> None:
        self.ledger.rubbish += 1
        await self._sender.record(self.dice.randbytes(50), key="rubbish")

    async def _kill(self) -> None:
        self._house.process.kill()
        self._house.process.start()

    def _crash_at(self, stop: Stop) -> Trouble:
        async def step() -> None:
            self._house.process.crash_at(stop)

        return step

    def _pass(self, seconds: float) -> Trouble:
        async def step() -> None:
            self._house.sandbox.control.jump(seconds=seconds)

        return step

    async def _lose_an_answer(self) -> None:
        """The worst one: a debit is made, its answer is held back, the service dies, and the key dies meanwhile."""
        control = self._house.sandbox.control
        fault = control.fault(FaultKind.HOLD, moment=Moment.AFTER_EFFECT, operation="withdraw", times=1)
        with suppress(TimeoutError):  # nothing may be on its way just now
            control.wait_until_held(wait_seconds=HELD_SECONDS)
        control.remove_fault(fault)
        self._house.process.kill()
        control.release()
        control.jump(seconds=2 * KEY_LIFE_SECONDS)
        self._house.process.start()

    async def _restart_broker(self) -> None:
        node = self._cluster.node
        if node is not None:
            await asyncio.to_thread(node.kill)
            await asyncio.to_thread(node.start)

    async def rage(self, steps: list[Trouble]) -> None:
        for step in steps:
            self._revive()
            await step()
            await self._reader.read()

    async def calm(self) -> None:
        """No new trouble; time passes until every payment has ended and every command is answered."""
        self._house.sandbox.control.clear_faults()
        async with asyncio.timeout(SETTLE_SECONDS):
            while not self._settled():
                self._revive()
                self._release_parked()
                self._house.sandbox.control.jump(seconds=20)
                await self._reader.read()
        until(lambda: self._house.process.metric("bankrails_outbox_waiting") == 0, "an empty outbox")
        await self._reader.read()

    def _settled(self) -> bool:
        ended = {item.data["payment_id"] for item in self._reader.events if item.name == "PaymentApproved"}
        answered = {item.cause for item in self._reader.events if item.name != "CommandParked"}
        return self.ledger.payments.keys() <= ended and self.ledger.commands <= answered

    def _revive(self) -> None:
        if self._house.process.exit_status() is not None:
            self._house.process.start()

    def _release_parked(self) -> None:
        """Many kills in a row may park a message that was in hand by bad luck alone; a person would let it go on."""
        for key in self._house.process.get("/parked")["parked"]:
            self._house.process.post(f"/parked/{key}/release")


@pytest.mark.timeout(900)
async def test_whatever_happens_each_payment_is_collected_once_and_each_command_answered(
    seed: int,
    payments_count: int,
    stormy_house: House,
    cluster: Cluster,
    sender: Sender,
    reader: TopicReader,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The promise of the README as one sum: intents = vendor effects, none twice, none lost, no event missing."""
    with capsys.disabled():
        print(f"\nchaos: --seed={seed} --payments={payments_count}")
    house = stormy_house
    number = "7654321"
    other = await make_debtor(house.process, house.sandbox, sender, reader, account_number=number)
    for index, fault in enumerate(FAULTS):
        house.sandbox.control.fault(operation="withdraw", seed=seed + index, **fault)

    storm = Storm(seed, house, cluster, sender, reader)
    await storm.rage(storm.plan(payments_count, [house.debtor, other]))
    await storm.calm()
    ledger = storm.ledger

    effects = house.sandbox.control.effects(kind="withdraw")
    vendor_accounts = {
        item.data["bank_account_id"]: item.data["vendor_bank_account_id"]
        for item in reader.events
        if item.name == "BankAccountRegistered"
    }
    vendor_accounts[house.debtor.bank_account_id] = next(
        str(effect.bank_account_id) for effect in effects if str(effect.bank_account_id) not in vendor_accounts.values()
    )
    intended = Counter(
        (vendor_accounts[command.bank_account_id], command.amount.amount_minor) for command in ledger.payments.values()
    )
    assert Counter((str(effect.bank_account_id), effect.amount_minor) for effect in effects) == intended
    assert {effect.times for effect in effects} == {1}

    own_debit = {}
    for payment_id in ledger.payments:
        told = reader.of(payment_id)
        assert sequences(told) == list(range(1, len(told) + 1)), f"{payment_id}: {[item.name for item in told]}"
        names = Counter(item.name for item in told)
        assert (names["PaymentAccepted"], names["PaymentSubmitted"], names["PaymentApproved"]) == (1, 1, 1), names
        assert names["PaymentOutcomeUnknown"] == names["PaymentOutcomeResolved"]
        own_debit[payment_id] = next(item.data["vendor_payment_id"] for item in told if item.name == "PaymentApproved")
        assert all(
            len({copy.id for copy in reader.copies(payment_id) if copy.sequence == n}) == 1 for n in sequences(told)
        )
    assert sorted(own_debit.values()) == sorted(str(effect.id) for effect in effects)

    for id in ledger.refusals_due:
        codes = {item.data["code"] for item in reader.answers(id) if item.name == "CommandRefused"}
        assert codes == {"ALREADY_EXISTS"}
    assert len({item.id for item in reader.dead_letters}) == ledger.rubbish
