"""Whose vendor calls wait, and why.

In memory, and asked before each call. What stands behind an operator's pause is in the store and read again in the
commit that records an attempt; a token that is not taken any more is found out again by the first call after a restart.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from prometheus_client import Gauge

from bankrails_messaging.calls import VendorCall
from bankrails_messaging.work_row import WorkRow, WorkState


class Hold(StrEnum):
    PAUSED = "paused"
    """By a person: nothing that moves money is sent. Reads, and looking after unknown outcomes, go on."""
    TOKEN_REJECTED = "token_rejected"  # noqa: S105 - a reason, not a token
    """The vendor does not take the token: nothing is sent but what tests it."""


class Holds:
    """By budget (`vendor/merchant`)."""

    def __init__(self) -> None:
        self._held: defaultdict[str, set[Hold]] = defaultdict(set)
        self._gauge: Gauge | None = None
        self._released: Callable[[str], None] = lambda budget: None
        self._tested: Callable[[str, datetime], None] = lambda budget, at: None

    def attach(self, gauge: Gauge, *, released: Callable[[str], None], tested: Callable[[str, datetime], None]) -> None:
        """`released` is told when fewer holds are on a budget, `tested` when its tokens are to be tested, and when."""
        self._gauge, self._released, self._tested = gauge, released, tested
        for budget, whys in self._held.items():
            for why in whys:
                self._show(budget, why, on=True)

    def hold(self, budget: str, why: Hold) -> bool:
        """Whether that is new."""
        if why in self._held[budget]:
            return False
        self._held[budget].add(why)
        self._show(budget, why, on=True)
        return True

    def release(self, budget: str, why: Hold) -> bool:
        """Whether it was held."""
        if why not in self._held[budget]:
            return False
        self._held[budget].discard(why)
        self._show(budget, why, on=False)
        self._released(budget)
        return True

    def test(self, budget: str, at: datetime) -> None:
        """Have the budget's tokens tested at `at` or earlier."""
        self._tested(budget, at)

    def on(self, budget: str) -> frozenset[Hold]:
        return frozenset(self._held.get(budget, ()))

    def forbids(self, row: WorkRow, call: VendorCall) -> bool:
        """Whether this call may not be sent now."""
        held = self._held.get(row.budget)
        if not held:
            return False
        if Hold.TOKEN_REJECTED in held and not call.tests_access:
            return True
        return Hold.PAUSED in held and call.moves_money and row.state is not WorkState.UNKNOWN

    def keeps(self, row: WorkRow, call: VendorCall) -> bool:
        """Whether this row waits for the release. One in doubt does not wait for a person's: it is looked up."""
        if not self.forbids(row, call):
            return False
        return not row.doubtful or Hold.TOKEN_REJECTED in self._held[row.budget]

    def _show(self, budget: str, why: Hold, *, on: bool) -> None:
        if self._gauge is not None:
            self._gauge.labels(budget.rpartition("/")[2], why.value).set(int(on))
