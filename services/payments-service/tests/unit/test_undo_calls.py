"""Refund, void and cancel as calls: the debit is read immediately before, and what a sentence names is confirmed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from bankrails_clock import ManualClock
from bankrails_helcim.access import MerchantAccess
from bankrails_helcim.sentences import RefundAnswer, VoidAnswer
from bankrails_helcim.wire import AchTransaction
from bankrails_messaging.calls import Unconfirmed
from bankrails_testkit.snapshots import NOON
from bankrails_vendor_http.errors import NotPermitted, VendorRejected, VendorUnavailable
from payments_service.domain.stopping import Seen
from payments_service.vendor.cancels import Cancel
from payments_service.vendor.helcim import Helcim
from payments_service.vendor.refunds import Refund
from payments_service.vendor.voids import Void

PAYLOAD = {"merchant_id": "maple-books", "payment_id": "p", "vendor_payment_id": "801", "amount_minor": 4_995}
OPEN = {"statusAuth": 1, "statusBatch": 1}
CLOSED = {"statusAuth": 1, "statusBatch": 2}
PENDING = {"statusAuth": 5, "statusBatch": 1}


def row(id: int = 801, **fields: Any) -> AchTransaction:
    made = {
        "id": id,
        "bankAccountId": 601,
        "amount": Decimal("49.95"),
        "currency": 1,
        "statusClearing": 0,
        "transactionType": 1,
    }
    return AchTransaction.model_validate(made | OPEN | fields)


@dataclass
class Client:
    """The vendor's rows by id, each reading the next of several; what is written, and what it answers."""

    rows: dict[int, list[AchTransaction | Exception]]
    answer: Any = None
    listed: list[AchTransaction] = field(default_factory=list)
    written: list[str] = field(default_factory=list)

    async def get_transaction(self, access: MerchantAccess, transaction_id: int) -> AchTransaction:
        readings = self.rows[transaction_id]
        found = readings.pop(0) if len(readings) > 1 else readings[0]
        if isinstance(found, Exception):
            raise found
        return found

    async def all_transactions(self, access: MerchantAccess, where: Any) -> list[AchTransaction]:
        return self.listed

    async def refund(self, access: MerchantAccess, transaction_id: int, body: bytes, *, idempotency_key: str) -> Any:
        return self._write("refund", access)

    async def void(self, access: MerchantAccess, transaction_id: int, *, idempotency_key: str) -> Any:
        return self._write("void", access)

    async def cancel(self, access: MerchantAccess, transaction_id: int, *, idempotency_key: str) -> Any:
        return self._write("cancel", access)

    def _write(self, what: str, access: MerchantAccess) -> Any:
        self.written.append(f"{what} with {access.token}")
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def helcim(client: Any) -> Helcim:
    def token(name: str) -> Callable[[str], MerchantAccess]:
        return lambda merchant_id: MerchantAccess(merchant_id, name)

    return Helcim(
        client=lambda merchant_id: client,
        clock=ManualClock(NOON),
        general=token("general"),
        processing=token("withdraw"),
        refunding=token("refund"),
        load_account=None,  # type: ignore[arg-type]  # none of these calls speaks of an account
        decrypt=None,  # type: ignore[arg-type]  # as above
    )


async def send(kind: Any, client: Client) -> Any:
    call = kind(helcim(client))
    return await call.send(PAYLOAD, body=call.body(PAYLOAD), idempotency_key="k" * 25)


REVERSAL = row(901, transactionType=4, originalTransactionId=801)
REFUND = row(901, transactionType=5, originalTransactionId=801)


async def test_each_is_sent_with_the_token_that_may_and_says_what_it_made() -> None:
    """Reading takes the other one: a token for refunds alone is used for nothing else."""
    refund = Client({801: [row(**CLOSED)], 901: [REFUND]}, RefundAnswer(801, 901, ""))
    assert await send(Refund, refund) == {"vendor_refund_id": "901"}
    void = Client({801: [row(**OPEN)], 901: [REVERSAL]}, VoidAnswer(801, 901, ""))
    assert await send(Void, void) == {"vendor_void_id": "901"}
    cancel = Client({801: [row(**PENDING)]})
    assert await send(Cancel, cancel) == {}
    assert [*refund.written, *void.written, *cancel.written] == [
        "refund with refund",
        "void with refund",
        "cancel with refund",
    ]


