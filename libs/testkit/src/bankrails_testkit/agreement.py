"""Whether our two stores, all that was told, and what really happened at the vendor are one story.

Each check is made from the vendor's side: its rows as they are now, and its log of effects.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from bankrails_contracts.message import Service
from bankrails_contracts.payments import CollectPayment, PaymentState, RefundState
from bankrails_helcim.mapping import AuthStatus, BatchStatus, ClearingStatus, TransactionType
from bankrails_helcim.wire import AchTransaction
from bankrails_sandbox import Effect
from payments_service.domain.payment import Payment
from payments_service.domain.refund import GAVE_NOTHING, IN_FLIGHT, Refund
from payments_service.store.repositories import PAYMENTS
from settlement_watcher.domain.discrepancy import Discrepancy, DiscrepancyState
from settlement_watcher.domain.watched_payment import WatchedPayment
from settlement_watcher.store.reconciling import DISCREPANCIES
from settlement_watcher.store.repositories import PAYMENTS as WATCHED
from sqlalchemy import true

from bankrails_testkit.commands import MERCHANT
from bankrails_testkit.money_side import MoneySide

NEVER_SENT = {PaymentState.REFUSED, PaymentState.DECLINED}
"""How a payment ends that the vendor does not have."""
AT_THE_VENDOR = {
    AuthStatus.PENDING: {PaymentState.AWAITING_MANDATE},
    AuthStatus.CANCELLED: {PaymentState.CANCELLED, PaymentState.VOIDED},
    AuthStatus.DECLINED: {PaymentState.DECLINED},
}
BY_THE_BANK = {
    ClearingStatus.OPENED: {PaymentState.IN_SETTLEMENT},
    ClearingStatus.CLEARED: {PaymentState.CLEARED, PaymentState.FINAL},
    ClearingStatus.CONTESTED: {PaymentState.CONTESTED},
    ClearingStatus.REJECTED: {PaymentState.RETURNED},
    ClearingStatus.RETURNED: {PaymentState.RETURNED},
}


@dataclass
class Books:
    """Both sides, read when nothing moves."""

    side: MoneySide
    payments: dict[str, Payment]
    watched: dict[str, WatchedPayment]
    differences: list[Discrepancy]
    rows: dict[int, AchTransaction]
    effects: tuple[Effect, ...]
    strangers: set[int]
    """Transactions made at the vendor's portal."""

    def refunds(self, payment: Payment) -> list[Refund]:
        return [Refund.read(id, stored) for id, stored in payment.refunds.items()]

    def made(self, kind: str) -> list[Effect]:
        return [effect for effect in self.effects if effect.kind == kind and effect.id not in self.strangers]


async def read_books(side: MoneySide, strangers: set[int]) -> Books:
    ours, watcher = side.payments.engine.store, side.watcher.engine.store
    access = side.helcim.processing[MERCHANT]
    rows = await side.helcim.clients[MERCHANT].all_transactions(access)
    return Books(
        side,
        {each.id: each for each in await ours.read(lambda connection: PAYMENTS.find(connection, true()))},
        {each.id: each for each in await watcher.read(lambda connection: WATCHED.find(connection, true()))},
        await watcher.read(lambda connection: DISCREPANCIES.find(connection, true())),
        {row.id: row for row in rows},
        side.control.effects(),
        strangers,
    )


def disagreements(books: Books) -> list[str]:
    """Each in one line; none when all is well."""
    found = [
        *_commands(books),
        *_sequences(books),
        *_debits(books),
        *_refunds(books),
        *_states(books),
        *_returns(books),
        *_differences(books),
        *_batches(books),
    ]
    return sorted(set(found))


def _commands(books: Books) -> list[str]:
    """Every command is answered, none by being parked."""
    wrong = []
    for id, command in books.side.sent.items():
        answers = [item.name for item in books.side.desks[command.service].answers(id)]
        if not answers:
            wrong.append(f"{id} {type(command).__name__} {command.key} was never answered")
    for desk in books.side.desks.values():
        wrong += [f"{item.name}: {item.data}" for item in desk.told if item.name in ("command-parked", "dead-letter")]
    return wrong


