"""A vendor that answers `PUT /v2/ach/withdraw` after a given time and does nothing else.

Raw bytes over asyncio's own protocol, so that the stub's share of the machine stays small beside that of what is
measured. It keeps the one promise that the figures are checked against: one effect for each idempotency key.
"""

import argparse
import asyncio
import json
import random
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

import uvloop

REQUEST_BYTES_MAX = 64 * 1024
"""A withdraw is 400 bytes; more without an end of headers is not a client of ours."""
ANSWER = (
    '{"transaction":{"id":%d,"merchantId":1,"orderId":0,"dateCreated":"2026-03-02 07:09:15","statusAuth":1,'
    '"statusClearing":0,"userId":0,"batchId":7,"bankAccountId":%d,"bankAccountL4L4":23456789,"transactionType":1,'
    '"amount":%s,"currency":%d,"approvalCode":"","test":1,"acquirerTransactionId":"","responseMessage":"",'
    '"payFacTransactionId":0,"originalTransactionId":0,"statusBatch":1,"dateClosed":"0000-00-00 00:00:00"}}'
)
"""All fields of the answer to a withdraw. Source: Helcim guide: ACH Payment API, sample."""


class Effects:
    """Debits made: one for each key, whatever body a repeat has."""

    def __init__(self) -> None:
        self.calls = 0
        self._made = 0
        self._answers: dict[str, bytes] = {}
        self._intents: Counter[str] = Counter()

    def withdraw(self, key: str, body: bytes) -> bytes:
        self.calls += 1
        answer = self._answers.get(key)
        if answer is None:
            asked = json.loads(body, parse_float=str)
            self._intents[f"{asked['bankAccountId']}/{asked['amount']}"] += 1
            self._made += 1
            values = (25_000_000 + self._made, asked["bankAccountId"], asked["amount"], asked["currencyId"])
            answer = self._answers[key] = (ANSWER % values).encode()
        return answer

    def report(self) -> bytes:
        """Debits by `bank account/amount`, which names one payment of a load, and calls: JSON. Then all is forgotten."""
        said = json.dumps({"calls": self.calls, "effects": self._intents}).encode()
        self.calls = 0
        self._answers.clear()
        self._intents.clear()
        return said


@dataclass
class Pace:
    """An answer takes a time drawn evenly from this range."""

    shortest_seconds: float
    longest_seconds: float


class Connection(asyncio.Protocol):
    """One client's connection; HTTP/1.1 without pipelining, as our client speaks it."""

    def __init__(self, effects: Effects, pace: Pace) -> None:
        self._effects = effects
        self._pace = pace
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found:
            if len(head) > REQUEST_BYTES_MAX:
                self._transport.abort()
            return
        lines = head.split(b"\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines[1:])}
        if len(body) < int(headers.get(b"content-length", b"0")):
            return
        self._buffer = b""
        if lines[0].startswith(b"PUT /v2/ach/withdraw "):
            answer = self._effects.withdraw(headers[b"idempotency-key"].decode(), body)
            seconds = random.uniform(self._pace.shortest_seconds, self._pace.longest_seconds)
            asyncio.get_running_loop().call_later(seconds, self._answer, b"200 OK", answer)
        elif lines[0].startswith(b"DELETE /effects "):
            self._answer(b"200 OK", self._effects.report())
        elif lines[0].startswith(b"PUT /pace "):
            asked = json.loads(body)
            self._pace.shortest_seconds, self._pace.longest_seconds = asked
            self._answer(b"200 OK", b"{}")
        else:
            self._answer(b"404 Not Found", b"{}")

    def _answer(self, status: bytes, body: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(
                b"HTTP/1.1 %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
                % (status, len(body), body)
            )


async def serve(ready_file: Path, seconds: float) -> None:
    made = partial(Connection, Effects(), Pace(seconds, seconds))
    server = await asyncio.get_running_loop().create_server(made, "127.0.0.1", 0, backlog=1024)
    unfinished = ready_file.with_suffix(".new")
    unfinished.write_text(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    unfinished.replace(ready_file)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--ready-file", type=Path, required=True)
    parser.add_argument("--seconds", type=float, required=True, help="how long an answer takes")
    given = parser.parse_args()
    uvloop.run(serve(given.ready_file, given.seconds))
