"""settlement-watcher alone: payments that nobody but the vendor and these tests know, followed to their ends."""

import asyncio
import json
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bankrails_contracts import settlement
from bankrails_contracts.message import Service
from bankrails_contracts.payments import PaymentApproved
from bankrails_contracts.settlement import RecheckPayment, RecordReturn
from bankrails_contracts.topics import Channel, topic_name
from bankrails_messaging.stops import Stop
from bankrails_sandbox import FaultKind, Moment, SandboxProcess
from bankrails_sandbox.helcim.banking_days import BankingDays
from bankrails_sandbox.helcim.merchants import Country
from bankrails_testkit.alone import Alone, alone_on_sqlite
from bankrails_testkit.cluster import Cluster
from bankrails_testkit.commands import MERCHANT, new_id
from bankrails_testkit.sender import Sender
from bankrails_testkit.topic_reader import Received, TopicReader, sequences
from bankrails_testkit.vendor_payer import VendorPayer, open_payer, payment_approved
from bankrails_testkit.virtual_time import EASTERN, next_at
from bankrails_testkit.waiting import until

EVENTS = topic_name(Service.SETTLEMENT, Channel.EVENTS)
CENTS = iter(range(4_001, 9_000))
RETRY_SECONDS = 2
DECIDED = f'bankrails_decisions_total{{message="{PaymentApproved.type}",outcome="decided"}}'
CLEARING_BANKING_DAYS = 3
"""At the sandbox, after the close."""
BEYOND = timedelta(seconds=30)
"""Past a look's time, and before anything else is due."""


@pytest.fixture(scope="module")
def shared_alone(
    cluster: Cluster, sandbox_process: SandboxProcess, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Alone]:
    """It knows one merchant, so that each sweep is that merchant's."""
    folder = tmp_path_factory.mktemp("settlement")
    with alone_on_sqlite(Service.SETTLEMENT, cluster, sandbox_process, folder) as opened:
        merchants = merchants_file(opened)
        document = json.loads(merchants.read_text())
        document["merchants"] = [entry for entry in document["merchants"] if entry["id"] == MERCHANT]
        merchants.write_text(json.dumps(document))
        opened.process.start()
        yield opened


@pytest.fixture
def alone(shared_alone: Alone) -> Alone:
    """One service for the module; each test has payments of its own, and meets no fault of another."""
    shared_alone.clear_faults()
    return shared_alone


def merchants_file(alone: Alone) -> Path:
    return Path(alone.process.settings["SETTLEMENT_MERCHANTS_FILE"])


@pytest.fixture
async def payer(alone: Alone) -> AsyncIterator[VendorPayer]:
    async with open_payer(alone.sandbox, merchants_file(alone)) as opened:
        yield opened


@dataclass(frozen=True)
class Watcher:
    """The service, and what is said to it and by it."""

    alone: Alone
    sender: Sender
    reader: TopicReader
    payer: VendorPayer

    def now(self) -> datetime:
        return self.alone.sandbox.control.clock().now

    def advance(self, to: datetime) -> None:
        """Everything that is due on the way happens at its time."""
        self.alone.sandbox.control.advance(to=to)

    def to_noon(self) -> None:
        """Far from a close, so that the payments of one test are in one batch."""
        self.advance(next_at(self.now(), 12))

    async def approved(self) -> PaymentApproved:
        """A debit at the vendor, and what payments-service would state of it, which is not stated yet."""
        amount = next(CENTS)
        return payment_approved(await self.payer.debit(amount), amount, self.now())

    async def stated(self, *payments: PaymentApproved) -> None:
        for payment in payments:
            await self.sender.state(payment, 3)

    def to_the_close(self) -> None:
        self.advance(next_at(self.now(), 17, 1))

    def to_the_morning_of_clearing(self) -> None:
        """From the evening of the close to 8:30 of the day on which the vendor clears; the look at 9:00 shows it."""
        for _ in range(CLEARING_BANKING_DAYS):
            self.to_a_banking_morning()

    def to_a_banking_morning(self) -> None:
        """To 8:30; the next look is at 9:00."""
        days = BankingDays(Country.CA)
        self.advance(next_at(self.now(), 8, 30))
        while not days.is_open(self.now().astimezone(EASTERN).date()):
            self.advance(next_at(self.now(), 8, 30))

    def effects(self, kind: str) -> Any:
        return self.alone.sandbox.control.effects(kind=kind)

    async def dies_at(self, stop: Stop, look_at: datetime) -> None:
        """In the look of that time, which is the next one; and runs again."""
        self.alone.process.crash_at(stop)
        self.alone.sandbox.control.jump(to=look_at + BEYOND)
        await self.has_died()

    async def heard(self) -> None:
        """All that was stated."""
        await asyncio.to_thread(self.alone.process.wait_until_read, self.sender.sent)

    async def has_died(self) -> None:
        assert await asyncio.to_thread(self.alone.process.wait) == -signal.SIGKILL
        await asyncio.to_thread(self.alone.process.start)

    async def told(self, name: str, *payments: PaymentApproved) -> None:
        for payment in payments:
            await self.alone.first(self.reader, payment.payment_id, name, step_seconds=RETRY_SECONDS)

    def events(self, payment: PaymentApproved) -> list[Received]:
        """Its own, not what was stated to it."""
        return [item for item in self.reader.of(payment.payment_id) if item.topic == EVENTS]

    def names(self, payment: PaymentApproved) -> list[str]:
        return [item.name for item in self.events(payment)]


