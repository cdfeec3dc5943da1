"""What a command says: its results on standard output, for people or as JSON lines; everything else on standard error."""

import json
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from rich.console import Console, RenderableType

QUIET_SECONDS = 2.0  # what is done by then needs no word about its progress


class Output:
    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        # Ids and vendor texts are full of brackets and digits: neither markup nor highlighting is meant.
        self.console = Console(highlight=False, markup=False, emoji=False)
        self.aside = Console(stderr=True, highlight=False, markup=False, emoji=False)

    def tell(self, record: Mapping[str, Any], shown: RenderableType | None = None) -> None:
        """One result: `record` as a line of JSON, or what people are shown instead (None: nothing)."""
        if self.as_json:
            # Flushed line by line: whoever reads a pipe wants the event now.
            print(json.dumps(record, default=_plain, ensure_ascii=False), flush=True)
        elif shown is not None:
            # A terminal's line is cut, a file's is whole.
            cut = isinstance(shown, str) or hasattr(shown, "plain")
            on_terminal = self.console.is_terminal
            self.console.print(shown, soft_wrap=cut and not on_terminal, no_wrap=cut, overflow="ellipsis")

    @contextmanager
    def progress(self, what: str) -> Iterator[None]:
        """For whatever may take over two seconds: a spinner on a terminal, else one line if it does."""
        if self.aside.is_terminal:
            with self.aside.status(what):
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
