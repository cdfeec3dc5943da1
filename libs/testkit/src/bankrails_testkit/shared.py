"""What is opened once in a worker of a test run, however many conftests import the fixture that asks for it.

pytest takes a fixture that two conftests import for two fixtures, and would start two brokers.
"""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeVar, cast

import pytest

T = TypeVar("T")

_OPENED = pytest.StashKey[dict[str, Any]]()


def opened_once(config: pytest.Config, name: str, make: Callable[[], AbstractContextManager[T]]) -> T:
    """What `make()` gives on entry; left when the run ends."""
    opened = config.stash.setdefault(_OPENED, {})
    if name not in opened:
        context = make()
        opened[name] = context.__enter__()
        config.add_cleanup(lambda: cast(None, context.__exit__(None, None, None)))
    return cast(T, opened[name])


@contextmanager
def one_worker_at_a_time(tmp_path_factory: pytest.TempPathFactory, name: str) -> Iterator[None]:
    """For a step that two workers of one run must not take side by side."""
    folder_of_run = tmp_path_factory.getbasetemp().parent
    with (folder_of_run / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # given back by the close
        yield