@pytest.fixture
def watcher(alone: Alone, sender: Sender, reader: TopicReader, payer: VendorPayer) -> Watcher:
    return Watcher(alone, sender, reader, payer)


LIVES = (
    {"stated": Stop.RECORDS_READ, "settled": Stop.ATTEMPT_RECORDED, "cleared": Stop.VENDOR_ANSWERED, "returned": Stop.ANSWER_RECORDED},
    {"stated": Stop.RECORDS_STORED, "settled": Stop.DECIDED, "cleared": Stop.DECISION_COMMITTED, "returned": Stop.EVENTS_SENT},
    {"stated": Stop.DECISION_COMMITTED, "settled": Stop.EVENTS_SENT, "cleared": Stop.ATTEMPT_RECORDED, "returned": Stop.VENDOR_ANSWERED},
)  # fmt: skip
"""At which stop the process dies at each moment of the life of two payments."""


@pytest.mark.parametrize("kills", LIVES, ids=lambda kills: "-".join(kills.values()))
async def test_killed_at_every_turn_of_a_payments_life_it_tells_each_step_once(
    kills: dict[str, Stop], watcher: Watcher
) -> None:
    """Others book money by these events: a step that is missing or told twice is money that is wrong somewhere."""
    watcher.to_noon()
    returned, kept = payments = [await watcher.approved(), await watcher.approved()]

    watcher.alone.process.crash_at(kills["stated"])
    await watcher.stated(*payments)
    await watcher.has_died()
    await watcher.heard()

    watcher.to_the_close()
    await watcher.dies_at(kills["settled"], next_at(watcher.now(), 17, 2))
    await watcher.told("PaymentInSettlement", *payments)

    watcher.to_the_morning_of_clearing()
    await watcher.dies_at(kills["cleared"], next_at(watcher.now(), 9))
    await watcher.told("PaymentCleared", *payments)

    watcher.to_a_banking_morning()
    watcher.alone.sandbox.control.bank_answers(int(returned.vendor_payment_id), code="901")
    await watcher.dies_at(kills["returned"], next_at(watcher.now(), 9))
    await watcher.told("PaymentReturned", returned)

    once = Counter(["PaymentInSettlement", "PaymentCleared"])
    for payment, expected in ((returned, once + Counter(["PaymentReturned"])), (kept, once)):
        told = watcher.events(payment)
        assert sequences(told) == list(range(1, len(told) + 1))
        assert Counter(name for name in watcher.names(payment) if name != "VendorPaymentObserved") == expected
        copies = {item.id for item in watcher.reader.copies(payment.payment_id) if item.topic == EVENTS}
        assert copies == {item.id for item in told}  # what came twice is the same event twice


async def test_alone_it_follows_a_payment_to_its_end(watcher: Watcher) -> None:
    """Three months of closes and looks, each at its time; the last word is that nobody can take the money back."""
    watcher.to_noon()
    payment = await watcher.approved()
    await watcher.stated(payment)
    await watcher.stated(payment)
    await watcher.heard()
    watcher.to_the_close()
    watcher.advance(watcher.now() + timedelta(days=100))
    await watcher.told("PaymentFinal", payment)
    assert [name for name in watcher.names(payment) if name != "VendorPaymentObserved"] == [
        "PaymentInSettlement",
        "PaymentCleared",
        "FundsAvailable",
        "PaymentFinal",
    ]


async def test_a_payment_heard_of_while_a_look_is_under_way_gets_a_look_of_its_own(watcher: Watcher) -> None:
    """After a restart the first look and the news from Kafka come at once: whoever is late must not wait for days."""
    watcher.to_noon()
    early, late = await watcher.approved(), await watcher.approved()
    await watcher.stated(early)
    await watcher.heard()
    watcher.to_the_close()
    control = watcher.alone.sandbox.control
    control.fault(FaultKind.HOLD, operation="list-transactions", times=1)
    control.jump(to=next_at(watcher.now(), 17, 2) + BEYOND)
    control.wait_until_held()
    decided = watcher.alone.process.metric(DECIDED)
    await watcher.stated(late)
    await asyncio.to_thread(until, lambda: watcher.alone.process.metric(DECIDED) > decided, "it is heard")
    control.release()
    await watcher.told("PaymentInSettlement", early)
    watcher.advance(watcher.now() + timedelta(minutes=2))
    await watcher.heard()
    await watcher.reader.read()
    assert "PaymentInSettlement" in watcher.names(late)


