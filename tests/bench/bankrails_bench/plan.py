"""What a run measures, how often and in which order: rivals take turns, so that a busy minute hits them alike."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bankrails_local_kafka import BENCHMARK, BENCHMARK_HEAP_MB, KafkaNode

from bankrails_bench import measures
from bankrails_bench.contestants import Baseline, Contestant, PaymentsService
from bankrails_bench.load import Payments
from bankrails_bench.measures import VENDOR_SECONDS, Latency, RawLimit, Restart, Throughput
from bankrails_bench.processes import VendorStub, vendor_stub
from bankrails_bench.variants import PARTITIONS, Variant

Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    rounds: int
    in_flight: tuple[int, ...]
    variants: tuple[Variant, ...]
    payments: int
    payments_slow: int
    """For a handler that is bound to one call a partition: five seconds' worth."""
    latency_payments: int
    order_keys: int
    order_repeats: int
    killed_payments: int
    waiting: int
    """Commands that wait when the service is killed."""
    kill_rivals: bool = True
    """A killed group member is missed for ten seconds, each time."""
    latency_per_second: float = 100.0
    side_in_flight: int = 200
    """Of all measurements but throughput."""


FULL = Plan(3, (200, 800), tuple(Variant), 4_000, 600, 2_000, 100, 5, 1_000, 10_000)
QUICK = Plan(1, (200,), (Variant.BATCH_STORED,), 200, 60, 100, 10, 3, 200, 300, kill_rivals=False)


@dataclass
class Figures:
    plan: Plan
    semantics: dict[str, str]
    """By label."""
    raw: dict[int, list[RawLimit]] = field(default_factory=dict)
    """By calls in flight."""
    throughput: dict[tuple[str, int], list[Throughput]] = field(default_factory=dict)
    """By label and calls in flight."""
    order: dict[str, int] = field(default_factory=dict)
    killed: dict[str, Restart] = field(default_factory=dict)
    ready_seconds: list[float] = field(default_factory=list)
    latency: Latency | None = None
    restart: Restart | None = None

    def faults(self) -> list[str]:
        """What the suite must never do; the others are only told of."""
        ours = PaymentsService.label
        endings = [
            (f"{flying} in flight", made.ending)
            for (label, flying), runs in self.throughput.items()
            if label == ours
            for made in runs
        ]
        if self.latency is not None:
            endings.append(("latency", self.latency.ending))
        for name, restart in (("kill -9", self.killed.get(ours)), ("kill -9, many waiting", self.restart)):
            if restart is not None:
                endings.append((name, restart.ending))
        found = [f"{name}: {ending}" for name, ending in endings if not ending.clean]
        if broken := self.order.get(ours):
            found.append(f"{broken} order violations")
        return found


def run(folder: Path, plan: Plan, *, say: Say) -> Figures:
    """Raises ProcessFailed, and what a broker's start raises."""
    with (
        KafkaNode(folder / "kafka", heap_mb=BENCHMARK_HEAP_MB, jvm_options=BENCHMARK) as node,
        vendor_stub(folder / "stub", VENDOR_SECONDS) as stub,
    ):
        ours = PaymentsService(folder / "suite", node.bootstrap_servers, stub.url).create()
        rivals: list[Contestant] = [
            Baseline(variant, folder / variant.value, node.bootstrap_servers, stub.url).create()
            for variant in plan.variants
        ]
        return _Run(folder, plan, stub, ours, rivals, say).all()


class _Run:
    def __init__(
        self, folder: Path, plan: Plan, stub: VendorStub, ours: PaymentsService, rivals: list[Contestant], say: Say
    ) -> None:
        self._folder = folder
        self._plan = plan
        self._stub = stub
        self._ours = ours
        self._everyone = [ours, *rivals]
        self._say = say
        self._payments = Payments()
        self._figures = Figures(plan, {contestant.label: contestant.semantics for contestant in self._everyone})

    def all(self) -> Figures:
        plan, figures = self._plan, self._figures
        measures.ready_seconds(self._ours, plan.side_in_flight, 1)  # the first start makes keys and topics
        self._say("from start to ready")
        figures.ready_seconds = measures.ready_seconds(self._ours, plan.side_in_flight, plan.rounds)
        self._say(f"latency at {plan.latency_per_second:g} commands a second")
        figures.latency = measures.latency(
            self._ours,
            self._stub,
            self._payments,
            in_flight=plan.side_in_flight,
            per_second=plan.latency_per_second,
            number=plan.latency_payments,
        )
        for number in range(1, plan.rounds + 1):
            self._round(f"round {number} of {plan.rounds}")
        for contestant in self._everyone:
            self._faults(contestant)
        self._say(f"kill -9 with {plan.waiting} commands waiting")
        figures.restart = self._killed(self._ours, plan.waiting, min(100, plan.waiting // 3))
        return figures

    def _round(self, name: str) -> None:
        for flying in self._plan.in_flight:
            self._say(f"{name}: the raw limit, {flying} in flight")
            raw = measures.raw_limit(self._folder, self._stub, self._payments, flying, self._plan.payments)
            self._figures.raw.setdefault(flying, []).append(raw)
            for contestant in self._everyone:
                if not contestant.partition_bound:
                    self._throughput(name, contestant, flying, self._plan.payments)
        for contestant in self._everyone:
            if contestant.partition_bound:
                self._throughput(name, contestant, PARTITIONS, self._plan.payments_slow)

    def _throughput(self, name: str, contestant: Contestant, flying: int, number: int) -> None:
        self._say(f"{name}: {contestant.label}, {flying} in flight")
        made = measures.throughput(contestant, self._stub, self._payments, flying, number)
        self._figures.throughput.setdefault((contestant.label, flying), []).append(made)

    def _faults(self, contestant: Contestant) -> None:
        plan, label = self._plan, contestant.label
        self._say(f"order, and kill -9: {label}")
        self._figures.order[label] = measures.order(
            contestant,
            self._stub,
            self._payments,
            in_flight=plan.side_in_flight,
            keys=plan.order_keys,
            repeats=plan.order_repeats,
        )
        if contestant is self._ours or plan.kill_rivals:
            self._figures.killed[label] = self._killed(contestant, plan.killed_payments, plan.killed_payments // 2)

    def _killed(self, contestant: Contestant, number: int, before: int) -> Restart:
        return measures.killed(
            contestant,
            self._stub,
            self._payments,
            in_flight=self._plan.side_in_flight,
            number=number,
            before=before,
        )
