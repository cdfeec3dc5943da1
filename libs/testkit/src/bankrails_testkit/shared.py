"""What is opened once in a test run, however many conftests import the fixture that asks for it.

pytest takes a fixture that two conftests import for two fixtures, and would start two brokers.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
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
