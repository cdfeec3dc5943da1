"""How many calls it takes settlement-watcher to follow many payments for weeks, beside asking payment by payment.

The sandbox answers over HTTP with its real rate windows, all in virtual time. Banks clear and send back, some of it
weeks later, and a person at the vendor's portal declines a few. Every change is then compared with the events: told,
and how long after. Times are virtual and exact, so they may be asserted.
"""

import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from statistics import median

from bankrails_clock import ManualClock
from bankrails_contracts.payments import PaymentApproved
from bankrails_helcim.connections import connect
from bankrails_rails.banking_days import BankingCalendar
from bankrails_sandbox import BankAnswerKind, ClockConfig, ControlClient, ControlRefused, SandboxConfig, SandboxProcess

from bankrails_bench.polling_parts import MERCHANT, QUOTA, Payer, Watcher, merchant_entries

START = datetime(2026, 3, 2, 13, tzinfo=UTC)
"""A Monday, 8:00 in Toronto."""
CALENDAR = BankingCalendar("CA")
OPEN, CLOSED = time(9), time(17)
SHARE = 0.4
"""Of the vendor's quota, as configured by default: the rest is payments-service's."""

WORDS = {"clear": "cleared", "return": "returned", "contest": "contested", "reject": "rejected", "decline": "declined"}
"""What the sandbox calls a change → the vendor's word for it in the event."""


@dataclass(frozen=True)
class Size:
    payments: int
    days: int
    made_on_days: int = 5
    """Banking days from the first on."""
    returned_early: float = 0.02
    returned_late: float = 0.01
    contested: float = 0.003
    declined: float = 0.003


FULL = Size(10_000, 60)
QUICK = Size(300, 10, made_on_days=3, returned_early=0.05, returned_late=0.05, contested=0.02, declined=0.02)


@dataclass
class Polling:
    """What one run has shown. Minutes are virtual, and count while banks work: from the change, or from the next
    opening after it, to the event."""

    size: Size
    calls: int = 0
    too_many_requests: int = 0
    looks: int = 0
    one_by_one: int = 0
    """Calls that asking payment by payment takes on the same schedule."""
    minutes: list[float] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)
    """Changes without an event."""
    doubled: int = 0
    calls_in_an_hour_max: int = 0

    @property
    def fewer(self) -> float:
        return self.one_by_one / max(1, self.calls)

    @property
    def minutes_max(self) -> float:
        return max(self.minutes, default=0.0)

    def faults(self) -> list[str]:
        found = []
        if self.too_many_requests:
            found.append(f"{self.too_many_requests} calls met the vendor's limit")
        if self.untold:
            found.append(f"{len(self.untold)} changes were not told, such as {self.untold[0]}")
        if self.doubled:
            found.append(f"{self.doubled} changes were told twice")
        if self.minutes_max > 60:
            found.append(f"a change was told after {self.minutes_max:.0f} minutes")
        if self.fewer < 50:
            found.append(f"only {self.fewer:.1f} times fewer calls")
        return found

    def lines(self) -> list[str]:
        size = self.size
        return [
            f"polling: {size.payments:,} payments followed for {size.days} virtual days",
            f"  calls made: {self.calls:,} in {self.looks:,} looks; at most {self.calls_in_an_hour_max} in an hour",
            f"  answered with 429: {self.too_many_requests}",
            f"  changes at the vendor: {len(self.minutes):,}; untold {len(self.untold)}, told twice {self.doubled}",
            f"  minutes from a change to its event while banks work: median {median(self.minutes or [0]):.1f}, "
            f"at most {self.minutes_max:.1f}",
            f"  payment by payment on the same schedule: {self.one_by_one:,} calls, {self.fewer:.0f} times as many",
        ]


async def run(size: Size, *, seed: int = 1, say: Callable[[str], None] = lambda line: None) -> Polling:
    """Raises what a part of the service fails with."""
    dice = random.Random(seed)
    figures = Polling(size)
    config = SandboxConfig(clock=ClockConfig(start=START, running=False))
    with SandboxProcess(config) as sandbox, tempfile.TemporaryDirectory(prefix="bankrails-polling-") as folder:
        clock = ManualClock(START)
        async with AsyncExitStack() as stack:
            helcim = await connect(stack, sandbox.helcim_url, merchant_entries(), QUOTA, SHARE, clock)
            payer = Payer(helcim, sandbox.control)
            await payer.register()
            watcher = await stack.enter_async_context(Watcher(Path(folder), helcim, clock))
            calls_before = _asked(sandbox.control)
            await _live(size, dice, watcher, payer, sandbox.control, say)
            figures.calls = _asked(sandbox.control) - calls_before
            figures.too_many_requests = sandbox.control.calls(merchant=MERCHANT).too_many_requests
            figures.looks, figures.one_by_one, figures.doubled = watcher.looks, watcher.one_by_one, watcher.doubled
            figures.calls_in_an_hour_max = _busiest_hour(watcher.sent_at)
            _compare(figures, watcher, sandbox.control)
    return figures