def _sequences(books: Books) -> list[str]:
    """No event of an aggregate is lost or told twice."""
    wrong = []
    for service, desk in books.side.desks.items():
        seen = defaultdict(list)
        for item in desk.told:
            if item.sequence is not None:
                seen[item.row.headers["ce_source"], item.subject].append(item.sequence)
        for about, numbers in seen.items():
            if numbers != list(range(1, len(numbers) + 1)):
                wrong.append(f"{service}: the events about {about} are numbered {numbers}")
    return wrong


def _debits(books: Books) -> list[str]:
    """Every debit asked for is one at the vendor, or a definite no; and the vendor made no other."""
    wrong = []
    claimed = Counter(each.vendor_payment_id for each in books.payments.values() if each.vendor_payment_id)
    made = {str(effect.id): effect for effect in books.made("withdraw")}
    wrong += [f"vendor payment {id} stands for {times} of ours" for id, times in claimed.items() if times > 1]
    wrong += [
        f"vendor payment {id} over {effect.amount_minor} is nobody's"
        for id, effect in made.items()
        if id not in claimed
    ]
    for payment in books.payments.values():
        if payment.vendor_payment_id is None:
            if payment.state not in NEVER_SENT:
                wrong.append(f"{payment.id} is {payment.state}, and the vendor does not have it")
        elif payment.vendor_payment_id not in made:
            wrong.append(f"{payment.id} stands for {payment.vendor_payment_id}, which is no debit made for us")
        elif made[payment.vendor_payment_id].amount_minor != payment.amount_minor:
            wrong.append(f"{payment.id} is over {payment.amount_minor}, and its debit over another amount")
        if payment.wish is not None or payment.undo is not None:
            wrong.append(
                f"{payment.id} is {payment.state}, and what was wished of it is open: {payment.wish or payment.undo}"
            )
    asked = {item.payment_id for item in books.side.sent.values() if isinstance(item, CollectPayment)}
    wrong += [f"nobody asked for {id}" for id in books.payments.keys() - asked]
    return wrong


def _refunds(books: Books) -> list[str]:
    """Each is one at the vendor or none; never twice; together never above the payment."""
    wrong = []
    rows = {id: row for id, row in books.rows.items() if row.type is TransactionType.REFUND}
    made = {str(effect.id): rows[effect.id] for effect in books.made("refund")}
    sums: Counter[int] = Counter()
    for row in made.values():
        if row.auth is AuthStatus.APPROVED and row.clearing not in (ClearingStatus.RETURNED, ClearingStatus.REJECTED):
            sums[row.original_transaction_id] += row.amount_minor
    claimed: Counter[str] = Counter()
    for payment in books.payments.values():
        if payment.vendor_payment_id and sums[int(payment.vendor_payment_id)] > payment.amount_minor:
            given = sums[int(payment.vendor_payment_id)]
            wrong.append(f"{payment.id} is over {payment.amount_minor}, and {given} of it were given back")
        for refund in books.refunds(payment):
            wrong += _refund(payment, refund, made.get(refund.vendor_refund_id or ""))
            if refund.vendor_refund_id is not None:
                claimed[refund.vendor_refund_id] += 1
    wrong += [f"refund {id} stands for {times} of ours" for id, times in claimed.items() if times > 1]
    return wrong + [f"refund {id} at the vendor is nobody's" for id in made.keys() - claimed.keys()]


def _refund(payment: Payment, refund: Refund, row: AchTransaction | None) -> list[str]:
    about = f"refund {refund.id} of {payment.id} is {refund.state}"
    if row is None:
        waits = refund.state is RefundState.HELD and payment.state is PaymentState.CONTESTED
        return [] if refund.state is RefundState.FAILED or waits else [f"{about}, and the vendor does not have it"]
    if refund.state in IN_FLIGHT:
        return [f"{about}, and the vendor has had it for long"]
    if (str(row.original_transaction_id), row.amount_minor) != (payment.vendor_payment_id, refund.amount_minor):
        return [f"{about}, and {row.id} refunds something else"]
    expected = {
        ClearingStatus.CLEARED: RefundState.CLEARED,
        ClearingStatus.RETURNED: RefundState.RETURNED,
        ClearingStatus.REJECTED: RefundState.RETURNED,
    }.get(row.clearing, RefundState.SUBMITTED if row.auth is AuthStatus.APPROVED else RefundState.FAILED)
    return [] if refund.state is expected else [f"{about}, and the vendor's row says {expected}"]


