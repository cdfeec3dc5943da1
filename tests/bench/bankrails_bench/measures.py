"""One measurement each: its figures, and what it found lost, doubled or out of order."""

import json
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bankrails_bench import load
from bankrails_bench.contestants import Contestant
from bankrails_bench.events import EventReader, Tally
from bankrails_bench.load import Payment, Payments
from bankrails_bench.processes import Child, VendorStub

VENDOR_SECONDS = 0.1
RAW_SECONDS_MAX = 300.0
ORDER_SILENCE_SECONDS = 4.0
"""Handlers that swallow repeats leave answers out; ten calls of the slowest stub take less."""


@dataclass(frozen=True)
class Ending:
    """What became of some payments."""

    payments: int
    lost: int
    """Not approved by any event."""
    debited_twice: int
    approved_twice: int
    """By two events with different ids: a consumer that drops repeats by id books both."""
    order_violations: int

    @property
    def clean(self) -> bool:
        return not (self.lost or self.debited_twice or self.approved_twice or self.order_violations)

    @classmethod
    def of(cls, payments: Sequence[Payment], tally: Tally, effects: dict[str, int]) -> "Ending":
        return cls(
            len(payments),
            sum(payment.payment_id not in tally.approved_at for payment in payments),
            sum(effects.get(payment.intent, 0) > 1 for payment in payments),
            sum(tally.approvals[payment.payment_id] > 1 for payment in payments),
            tally.order_violations,
        )


@dataclass(frozen=True)
class Throughput:
    per_second: float
    """First command on Kafka to last approval on Kafka."""
    processor_milliseconds: float
    """Of the one process, for each payment."""
    ending: Ending


@dataclass(frozen=True)
class RawLimit:
    per_second: float
    processor_milliseconds: float


@dataclass(frozen=True)
class Latency:
    """Command handed to Kafka → approval read from Kafka, less the vendor's time."""

    per_second: float
    p50_seconds: float
    p99_seconds: float
    resident_mb: float
    """At the end of the load, in MB of 10^6 bytes."""
    proportional_mb: float
    ending: Ending


@dataclass(frozen=True)
class Restart:
    ready_seconds: float
    first_event_seconds: float
    """From the process's start to Kafka's timestamp of the first event that nobody had before."""
    waiting: int
    ending: Ending


def raw_limit(folder: Path, stub: VendorStub, payments: Payments, in_flight: int, number: int) -> RawLimit:
    asked = payments.take(in_flight + number)
    bodies, log = folder / "bodies", folder / "raw-limit"
    bodies.write_bytes(b"\n".join(load.withdraw_body(payment.account, payment.amount_minor) for payment in asked))
    log.unlink(missing_ok=True)
    child = Child(
        "bankrails_bench.raw_limit",
        [f"--url={stub.url}", f"--bodies={bodies}", f"--in-flight={in_flight}", f"--warm-up={in_flight}"],
        log,
    )
    try:
        child.await_end(RAW_SECONDS_MAX)
    finally:
        child.stop()
    said = json.loads(log.read_text().splitlines()[-1])
    stub.take_effects()
    return RawLimit(number / said["seconds"], said["processor_seconds"] / number * 1000)


def throughput(contestant: Contestant, stub: VendorStub, payments: Payments, in_flight: int, number: int) -> Throughput:
    """Everything there at once, after a warm-up of as many payments as fly at a time."""
    child, _ = contestant.start(in_flight)
    try:
        with EventReader(contestant.bootstrap_servers, contestant.events) as reader:
            warm_up(contestant, reader, payments.take(in_flight))
            stub.take_effects()
            asked, tally = payments.take(number), Tally()
            spent_seconds = child.processor_seconds()
            started_at = load.produce(contestant.bootstrap_servers, contestant.commands, asked)
            reader.await_approvals(tally, [payment.payment_id for payment in asked])
            child.check()
            spent_seconds = child.processor_seconds() - spent_seconds
        ended_at = max(tally.approved_at.values(), default=started_at)
        return Throughput(
            len(tally.approved_at) / max(ended_at - started_at, 0.001),
            spent_seconds / number * 1000,
            Ending.of(asked, tally, stub.take_effects()),
        )
    finally:
        child.stop()


