"""Ctrl-C, SIGTERM and a closed terminal end a command by unwinding it, so that it stops what it started."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def ending_signals_unwind() -> Iterator[None]:
    """Inside, SIGTERM and SIGHUP act as Ctrl-C does: KeyboardInterrupt, or a cancelled task where asyncio runs.

    Only the exit status tells them apart: 130 for Ctrl-C, else SystemExit with 128 + number. SIGINT is set too, since a
    shell starts its background jobs with it ignored, and they could then not be ended cleanly.
    """
    ended_by: list[int] = []

    def as_ctrl_c(number: int, _frame: FrameType | None) -> None:
        # By way of SIGINT and not by an exception of our own, which would surface in whichever callback runs just now.
        ended_by.append(number)
        signal.raise_signal(signal.SIGINT)

    handlers = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: as_ctrl_c, signal.SIGHUP: as_ctrl_c}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    except KeyboardInterrupt:
        if ended_by:
            raise SystemExit(128 + ended_by[0]) from None
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
