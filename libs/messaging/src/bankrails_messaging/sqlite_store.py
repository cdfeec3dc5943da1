"""SQLite: one process, one writer, full synchronisation.

The statements run on the event loop's own thread, since they are microseconds against the page cache, and a thread hop
for each costs more than the statement; COMMIT, which waits for the disk, runs in a thread where the disk is slow
(docs/adr/0005-sqlite-on-the-loop.md).
"""

import asyncio
import fcntl
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool

from bankrails_messaging.rows import Changes
from bankrails_messaging.statements import Numbers, apply
from bankrails_messaging.store import Recheck, StoreUnusable

T = TypeVar("T")

WORTH_A_THREAD_SECONDS = 0.003
"""A disk of which one of the last five commits was faster is waited for on the event loop (a checkpoint is slow now and
then on any disk): the way to a thread and back takes a turn of the loop,
which under load is longer than that."""
WAL_PAGES_BEFORE_CHECKPOINT = 4_000
"""16 MB of write-ahead log: long enough that a checkpoint is rare, short enough that one is quick."""


class SqliteStore:
    def __init__(self, path: Path, rechecks: Mapping[str, Recheck]) -> None:
        """Raises StoreUnusable when another process has this database open."""
        self._lock = _only_owner(path)
        self._engine = create_sqlite_engine(path)
        self._rechecks = rechecks
        self._numbers = Numbers()
        self._writer = self._engine.connect().execution_options(writes=True)
        self._reader = self._engine.connect()
        self._committer = ThreadPoolExecutor(1, thread_name_prefix="commit")
        driver: Any = self._writer.connection.driver_connection
        self._raw_commit = driver.commit
        self._last_commits_seconds = deque([0.0], maxlen=5)
        self._writing = asyncio.Lock()

    async def commit(self, changes: Changes) -> None:
        async with self._writing:
            with self._writer.begin() as transaction:
                apply(self._writer, changes, self._rechecks, self._numbers)
                if min(self._last_commits_seconds) < WORTH_A_THREAD_SECONDS:
                    self._sync()
                else:
                    await asyncio.get_running_loop().run_in_executor(self._committer, self._sync)
                transaction.commit()

    def _sync(self) -> None:
        """The driver's own commit, which waits for the disk, and how long that takes lately."""
        started = time.monotonic()
        self._raw_commit()
        self._last_commits_seconds.append(time.monotonic() - started)

    async def write(self, action: Callable[[Connection], T]) -> T:
        """One small transaction outside the grouped path, for start and stop."""
        async with self._writing:
            with self._writer.begin():
                return action(self._writer)

    async def read(self, question: Callable[[Connection], T]) -> T:
        with self._reader.begin():
            return question(self._reader)

    async def close(self) -> None:
        async with self._writing:
            self._writer.close()
            self._reader.close()
        self._engine.dispose()
        self._committer.shutdown()
        self._lock.close()


def create_sqlite_engine(path: Path) -> Engine:
    """An engine whose transactions begin at once when they write, so that none fails half-way with BUSY."""
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=NullPool,
        connect_args={"check_same_thread": False},
        hide_parameters=True,  # a failed statement's parameters would be in the error's text, names and numbers included
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA busy_timeout=5000")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute(f"PRAGMA wal_autocheckpoint={WAL_PAGES_BEFORE_CHECKPOINT}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")

    return engine


def _only_owner(path: Path) -> IO[str]:
    """Hold the database for this process alone: a second writer's cache and counters would be wrong."""
    lock = path.with_name(path.name + ".lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise StoreUnusable(f"{path} is in use by another process; SQLite serves one at a time") from None
    return lock