async def _live(
    size: Size, dice: random.Random, watcher: Watcher, payer: Payer, control: ControlClient, say: Callable[[str], None]
) -> None:
    """The days of the run: payments are made, banks and people act, the watcher looks."""
    days = [day for n in range(size.days) if CALENDAR.is_banking_day(day := (START + timedelta(days=n)).date())]
    made_on = dict(zip(days, _parts(size.payments, size.made_on_days), strict=False))
    acts: dict[date, list[tuple[datetime, BankAnswerKind | None, str]]] = {}
    for day in days:
        await watcher.advance(CALENDAR.at(day, time(8)), control)
        if day in made_on:
            ids = await payer.debits(made_on[day])
            await watcher.hear(
                [_approved(number, vendor_id, watcher.clock.now()) for number, vendor_id in enumerate(ids)]
            )
            for at, kind, vendor_id in _fates(size, dice, ids, day, days):
                acts.setdefault(at.astimezone(CALENDAR.zone).date(), []).append((at, kind, vendor_id))
        for at, kind, vendor_id in sorted(acts.get(day, ()), key=lambda act: act[0]):
            await watcher.advance(at, control)
            _act(control, kind, vendor_id)
        say(f"polling: {day}, {len(watcher.sent_at):,} calls")
    await watcher.advance(START + timedelta(days=size.days), control)


def _parts(whole: int, parts: int) -> Iterator[int]:
    for n in range(parts):
        yield whole * (n + 1) // parts - whole * n // parts


def _approved(number: int, vendor_id: str, at: datetime) -> tuple[str, PaymentApproved]:
    return (
        f"approved-{vendor_id}",
        PaymentApproved.model_validate(
            {
                "merchant_id": MERCHANT,
                "payment_id": f"payment-{vendor_id}",
                "payer_id": "payer",
                "bank_account_id": "account",
                "amount": {"amount_minor": 1_000 + number % 5_000, "currency": "CAD"},
                "country": "CA",
                "holder_type": "personal",
                "vendor_payment_id": vendor_id,
                "approved_at": at,
            }
        ),
    )


def _fates(
    size: Size, dice: random.Random, ids: list[str], made_on: date, days: list[date]
) -> Iterator[tuple[datetime, BankAnswerKind | None, str]]:
    """What a bank, or a person at the portal (None), does to some of these payments, at any minute of a banking day."""
    later = days[days.index(made_on) :]
    kinds: list[tuple[float, BankAnswerKind | None, int, int]] = [
        (size.declined, None, 0, 0),
        (size.returned_early, BankAnswerKind.RETURN, 1, 2),
        (size.returned_late, BankAnswerKind.RETURN, 5, len(later) - 2),
        (size.contested, BankAnswerKind.CONTEST, 5, len(later) - 2),
    ]
    free = dice.sample(ids, len(ids))
    for part, kind, first, last in kinds:
        for vendor_id in [free.pop() for _ in range(round(part * len(ids)))]:
            day = later[min(dice.randint(first, max(first, last)), len(later) - 1)]
            yield CALENDAR.at(day, time(9, 1)) + dice.random() * timedelta(hours=7, minutes=50), kind, vendor_id


def _act(control: ControlClient, kind: BankAnswerKind | None, vendor_id: str) -> None:
    try:
        if kind is None:
            control.decline(int(vendor_id))
        else:
            control.bank_answers(int(vendor_id), kind)
    except ControlRefused:
        pass  # too late, or too early, for this one: then nothing has changed


def _compare(figures: Polling, watcher: Watcher, control: ControlClient) -> None:
    for effect in control.effects(merchant=MERCHANT):
        word = WORDS.get(effect.kind)
        if word is None:
            continue
        told_at = watcher.told_at.get((str(effect.id), word))
        if told_at is None:
            figures.untold.append(f"{effect.kind} of {effect.id} at {effect.at}")
            continue
        waited = (told_at - _from_opening(effect.at)) / timedelta(minutes=1)
        figures.minutes.append(max(0.0, waited))


def _from_opening(at: datetime) -> datetime:
    local = at.astimezone(CALENDAR.zone)
    day = local.date() if local.time() < CLOSED else local.date() + timedelta(days=1)
    opening = CALENDAR.at(CALENDAR.add(day, 0), OPEN)
    return max(at, opening)


def _asked(control: ControlClient) -> int:
    """Calls that read payments or batches."""
    report = control.calls(merchant=MERCHANT)
    return sum(item.count for item in report.calls if item.method == "GET" and "/ach/" in item.path)


def _busiest_hour(called_at: list[datetime]) -> int:
    busiest = first = 0
    for last, at in enumerate(called_at):
        while called_at[first] <= at - timedelta(hours=1):
            first += 1
        busiest = max(busiest, last - first + 1)
    return busiest
