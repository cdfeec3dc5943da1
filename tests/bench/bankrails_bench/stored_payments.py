"""The writes that a careful handler makes by itself: inbox, payment and outbox rows, SQLite with full synchronisation.

Plain sqlite3 in one thread, which is faster than an asynchronous driver under a mapper. Two transactions a payment,
each a wait for the disk; published rows are left in the outbox, which spares it a third.
"""

import asyncio
import sqlite3
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import orjson
from bankrails_contracts.payments import CollectPayment

SCHEMA = """
CREATE TABLE IF NOT EXISTS inbox (command_id TEXT PRIMARY KEY, payment_id TEXT, body TEXT);
CREATE TABLE IF NOT EXISTS payment (
    id TEXT PRIMARY KEY, merchant_id TEXT, payer_id TEXT, bank_account_id TEXT, amount_minor INTEGER, currency TEXT,
    state TEXT, vendor_payment_id TEXT
);
CREATE TABLE IF NOT EXISTS outbox (seq INTEGER PRIMARY KEY, payment_id TEXT, headers TEXT, value TEXT);
"""


class StoredPayments:
    def __init__(self, path: Path) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.executescript(SCHEMA)

    async def begin(self, command: CollectPayment, command_id: str) -> bool:
        """False when this command is answered already; one that was only begun is tried again."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._begin, command, command_id)

    async def finish(self, payment_id: str, vendor_payment_id: str, headers: Mapping[str, str], event: bytes) -> None:
        await asyncio.get_running_loop().run_in_executor(
            self._thread, self._finish, payment_id, vendor_payment_id, headers, event
        )

    def _begin(self, command: CollectPayment, command_id: str) -> bool:
        made = self._connection
        made.execute("BEGIN IMMEDIATE")
        made.execute(
            "INSERT OR IGNORE INTO inbox VALUES (?, ?, ?)",
            (command_id, command.payment_id, command.model_dump_json()),
        )
        made.execute(
            "INSERT OR IGNORE INTO payment VALUES (?, ?, ?, ?, ?, ?, 'SUBMITTING', NULL)",
            (
                command.payment_id,
                command.merchant_id,
                command.payer_id,
                command.bank_account_id,
                command.amount.amount_minor,
                command.amount.currency,
            ),
        )
        state = made.execute("SELECT state FROM payment WHERE id = ?", (command.payment_id,)).fetchone()[0]
        made.execute("COMMIT")
        return bool(state == "SUBMITTING")

    def _finish(self, payment_id: str, vendor_payment_id: str, headers: Mapping[str, str], event: bytes) -> None:
        made = self._connection
        made.execute("BEGIN IMMEDIATE")
        made.execute(
            "UPDATE payment SET state = 'APPROVED', vendor_payment_id = ? WHERE id = ?", (vendor_payment_id, payment_id)
        )
        made.execute(
            "INSERT INTO outbox (payment_id, headers, value) VALUES (?, ?, ?)",
            (payment_id, orjson.dumps(headers).decode(), event.decode()),
        )
        made.execute("COMMIT")