async def cleared(watcher: Watcher) -> PaymentApproved:
    watcher.to_noon()
    payment = await watcher.approved()
    await watcher.stated(payment)
    await watcher.heard()
    watcher.to_the_close()
    watcher.to_the_morning_of_clearing()
    watcher.advance(next_at(watcher.now(), 9))
    await watcher.told("PaymentCleared", payment)
    watcher.alone.sandbox.control.bank_answers(int(payment.vendor_payment_id), code="901")
    return payment


def report(payment: PaymentApproved, now: datetime, **fields: Any) -> RecordReturn:
    made = {"merchant_id": MERCHANT, "payment_id": payment.payment_id, "code": "901", "returned_on": now.date()}
    return RecordReturn.model_validate(made | fields)


async def test_a_bank_report_before_the_vendors_word_is_the_return_itself(watcher: Watcher) -> None:
    """What the vendor shows after it says nothing new."""
    payment = await cleared(watcher)
    sent = await watcher.sender.send(report(payment, watcher.now()))
    returned = await watcher.reader.event(settlement.PaymentReturned, cause=sent)
    watcher.to_a_banking_morning()
    watcher.advance(next_at(watcher.now(), 9))
    asked = await watcher.sender.send(RecheckPayment(merchant_id=MERCHANT, payment_id=payment.payment_id))
    seen = await watcher.reader.event(settlement.VendorPaymentObserved, cause=asked)
    assert (returned.code, returned.retry, seen.clearing) == ("901", "allowed", "returned")
    assert watcher.names(payment).count("PaymentReturned") == 1
    assert "ReturnCodeLearned" not in watcher.names(payment)


async def test_a_bank_report_after_the_vendors_word_brings_its_code_alone(watcher: Watcher) -> None:
    """One return for one presentment, however many tell of it."""
    payment = await cleared(watcher)
    watcher.to_a_banking_morning()
    watcher.advance(next_at(watcher.now(), 9))
    await watcher.told("PaymentReturned", payment)
    sent = await watcher.sender.send(report(payment, watcher.now()))
    learned = await watcher.reader.event(settlement.ReturnCodeLearned, cause=sent)
    again = await watcher.sender.send(report(payment, watcher.now()))
    refused = await watcher.reader.event(settlement.CommandRefused, cause=again)
    assert (learned.code, learned.retry, refused.code) == ("901", "allowed", "ALREADY_EXISTS")
    assert watcher.names(payment).count("PaymentReturned") == 1


async def test_what_it_does_not_know_is_refused_by_name(watcher: Watcher) -> None:
    """A bank report with a typing error must not be lost, nor land on another payment."""
    payment = await watcher.approved()
    await watcher.stated(payment)
    for fields, code, field in (
        ({"merchant_id": "nobody"}, "UNKNOWN_MERCHANT", "merchant_id"),
        ({"payment_id": new_id("payment")}, "NOT_FOUND", "payment_id"),
        ({"code": "R01"}, "COUNTRY_MISMATCH", "code"),
        ({"returned_on": date(2999, 1, 1)}, "INVALID", "returned_on"),
    ):
        sent = await watcher.sender.send(report(payment, watcher.now(), **fields))
        refused = await watcher.reader.event(settlement.CommandRefused, cause=sent)
        assert (refused.code, refused.field) == (code, field)


FAULTS: dict[str, dict[str, Any]] = {
    "429": {"kind": FaultKind.STATUS, "status": 429},
    "503": {"kind": FaultKind.STATUS, "status": 503},
    "cut before the effect": {"kind": FaultKind.CUT},
    "cut after the effect": {"kind": FaultKind.CUT, "moment": Moment.AFTER_EFFECT},
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_look_that_fails_is_repeated_and_tells_once(fault: str, watcher: Watcher) -> None:
    """Looking does no harm, so it is done until it succeeds."""
    payment = await watcher.approved()
    await watcher.stated(payment)
    watcher.alone.sandbox.control.fault(operation="get-transaction", times=2, **FAULTS[fault])
    asked = await watcher.sender.send(RecheckPayment(merchant_id=MERCHANT, payment_id=payment.payment_id))
    seen = await watcher.alone.first(
        watcher.reader, payment.payment_id, "VendorPaymentObserved", step_seconds=RETRY_SECONDS
    )
    assert (seen.cause, watcher.names(payment)) == (asked, ["VendorPaymentObserved"])
