"""Any story of the money side ends with our books, all that was told and the vendor's effects in agreement.

The rules are what can happen, in any order. A failing story is printed as the steps that lead to it; the short run takes
the same stories each time, `make property EXAMPLES=200` others, and shortens what fails.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from bankrails_contracts.message import Command, Service
from bankrails_contracts.payments import CancelPayment, StopPayment, VoidPayment
from bankrails_sandbox import FaultKind, Moment
from bankrails_sandbox.helcim.records import BankAnswerKind
from bankrails_testkit.agreement import disagreements
from bankrails_testkit.commands import MERCHANT
from bankrails_testkit.money_side import money_side
from bankrails_testkit.money_story import ACCOUNTS, MoneyStory
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

SHORT_RUN = 6
STEPS = 14

KILLED = "killed in the call"
FAULTS = st.sampled_from(
    [
        None,
        KILLED,
        (FaultKind.CUT, Moment.AFTER_EFFECT, 1),
        (FaultKind.CUT, Moment.AFTER_EFFECT, 20),
        (FaultKind.CUT, Moment.BEFORE_EFFECT, 2),
        (FaultKind.CUT, Moment.BEFORE_EFFECT, 20),
        (FaultKind.STATUS, Moment.AFTER_EFFECT, 1),
        (FaultKind.STATUS, Moment.BEFORE_EFFECT, 3),
        (FaultKind.GARBAGE, Moment.AFTER_EFFECT, 1),
    ]
)
WHICH = st.sampled_from([0, 0, 0, 1, 2, 2, 2, 3, 4, 4, 5, 6])
"""The first two are at the bank, the third is in the open batch, the fourth waits; the others are the story's own."""
AMOUNTS = st.sampled_from([1_000, 1_000, 2_500])
PARTS = st.sampled_from([700, 700, 400, None, 1_000])


def machine_on(templates: Mapping[Service, Path]) -> type[RuleBasedStateMachine]:
    class MoneySideMachine(RuleBasedStateMachine):
        story: MoneyStory

        @initialize()
        def begin(self) -> None:
            """In the middle of things: two debits are at the bank, one is in the open batch, one waits for its mandate."""
            self.folder = Path(tempfile.mkdtemp())
            self.runner = asyncio.Runner()
            self.stack = AsyncExitStack()
            side = self.run(self.stack.enter_async_context(money_side(self.folder, dict(templates))))
            self.story = MoneyStory(side)
            self.run(self.story.begin())

        def run(self, step: Any) -> Any:
            return self.runner.run(step)

        def payment(self, which: int) -> str:
            return self.story.payments[which % len(self.story.payments)]

        def act(self, command: Command, fault: Any, operation: str) -> None:
            self.run(self.story.act(command, operation, None if fault == KILLED else fault, killed=fault == KILLED))

        # A sender

        @rule(account=st.sampled_from([*ACCOUNTS, "signed"]), amount=AMOUNTS, fault=FAULTS)
        def collect(self, account: str, amount: int, fault: Any) -> None:
            self.act(self.story.collect(account, amount), fault, "withdraw")

        @rule(which=WHICH, part=PARTS, insist=st.sampled_from([True, True, False]), fault=FAULTS)
        def refund(self, which: int, part: int | None, insist: bool, fault: Any) -> None:
            self.act(self.story.refund(self.payment(which), part, insist=insist), fault, "refund")

        @rule(
            which=st.sampled_from([0, 1]),
            part=st.sampled_from([700, 700, 400]),
            fault=st.sampled_from([None, None, KILLED]),
        )
        def refund_what_is_at_the_bank(self, which: int, part: int, fault: Any) -> None:
            """Likelier than by chance: a payment that is refunded more than once."""
            self.act(self.story.refund(self.payment(which), part, insist=True), fault, "refund")

        @rule(which=WHICH, how=st.sampled_from([CancelPayment, VoidPayment, StopPayment]), fault=FAULTS)
        def stop(self, which: int, how: Any, fault: Any) -> None:
            operation = "cancel" if how is CancelPayment else "void"
            self.act(how(merchant_id=MERCHANT, payment_id=self.payment(which)), fault, operation)

        @rule(what=st.sampled_from(["pause", "resume", "settle the batch", "report returns"]))
        def merchant(self, what: str) -> None:
            self.run(self.story.merchant(what))

        # The payer, the banks, a person at the portal

        @rule(account=st.sampled_from(ACCOUNTS), signed=st.booleans())
        def sign(self, account: str, signed: bool) -> None:
            self.story.sign(account, signed)

        @rule(
            which=WHICH,
            kind=st.sampled_from([BankAnswerKind.RETURN, BankAnswerKind.RETURN, *BankAnswerKind]),
            code=st.sampled_from([None, "901", "903"]),
        )
        def bank_answers(self, which: int, kind: BankAnswerKind, code: str | None) -> None:
            self.run(self.story.bank_answers(self.payment(which), kind, code))

        @rule(which=WHICH, act=st.sampled_from(["void", "cancel", "decline", "approve", "refund"]))
        def portal(self, which: int, act: str) -> None:
            self.run(self.story.portal(self.payment(which), act))

        # Bad luck, and time

        @rule(service=st.sampled_from([Service.PAYMENTS, Service.SETTLEMENT]))
        def restart(self, service: Service) -> None:
            self.run(self.story.restart(service))

        @rule(seed=st.integers(0, 1_000))
        def disorder(self, seed: int) -> None:
            self.run(self.story.disorder(seed))

        @rule(what=st.sampled_from(["a minute", "20 minutes", "3 hours apart", "the close", "a day"]))
        def time(self, what: str) -> None:
            self.run(self.story.time(what))

        def teardown(self) -> None:
            if not hasattr(self, "story"):
                return
            try:
                books = self.run(self.story.end())
                found = disagreements(books)
                assert found == [], "\n".join(found)
            finally:
                self.run(self.stack.aclose())
                self.runner.close()
                shutil.rmtree(self.folder, ignore_errors=True)

    return MoneySideMachine


@pytest.mark.timeout(0)
def test_whatever_happens_our_books_and_the_vendors_agree(
    templates: Mapping[Service, Path], examples: int | None, quiet_logs: None
) -> None:
    """Bounded by its number of stories; each story by its number of steps, and each step by what can be due."""
    short = examples is None
    phases = [Phase.explicit, Phase.generate] if short else [Phase.explicit, Phase.generate, Phase.shrink]
    run_state_machine_as_test(
        lambda: machine_on(templates)(),
        settings=settings(
            max_examples=examples or SHORT_RUN,
            stateful_step_count=STEPS,
            derandomize=short,
            database=None,
            deadline=None,
            phases=phases,
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        ),
    )
