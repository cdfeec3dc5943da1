"""One merchant's story, step by step: what a sender, a payer, a bank, a person at the portal and bad luck can do.

A step that does not fit the moment (a void at the portal of what is no longer open) does nothing: the vendor refuses it.
"""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from bankrails_contracts.message import Command, Service
from bankrails_contracts.money import Currency, Money
from bankrails_contracts.payments import (
    CollectPayment,
    PauseMerchant,
    RefundPayment,
    ResolveUnknown,
    ResumeMerchant,
)
from bankrails_contracts.settlement import RecordReturn, SettleBatch
from bankrails_helcim.mapping import TransactionType
from bankrails_sandbox import ControlRefused, FaultKind, Moment
from bankrails_sandbox.helcim.records import BankAnswerKind
from payments_service.domain.payment import Payment
from payments_service.domain.refund import IN_FLIGHT
from payments_service.store.repositories import PAYMENTS
from sqlalchemy import true

from bankrails_testkit import commands
from bankrails_testkit.agreement import Books, read_books
from bankrails_testkit.commands import MERCHANT
from bankrails_testkit.money_side import MoneySide
from bankrails_testkit.payments_shop import sealed
from bankrails_testkit.virtual_time import EASTERN, next_at

ACCOUNTS = ("signed", "unsigned")
KEY_DEAD = timedelta(minutes=10)
DOUBT_ENDS = timedelta(minutes=45)
"""After it a look-up has decided, or a person has to."""
DAYS_MAX = 30
"""A refund of the last day: cleared, its hold over, sent, cleared."""
Fault = tuple[FaultKind, Moment, int]
"""What, when, how often."""


