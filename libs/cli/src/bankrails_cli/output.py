"""What a command says: its results on standard output, for people or as JSON lines; everything else on standard error."""

import json
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

QUIET_SECONDS = 2.0  # what is done by then needs no word about its progress


class Output:
    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        # Ids and vendor texts are full of brackets and digits: neither markup nor highlighting is meant.
        self.console = Console(highlight=False, markup=False, emoji=False)
        self._aside = Console(stderr=True, highlight=False, markup=False, emoji=False)

    def tell(self, record: Mapping[str, Any], shown: RenderableType | None = None) -> None:
        """One result: `record` as a line of JSON, or what people are shown instead (None: nothing)."""
        if self.as_json:
            # Flushed line by line: whoever reads a pipe wants the event now.
            print(json.dumps(record, default=_plain, ensure_ascii=False), flush=True)
        elif shown is not None:
            self.console.print(shown)
            self.console.file.flush()

    def tell_line(self, record: Mapping[str, Any], *cells: Text) -> None:
        """As `tell`, for a line of cells. On a terminal the last one wraps beneath itself; a file gets one line."""
        if self.as_json or not self.console.is_terminal:
            line = Text("  ").join(cells)
            line.rstrip()
            # Not by print: a file has no width to cut or wrap a line at.
            self.tell(record) if self.as_json else print(line.plain, flush=True)
            return
        grid = Table.grid(padding=(0, 2))
        for _ in cells[:-1]:
            grid.add_column(no_wrap=True)
        grid.add_row(*cells)
        self.tell(record, grid)

    @contextmanager
    def progress(self, what: str) -> Iterator[None]:
        """For whatever may take over two seconds: a spinner on a terminal, else one line if it does."""
        if self._aside.is_terminal:
            with self._aside.status(what):
                yield
            return
        late = threading.Timer(QUIET_SECONDS, lambda: print(f"{what} …", file=sys.stderr, flush=True))
        late.daemon = True
        late.start()
        try:
            yield
        finally:
            late.cancel()


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