def order(
    contestant: Contestant, stub: VendorStub, payments: Payments, *, in_flight: int, keys: int, repeats: int
) -> int:
    """Order violations among `repeats` commands for each of `keys` keys, while the vendor takes 50 to 150 ms."""
    stub.answer_within(VENDOR_SECONDS / 2, VENDOR_SECONDS * 3 / 2)
    child, _ = contestant.start(in_flight)
    try:
        with EventReader(contestant.bootstrap_servers, contestant.events) as reader:
            warm_up(contestant, reader, payments.take(in_flight))
            asked, tally = payments.take(keys), Tally()
            load.produce(contestant.bootstrap_servers, contestant.commands, asked, times=repeats)
            commands = [payment.command_id(repeat) for payment in asked for repeat in range(repeats)]
            reader.await_answers(tally, commands, silence_seconds=ORDER_SILENCE_SECONDS)
            child.check()
        return tally.order_violations
    finally:
        child.stop()
        stub.answer_within(VENDOR_SECONDS, VENDOR_SECONDS)


def killed(
    contestant: Contestant,
    stub: VendorStub,
    payments: Payments,
    *,
    in_flight: int,
    number: int,
    before: int,
) -> Restart:
    """`kill -9` once `before` of `number` payments are approved, and a new start."""
    child, _ = contestant.start(in_flight)
    try:
        with EventReader(contestant.bootstrap_servers, contestant.events) as reader:
            warm_up(contestant, reader, payments.take(in_flight))
            stub.take_effects()
            asked, tally = payments.take(number), Tally()
            ids = [payment.payment_id for payment in asked]
            load.produce(contestant.bootstrap_servers, contestant.commands, asked)
            reader.await_approvals(tally, ids, number=before)
            child.kill()
            waiting = number - len(tally.approved_at)
            started_at = time.time()
            child, ready_seconds = contestant.start(in_flight)
            reader.await_approvals(tally, ids)
            child.check()
        first_at = min((at for at in tally.event_at if at >= started_at), default=float("nan"))
        return Restart(ready_seconds, first_at - started_at, waiting, Ending.of(asked, tally, stub.take_effects()))
    finally:
        child.stop()


def latency(
    contestant: Contestant,
    stub: VendorStub,
    payments: Payments,
    *,
    in_flight: int,
    per_second: float,
    number: int,
) -> Latency:
    """Open loop: commands come at their pace whether or not answers do."""
    child, _ = contestant.start(in_flight)
    try:
        with EventReader(contestant.bootstrap_servers, contestant.events) as reader, ThreadPoolExecutor(1) as sender:
            warm_up(contestant, reader, payments.take(in_flight))
            stub.take_effects()
            asked, tally = payments.take(number), Tally()
            sending = sender.submit(
                load.produce_evenly, contestant.bootstrap_servers, contestant.commands, asked, per_second=per_second
            )
            reader.await_approvals(tally, [payment.payment_id for payment in asked])
            sent_at = sending.result()
            resident_mb, proportional_mb = child.memory_mb()
        added = sorted(seen_at - sent_at[name] - VENDOR_SECONDS for name, seen_at in tally.seen_at.items())
        return Latency(
            per_second,
            statistics.median(added),
            added[int(len(added) * 0.99)],
            resident_mb,
            proportional_mb,
            Ending.of(asked, tally, stub.take_effects()),
        )
    finally:
        child.stop()


def ready_seconds(contestant: Contestant, in_flight: int, times: int) -> list[float]:
    """Of clean starts on a schema that is there."""
    taken = []
    for _ in range(times):
        child, seconds = contestant.start(in_flight)
        child.stop()
        taken.append(seconds)
    return taken


def warm_up(contestant: Contestant, reader: EventReader, asked: Sequence[Payment]) -> None:
    tally = Tally()
    load.produce(contestant.bootstrap_servers, contestant.commands, asked)
    reader.await_approvals(tally, [payment.payment_id for payment in asked])
