"""How far a first download has come, for the person who waits for it."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

QUIET_SECONDS = 2.0  # below that nobody wonders
BETWEEN_LINES_SECONDS = 5.0  # in a log, where a line cannot be overwritten
BETWEEN_UPDATES_SECONDS = 0.2


class DownloadProgress:
    """One line on a terminal, overwritten; a line now and then elsewhere. Called from several threads at once."""

    def __init__(
        self, files_total: int, out: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.files_total = files_total
        self._out = out or sys.stderr
        self._clock = clock
        self._lock = threading.Lock()
        self._files_done = 0
        self._bytes = 0
        self._next_at = clock() + QUIET_SECONDS
        self._shown = False

    @contextmanager
    def file(self, name: str, total_bytes: int) -> Iterator[Callable[[int], None]]:
        """jgo's progress callback: the yielded function takes the size of each chunk that arrived."""
        yield self._add

    def file_done(self) -> None:
        with self._lock:
            self._files_done += 1
        self._add(0)

    def close(self) -> None:
        """Ends the line on a terminal, if there is one."""
        if self._shown and self._out.isatty():
            print(file=self._out)

    def _add(self, chunk_bytes: int) -> None:
        with self._lock:
            self._bytes += chunk_bytes
            now = self._clock()
            if now < self._next_at:
                return
            terminal = self._out.isatty()
            self._next_at = now + (BETWEEN_UPDATES_SECONDS if terminal else BETWEEN_LINES_SECONDS)
            self._shown = True
            text = f"fetching Kafka: {self._files_done} of {self.files_total} jars, {self._bytes / 1e6:.1f} MB"
            print(f"\r{text}" if terminal else text, end="" if terminal else "\n", file=self._out, flush=True)