class MoneyStory:
    def __init__(self, side: MoneySide) -> None:
        self.side = side
        self.pads: dict[str, int] = {}
        self.payments: list[str] = []
        self.refunds = 0
        self.strangers: set[int] = set()
        self.reported = 0

    async def begin(self) -> None:
        """One payer, two accounts, the mandate of one of them accepted; debits in settlement, approved, and waiting."""
        await self.side.ask(commands.register_payer(payer_id="payer"))
        for number, account in enumerate(ACCOUNTS):
            await self.side.ask(
                commands.register_bank_account("payer", sealed(f"123456{number}"), bank_account_id=account)
            )
            (asked,) = await self.side.ask(commands.request_mandate(account, mandate_id=f"mandate-{account}"))
            self.pads[account] = int(asked.data["vendor_mandate_id"])
        self.side.control.accept_pad(self.pads["signed"])
        await self.side.pass_by(timedelta(seconds=10))
        for _ in range(2):
            await self.act(self.collect("signed", 1_000), "withdraw")
        await self.next_close()
        for account in ACCOUNTS:
            await self.act(self.collect(account, 1_000), "withdraw")

    # A sender

    def collect(self, account: str, amount_minor: int) -> Command:
        self.payments.append(f"p{len(self.payments) + 1}")
        return CollectPayment(
            merchant_id=MERCHANT,
            payment_id=self.payments[-1],
            payer_id="payer",
            bank_account_id=account,
            amount=Money(amount_minor=amount_minor, currency=Currency.CAD),
        )

    def refund(self, payment_id: str, amount_minor: int | None, *, insist: bool) -> Command:
        self.refunds += 1
        amount = None if amount_minor is None else Money(amount_minor=amount_minor, currency=Currency.CAD)
        return RefundPayment(
            merchant_id=MERCHANT,
            payment_id=payment_id,
            refund_id=f"r{self.refunds}",
            amount=amount,
            insist=insist,
        )

    async def act(self, command: Command, operation: str, fault: Fault | None = None, *, killed: bool = False) -> None:
        """Sent, and the vendor's operation that it may come to struck, or interrupted."""
        if killed:
            await self._kill_in_call(operation, command)
            return
        if fault is not None:
            kind, moment, times = fault
            self.side.control.fault(kind, operation=operation, moment=moment, times=times)
        await self.side.send(command)
        await self.side.rest()

    async def merchant(self, what: str) -> None:
        """pause, resume, settle the batch, report returns."""
        by = {"merchant_id": MERCHANT, "by": "somebody"}
        match what:
            case "pause":
                await self.side.send(PauseMerchant(**by, reason="a doubt"))
            case "resume":
                await self.side.send(ResumeMerchant(**by))
            case "settle the batch":
                await self._settle_batch()
            case _:
                await self._report_returns()
        await self.side.rest()

    async def _settle_batch(self) -> None:
        opened = [item.subject for item in self.side.watcher.told if item.name == "batch-opened"]
        if opened:
            await self.side.send(SettleBatch(merchant_id=MERCHANT, vendor_batch_id=opened[-1]))

    # The payer and the banks

    def sign(self, account: str, signed: bool) -> None:
        with suppress(ControlRefused):
            (self.side.control.accept_pad if signed else self.side.control.revoke_pad)(self.pads[account])

    async def bank_answers(self, payment_id: str, kind: BankAnswerKind, code: str | None) -> None:
        await self._at_vendor(payment_id, lambda id: self.side.control.bank_answers(id, kind, code=code))

    async def _report_returns(self) -> None:
        """The merchant's bank says why; what it has not said before."""
        lines = self.side.control.bank_report(merchant=MERCHANT)
        by_vendor_id = {each.vendor_payment_id: each for each in await self._ours()}
        for line in lines[self.reported :]:
            payment = by_vendor_id.get(str(line.transaction_id))
            if payment is not None and line.code is not None:
                day = line.at.astimezone(EASTERN).date()
                await self.side.send(
                    RecordReturn(merchant_id=MERCHANT, payment_id=payment.id, code=line.code, returned_on=day)
                )
        self.reported = len(lines)

    # A person at the vendor's portal

    async def portal(self, payment_id: str, act: str) -> None:
        control = self.side.control
        acts: dict[str, Callable[[int], Any]] = {
            "void": control.portal_void,
            "cancel": control.portal_cancel,
            "decline": control.decline,
            "approve": control.approve,
            "refund": lambda id: self.strangers.add(control.portal_refund(id, 100)),
        }
        await self._at_vendor(payment_id, acts[act])

    # Bad luck

    async def _kill_in_call(self, operation: str, command: Command) -> None:
        """The vendor has done it, its answer is on the way, and payments-service is gone for ten minutes."""
        before = len(self.side.control.effects(kind=operation))
        self.side.control.fault(FaultKind.HOLD, operation=operation, moment=Moment.AFTER_EFFECT, times=1)
        await self.side.send(command)
        await self.side.rest(unless=lambda: len(self.side.control.effects(kind=operation)) > before)
        desk = self.side.payments
        await desk.kill()
        self.side.control.clear_faults()
        await self.side.leap(self.side.clock.now() + KEY_DEAD)
        await desk.start()
        await self.side.come_to_rest()

    async def disorder(self, seed: int) -> None:
        await self.side.hand_over(random.Random(seed))

    async def restart(self, service: Service) -> None:
        await self.side.desks[service].kill()
        await self.side.desks[service].start()
        await self.side.rest()

    # Time

    async def time(self, what: str) -> None:
        """a minute, 20 minutes, 3 hours apart (neither hears of the other), the close, a day."""
        match what:
            case "a minute":
                await self.side.pass_by(timedelta(minutes=1))
            case "20 minutes":
                await self.side.pass_by(timedelta(minutes=20))
            case "3 hours apart":
                await self.side.leap(self.side.clock.now() + timedelta(hours=3), apart=True)
            case "the close":
                await self.next_close()
            case _:
                await self.next_evening()

    async def next_close(self) -> None:
        """Over it from due time to due time: a look that comes hours late is another story."""
        await self._evening(timedelta(minutes=4))

    async def next_evening(self) -> None:
        await self._evening(timedelta(minutes=45))

    async def _evening(self, after_close: timedelta) -> None:
        close = next_at(self.side.clock.now(), 17)
        await self.side.leap(max(close - timedelta(minutes=5), self.side.clock.now()))
        await self.side.pass_time(close + after_close)

    async def end(self) -> Books:
        """Bad luck ends, people decide what is theirs, and time passes until nothing is open any more."""
        self.side.control.clear_faults()
        for desk in self.side.desks.values():
            await desk.start()
        await self.side.come_to_rest()
        await self.side.send(ResumeMerchant(merchant_id=MERCHANT, by="somebody"))
        await self.side.pass_by(DOUBT_ENDS)
        await self._decide_doubts()
        await self.next_close()
        for _ in range(DAYS_MAX):
            await self.next_evening()
            books = await read_books(self.side, self.strangers)
            if self._is_over(books):
                break
        for _ in range(2):  # what is compared a day after, and what ends by being found no more
            await self.next_evening()
        return await read_books(self.side, self.strangers)

    async def _decide_doubts(self) -> None:
        """As an operator who looks at the vendor's portal: the first candidate that nobody has, else it is not there."""
        for payment in await self._ours():
            if payment.needs_operator:
                taken = {each.vendor_payment_id for each in await self._ours()}
                free = [id for id in payment.candidates if id not in taken]
                await self.side.ask(
                    ResolveUnknown(
                        merchant_id=MERCHANT,
                        payment_id=payment.id,
                        vendor_payment_id=free[0] if free else None,
                        by="somebody",
                        reason="seen at the portal",
                    )
                )
        await self.side.come_to_rest()

    def _is_over(self, books: Books) -> bool:
        settled = all(
            row.clearing.name != "OPENED" or row.auth.name != "APPROVED" or row.type is TransactionType.REVERSE
            for row in books.rows.values()
        )
        refunds = [refund for payment in books.payments.values() for refund in books.refunds(payment)]
        return settled and not any(refund.state in IN_FLIGHT for refund in refunds)

    async def _at_vendor(self, payment_id: str, act: Callable[[int], Any]) -> None:
        found = [each for each in await self._ours() if each.id == payment_id]
        if found and found[0].vendor_payment_id is not None:
            with suppress(ControlRefused):
                act(int(found[0].vendor_payment_id))

    async def _ours(self) -> list[Payment]:
        return await self.side.payments.engine.store.read(lambda connection: PAYMENTS.find(connection, true()))
