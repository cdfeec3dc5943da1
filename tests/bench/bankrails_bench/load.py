"""The payments that are asked for: who pays, how much, and each one's command as a Kafka record."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bankrails_contracts.envelope import Envelope
from bankrails_contracts.ids import uuid7
from bankrails_contracts.money import Currency
from bankrails_contracts.payments import CollectPayment
from bankrails_helcim import bodies
from confluent_kafka import Producer

Headers = list[tuple[str, str | bytes | None]]
"""As the Kafka client here wants them typed."""
MERCHANTS = 40
ACCOUNTS_PER_MERCHANT = 25
AMOUNTS_FROM_MINOR = 1_000


@dataclass(frozen=True, slots=True)
class Payment:
    payment_id: str
    merchant: int
    account: int
    """Of all accounts, 0 to MERCHANTS * ACCOUNTS_PER_MERCHANT - 1."""
    amount_minor: int

    @property
    def merchant_id(self) -> str:
        return merchant_id(self.merchant)

    @property
    def intent(self) -> str:
        """As the stub names its effects."""
        return f"{vendor_account_id(self.account)}/{self.amount_minor // 100}.{self.amount_minor % 100:02d}"

    def command_id(self, repeat: int = 0) -> str:
        return f"{self.payment_id}#{repeat}"

    def record(self, repeat: int = 0) -> tuple[bytes, bytes, Headers]:
        """Key, value and headers of its command, or of one more with the same content."""
        data = {
            "merchant_id": self.merchant_id,
            "payment_id": self.payment_id,
            "payer_id": payer_id(self.account),
            "bank_account_id": bank_account_id(self.account),
            "amount": {"amount_minor": self.amount_minor, "currency": "CAD"},
        }
        envelope = Envelope(
            id=self.command_id(repeat),
            source="/bench",
            type=CollectPayment.type,
            time=datetime.now(UTC),
            subject=self.payment_id,
        )
        headers: Headers = [*envelope.headers()]
        return self.payment_id.encode(), json.dumps(data, separators=(",", ":")).encode(), headers


def merchant_id(merchant: int) -> str:
    return f"merchant-{merchant:02d}"


def payer_id(account: int) -> str:
    return f"payer-{account:04d}"


def bank_account_id(account: int) -> str:
    return f"account-{account:04d}"


def vendor_account_id(account: int) -> int:
    return 300_000 + account


def vendor_customer_id(account: int) -> int:
    return 200_000 + account


def withdraw_body(account: int, amount_minor: int) -> bytes:
    """The request that the service makes of a payment, byte by byte."""
    return bodies.withdraw_body(
        customer_id=vendor_customer_id(account),
        bank_account_id=vendor_account_id(account),
        amount_minor=amount_minor,
        currency=Currency.CAD,
    )


class Payments:
    """Payments never asked for before: account and amount differ from each other's, so no twin has to wait."""

    def __init__(self) -> None:
        self._made = 0

    def take(self, number: int) -> list[Payment]:
        """Neighbours are of different merchants, so that no budget fills up while others are idle."""
        return [self._next() for _ in range(number)]

    def _next(self) -> Payment:
        made, self._made = self._made, self._made + 1
        round_, account = divmod(made, MERCHANTS * ACCOUNTS_PER_MERCHANT)
        return Payment(uuid7(), account % MERCHANTS, account, AMOUNTS_FROM_MINOR + round_)


def produce(bootstrap_servers: str, topic: str, payments: Sequence[Payment], *, times: int = 1) -> float:
    """All at once, acknowledged on return; each `times` times in a row. When the first was handed over: `time.time()`."""
    records = [payment.record(repeat) for payment in payments for repeat in range(times)]
    producer = _producer(bootstrap_servers)
    started_at = time.time()
    for key, value, headers in records:
        producer.produce(topic, value, key, headers=headers)
    _flush(producer)
    return started_at


def produce_evenly(
    bootstrap_servers: str, topic: str, payments: Sequence[Payment], *, per_second: float
) -> dict[str, float]:
    """One after the other, whatever the answers do; the clock at which each was handed over, by payment id.

    `time.time()` seconds. A sender that is late sends at once and goes on in the plan, so a slow reader cannot slow it.
    """
    producer = _producer(bootstrap_servers)
    sent_at: dict[str, float] = {}
    started = time.monotonic()
    for number, payment in enumerate(payments):
        key, value, headers = payment.record()
        ahead_seconds = started + number / per_second - time.monotonic()
        if ahead_seconds > 0:
            time.sleep(ahead_seconds)
        sent_at[payment.payment_id] = time.time()
        producer.produce(topic, value, key, headers=headers)
        producer.poll(0)
    _flush(producer)
    return sent_at


def _producer(bootstrap_servers: str) -> Producer:
    return Producer(
        {
            "bootstrap.servers": bootstrap_servers,
            "partitioner": "murmur2_random",  # part of the contract: topics.py
            "linger.ms": 0,
            "acks": "all",
            "queue.buffering.max.messages": 200_000,
        }
    )


def _flush(producer: Producer) -> None:
    if left := producer.flush(30):
        raise RuntimeError(f"Kafka did not take {left} commands within 30 s")