@pytest.mark.parametrize(
    ("kind", "debit", "seen"),
    [
        (Void, row(**CLOSED), Seen.CLOSED),
        (Void, row(**PENDING), Seen.PENDING),
        (Void, row(statusAuth=4), Seen.CANCELLED),
        (Refund, row(**OPEN), Seen.OPEN),
        (Refund, row(**CLOSED, statusClearing=4), Seen.CAME_BACK),
        (Refund, row(**CLOSED, statusClearing=3), Seen.CAME_BACK),
        (Refund, row(**CLOSED, statusClearing=9), Seen.CAME_BACK),
        (Cancel, row(**OPEN), Seen.OPEN),
        (Cancel, row(statusAuth=2), Seen.DECLINED),
        (Cancel, row(statusAuth=3), Seen.UNDECIDED),
        (Void, row(statusAuth=7), Seen.UNDECIDED),
        (Void, row(statusBatch=7), Seen.UNDECIDED),
    ],
)
async def test_what_the_debits_own_row_does_not_allow_is_not_tried(kind: Any, debit: Any, seen: Seen) -> None:
    """Nothing is written; a word that we do not know allows nothing."""
    client = Client({801: [debit]})
    with pytest.raises(VendorRejected) as no:
        await send(kind, client)
    assert (no.value.reason, client.written) == (seen, [])


async def test_after_a_no_the_row_says_why() -> None:
    """The batch closed between the look and the call."""
    client = Client(
        {801: [row(**OPEN), row(**CLOSED)]}, VendorRejected("void", "Transaction cannot be voided", status=400)
    )
    with pytest.raises(VendorRejected) as no:
        await send(Void, client)
    assert no.value.reason == Seen.CLOSED


@pytest.mark.parametrize("second", [row(**OPEN), VendorUnavailable("get", "away")])
async def test_a_no_that_the_row_does_not_explain_stands_as_it_is(second: Any) -> None:
    """With the vendor's own words."""
    no = VendorRejected("void", "not today", status=400)
    with pytest.raises(VendorRejected, match="not today"):
        await send(Void, Client({801: [row(**OPEN), second]}, no))


async def test_a_missing_right_is_not_taken_for_a_closed_batch() -> None:
    """Also when it has closed meanwhile: what is missing is the right."""
    no = NotPermitted("void", "the refund token may not", status=403)
    with pytest.raises(NotPermitted):
        await send(Void, Client({801: [row(**OPEN), row(**CLOSED)]}, no))


@pytest.mark.parametrize(
    "made",
    [
        row(901, transactionType=5, originalTransactionId=777),
        row(901, transactionType=4, originalTransactionId=801),
        row(901, transactionType=5, originalTransactionId=801, amount=Decimal("1.00")),
        VendorRejected("get", "no such transaction", status=400),
        VendorUnavailable("get", "away"),
    ],
)
async def test_a_success_whose_transaction_cannot_be_confirmed_is_in_doubt(made: Any) -> None:
    """Never repeated before it was looked up."""
    with pytest.raises(Unconfirmed):
        await send(Refund, Client({801: [row(**CLOSED)], 901: [made]}, RefundAnswer(801, 901, "")))
    with pytest.raises(Unconfirmed):
        await send(Refund, Client({801: [row(**CLOSED)]}, RefundAnswer(None, None, "Done.")))


async def found(kind: Any, client: Client) -> list[Any]:
    return [(effect.vendor_id, effect.answer) for effect in await kind(helcim(client)).look_up(PAYLOAD, NOON)]


async def test_an_unknown_refund_is_looked_for_among_what_undoes_this_debit() -> None:
    """By the debit that it names, and the amount."""
    others = [
        row(902, transactionType=5, originalTransactionId=777),
        row(903, transactionType=4, originalTransactionId=801),
    ]
    cheaper = row(904, transactionType=5, originalTransactionId=801, amount=Decimal("1.00"))
    client = Client({801: [row(**CLOSED)]}, listed=[REFUND, cheaper, *others])
    assert await found(Refund, client) == [("901", {"vendor_refund_id": "901"})]


async def test_an_unknown_void_or_cancellation_is_shown_by_the_debit() -> None:
    """Status 4, and nothing else; what reversed it is named where there is exactly one."""
    cancelled = row(statusAuth=4)
    assert await found(Void, Client({801: [row(**OPEN)]})) == []
    assert await found(Cancel, Client({801: [row(**PENDING)]})) == []
    assert await found(Cancel, Client({801: [cancelled]})) == [("801", {})]
    assert await found(Void, Client({801: [cancelled]}, listed=[REVERSAL])) == [("901", {"vendor_void_id": "901"})]
    assert await found(Void, Client({801: [cancelled]})) == [("801", {"vendor_void_id": None})]
