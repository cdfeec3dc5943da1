"""One plain FastStream service: a command in, one vendor call, one event out. No suite code but client and contracts.

Given what helps it: uvloop, no logger, one HTTP client for each merchant, 256 KB producer batches, an idempotency key
that comes from the payment. It never looks anything up, retries nothing and cannot be asked how it is.
"""

import argparse
import asyncio
import signal
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx2
import orjson
import uvloop
from bankrails_contracts.ids import uuid7
from bankrails_contracts.payments import CollectPayment
from bankrails_vendor_http.client import exchange, open_client
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.annotations import KafkaMessage

from bankrails_bench import load
from bankrails_bench.events import APPROVED
from bankrails_bench.stored_payments import StoredPayments
from bankrails_bench.variants import PARTITIONS, TERMS, Variant

DEADLINE_SECONDS = 25.0
BATCH_RECORDS_MAX = 500

Handle = Callable[[CollectPayment, str, bytes], Awaitable[None]]
"""(command, its id, record key)."""


class Service:
    """What every variant does with one command."""

    def __init__(
        self, broker: KafkaBroker, events: str, clients: list[httpx2.AsyncClient], store: StoredPayments | None
    ) -> None:
        self._broker = broker
        self._events = events
        self._clients = clients
        self._store = store

    async def collect(self, command: CollectPayment, command_id: str, key: bytes) -> None:
        if self._store is not None and not await self._store.begin(command, command_id):
            return
        vendor_payment_id = await self._withdraw(command)
        event = orjson.dumps({"payment_id": command.payment_id, "vendor_payment_id": vendor_payment_id})
        headers = {
            "ce_specversion": "1.0",
            "ce_id": uuid7(),
            "ce_source": "/bench/baseline",
            "ce_type": APPROVED,
            "ce_subject": command.payment_id,
            "ce_causationid": command_id,
        }
        if self._store is not None:
            await self._store.finish(command.payment_id, vendor_payment_id, headers, event)
        await self._broker.publish(event, self._events, key=key, headers=headers)

    async def _withdraw(self, command: CollectPayment) -> str:
        account = int(command.bank_account_id.rpartition("-")[2])
        client = self._clients[account % load.MERCHANTS]
        amount = command.amount.amount_minor
        headers = {
            "accept": "application/json",
            "api-token": "bench-withdraw-00",
            "content-type": "application/json",
            "idempotency-key": sha256(command.payment_id.encode()).hexdigest()[:25],
        }
        body = load.withdraw_body(account, amount)
        request = client.build_request("PUT", "ach/withdraw", content=body, headers=headers)
        answer = await exchange(client, "withdraw", request, deadline_seconds=DEADLINE_SECONDS)
        return str(orjson.loads(answer.content)["transaction"]["id"])


def subscribe(broker: KafkaBroker, variant: Variant, topic: str, in_flight: int, handle: Handle) -> None:
    options: dict[str, Any] = {"group_id": "bench-baseline", "auto_offset_reset": "earliest"}
    match variant:
        case Variant.BATCH | Variant.BATCH_STORED:
            records = min(BATCH_RECORDS_MAX, in_flight)
            subscriber = broker.subscriber(
                topic, batch=True, max_records=records, batch_timeout_ms=20, ack_policy=AckPolicy.MANUAL, **options
            )

            async def on_batch(commands: list[CollectPayment], message: KafkaMessage) -> None:
                records: Any = message.raw_message
                by_key: defaultdict[bytes, list[tuple[CollectPayment, str]]] = defaultdict(list)
                for command, record in zip(commands, records, strict=True):
                    by_key[record.key].append((command, _command_id(dict(record.headers))))

                async def in_order(key: bytes, own: list[tuple[CollectPayment, str]]) -> None:
                    for command, command_id in own:
                        await handle(command, command_id, key)

                await asyncio.gather(*(in_order(key, own) for key, own in by_key.items()))
                await message.ack()

            subscriber(on_batch)

        case Variant.UNORDERED | Variant.SAFE | Variant.SAFE_STORED:
            unordered = variant is Variant.UNORDERED
            subscriber = broker.subscriber(
                topic,
                max_workers=in_flight if unordered else PARTITIONS,
                ack_policy=AckPolicy.ACK_FIRST if unordered else AckPolicy.NACK_ON_ERROR,
                **options,
            )

            async def on_command(command: CollectPayment, message: KafkaMessage) -> None:
                record: Any = message.raw_message
                await handle(command, _command_id(dict(record.headers)), record.key)

            subscriber(on_command)


def _command_id(headers: dict[str, bytes]) -> str:
    return headers["ce_id"].decode()


async def serve(given: argparse.Namespace) -> None:
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(open_client(given.url, read_timeout_seconds=DEADLINE_SECONDS))
            for _ in range(load.MERCHANTS)
        ]
        variant = Variant(given.variant)
        store = StoredPayments(given.database) if TERMS[variant].stored else None
        broker = KafkaBroker(given.bootstrap_servers, logger=None, max_batch_size=256 * 1024)
        service = Service(broker, given.events, clients, store)
        subscribe(broker, variant, given.commands, given.in_flight, service.collect)
        await stack.enter_async_context(broker)
        await broker.start()
        given.ready_file.write_text("ready")
        stopping = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
        await stopping.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--variant", required=True)
    parser.add_argument("--bootstrap-servers", required=True)
    parser.add_argument("--commands", required=True)
    parser.add_argument("--events", required=True)
    parser.add_argument("--url", required=True)
    parser.add_argument("--in-flight", type=int, required=True)
    parser.add_argument("--database", type=Path, required=True)
    parser.add_argument("--ready-file", type=Path, required=True)
    uvloop.run(serve(parser.parse_args()))