def expected_states(row: AchTransaction) -> set[PaymentState]:
    if row.auth in AT_THE_VENDOR:
        return AT_THE_VENDOR[row.auth]
    return {PaymentState.APPROVED} if row.batch is BatchStatus.OPEN else BY_THE_BANK[row.clearing]


def _states(books: Books) -> list[str]:
    wrong = []
    for payment in books.payments.values():
        if payment.vendor_payment_id is None or int(payment.vendor_payment_id) not in books.rows:
            continue
        row = books.rows[int(payment.vendor_payment_id)]
        expected = expected_states(row)
        watched = books.watched.get(payment.id)
        said = f"the vendor says {row.auth} {row.batch} {row.clearing}"
        if payment.state not in expected:
            wrong.append(f"{payment.id} is {payment.state} at payments-service; {said}")
        if watched is None or watched.state not in expected:
            wrong.append(f"{payment.id} is {watched and watched.state} at settlement-watcher; {said}")
    return wrong


def _returns(books: Books) -> list[str]:
    """One PaymentReturned for each that came back, one code for each code."""
    wrong = []
    told = books.side.desks[Service.SETTLEMENT].told
    returned = Counter(item.subject for item in told if item.name == "payment-returned")
    learned = Counter(item.subject for item in told if item.name == "return-code-learned")
    for watched in books.watched.values():
        came_back = watched.state is PaymentState.RETURNED and not watched.is_refund
        if not watched.is_refund and returned[watched.id] != came_back:
            wrong.append(f"{watched.id} is {watched.state}, and was told as returned {returned[watched.id]} times")
        if learned[watched.id] > 1:
            wrong.append(f"the code of {watched.id} was learned {learned[watched.id]} times")
    return wrong


def _differences(books: Books) -> list[str]:
    """Open are those that were planted, and no other."""
    expected: set[Any] = {("unknown_to_us", str(id)) for id in books.strangers}
    for payment in books.payments.values():
        if payment.state is PaymentState.RETURNED:
            expected |= {
                ("refunded_and_returned", refund.id)
                for refund in books.refunds(payment)
                if refund.vendor_refund_id is not None and refund.state not in GAVE_NOTHING
            }
    found = {
        (str(each.kind), each.refund_id or each.vendor_payment_id or each.vendor_batch_id)
        for each in books.differences
        if each.state is DiscrepancyState.OPEN
    }
    missed = [f"the difference {kind} {about} was not found" for kind, about in expected - found]
    return missed + [f"the difference {kind} {about} was found, and is none" for kind, about in found - expected]


def _batches(books: Books) -> list[str]:
    """What was last compared adds up to the members, on all three sides where nobody meddled at the portal."""
    wrong = []
    last = {
        item.subject: item.data for item in books.side.desks[Service.SETTLEMENT].told if item.name == "batch-reconciled"
    }
    members = defaultdict(list)
    for row in books.rows.values():
        if (
            row.type is TransactionType.WITHDRAWAL
            and row.auth is AuthStatus.APPROVED
            and row.batch is BatchStatus.CLOSED
        ):
            members[str(row.batch_id)].append(row)
    for batch_id, rows in members.items():
        told = last.get(batch_id)
        if told is None:
            wrong.append(f"batch {batch_id} closed and was never compared")
            continue
        sums = next(total for total in told["totals"] if total["kind"] == "withdrawals")
        if (sums["rows"], sums["rows_minor"]) != (len(rows), sum(row.amount_minor for row in rows)):
            wrong.append(f"batch {batch_id} was compared as {sums}, and has {len(rows)} debits")
        meddled = {row.batch_id for row in books.rows.values() if row.id in books.strangers}
        if not told["agrees"] and int(batch_id) not in meddled:
            wrong.append(f"batch {batch_id} was told as not agreeing: {told['totals']}")
    return wrong
