"""Transfers between a customer's own account and one outside: created, voided, settled on the hour, and sent back.

Facts: docs.helix.q2.com (Transfer, reference/transfercreate) and the vendor's SDKs.
"""

import dataclasses
from datetime import datetime, timedelta
from typing import Any

import httpx2 as httpx
import pytest
from bankrails_sandbox import ControlRefused, FaultKind, Moment
from bankrails_sandbox.helix.assumptions import Assumptions
from bankrails_sandbox.helix.money import AccountState, TransactionStatus
from bankrails_sandbox.helix.program import HelixConfig, Program
from bankrails_sandbox.helix.records import Status

OWN, COMPANYS_OWN = 900_000_001, 900_000_002
FIELDS = """transactionId masterId tag typeCode status amount createdDate settledDate voidedDate availableDate returnCode
    isCredit"""


def codes(answer: httpx.Response) -> list[int]:
    assert answer.status_code == 400
    return [error["code"] for error in answer.json()["errors"]]


class Transfers:
    """From the customer's first external account into their own, unless a test says otherwise."""

    def __init__(self, helix: Any) -> None:
        self.helix, self.control, self.clock = helix, helix.control, helix.sandbox.control
        self.external = helix.created()

    def create(self, **fields: Any) -> httpx.Response:
        body = {"customerId": 1001, "fromId": self.external, "toId": OWN, "amount": 12.34} | fields
        return self.helix.call("POST", "/transfer/create", body)

    def created(self, **fields: Any) -> int:
        answer = self.create(**fields)
        assert answer.status_code == 200, answer.text
        (row,) = answer.json()["data"]
        return row["transactionId"]

    def void(self, **fields: Any) -> httpx.Response:
        return self.helix.call("POST", "/transfer/void", {"customerId": 1001} | fields)

    def get(self, id: int) -> dict[str, Any]:
        return self.helix.call("GET", f"/transaction/get/1001/{id}").json()["data"]

    def balance(self) -> int:
        return next(account.balance_minor for account in self.control.accounts() if account.id == OWN)

    def to_the_hour(self, hours: int = 2) -> None:
        """Long enough for any transfer to settle, and to the full hour."""
        now = self.clock.clock().now
        self.clock.advance(to=now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=hours))


@pytest.fixture
def transfers(helix) -> Transfers:
    return Transfers(helix)


def test_it_settles_on_the_hour_after_its_file(transfers) -> None:
    """Initiated, in the file, settled; a credit is there only then."""
    transfers.to_the_hour(1)
    start = transfers.clock.clock().now
    (row,) = transfers.create(tag="tr-1").json()["data"]
    assert set(row) == set(FIELDS.split())
    assert (row["status"], row["amount"], row["isCredit"], row["tag"]) == ("Initiated", 12.34, True, "tr-1")
    assert row["masterId"] == row["transactionId"] > 2**32
    transfers.clock.advance(seconds=45 * 60)
    assert (transfers.get(row["transactionId"])["status"], transfers.balance()) == ("Pending", 500_000)
    transfers.clock.advance(seconds=15 * 60)
    settled = transfers.get(row["transactionId"])
    assert (settled["status"], transfers.balance()) == ("Settled", 501_234)
    assert datetime.fromisoformat(settled["settledDate"]) == start + timedelta(hours=1)
    assert [effect.kind for effect in transfers.control.effects(idempotency_key="tr-1")] == [
        "helix.transaction.initiated",
        "helix.transaction.pending",
        "helix.transaction.settled",
    ]


def test_a_withdrawal_is_taken_at_once(transfers) -> None:
    """And no more than is there."""
    out = {"fromId": OWN, "toId": transfers.external}
    id = transfers.created(**out, amount=5000)
    assert (transfers.get(id)["isCredit"], transfers.balance()) == (False, 0)
    assert codes(transfers.create(**out, amount=0.01)) == [63650]


def test_a_tag_is_unique_over_all_transfers(transfers) -> None:
    """What makes a repeat safe after a lost answer: the second is refused, and the tag finds the first."""
    transfers.control.fault(FaultKind.CUT, operation="create-transfer", moment=Moment.AFTER_EFFECT, times=1)
    with pytest.raises(httpx.TransportError):
        transfers.create(tag="tr/1")
    assert codes(transfers.create(tag="tr/1")) == [63660]
    company = {"customerId": 1002, "fromId": COMPANYS_OWN, "toId": company_account(transfers)}
    assert codes(transfers.create(**company, tag="tr/1")) == [63660]
    found = transfers.helix.call("GET", "/transaction/getByTag/1001/tr%2F1").json()["data"]
    assert found["status"] == "Initiated"
    assert len(transfers.control.transactions()) == 1


def company_account(transfers: Transfers) -> int:
    return transfers.helix.created(customerId=1002, type="Business Checking", businessName="Example Company")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"fromId": 77}, [63601]),
        ({"fromId": None}, [63601]),
        ({"fromId": COMPANYS_OWN}, [63601]),
        ({"toId": 77}, [63610]),
        ({"toId": COMPANYS_OWN}, [63610]),
        ({"fromId": OWN}, [63610]),
        ({"toId": 4001}, [63610]),
        ({"amount": 0}, [63641]),
        ({"amount": -1}, [63641]),
        ({"amount": 0.001}, [63641]),
        ({"amount": None}, [63641]),
        ({"amount": "1"}, [63641]),
        ({"requestingCustomerId": 1002}, [63664]),
        ({"customerId": 999}, [60000]),
        ({"fromId": "4001"}, [59900]),
        ({"purposeCode": "p" * 11}, [59900]),
        ({"description": "d" * 256}, [59900]),
        ({"isSameDaySettle": "yes"}, [59900]),
        ({"fromId": 77, "toId": 78, "amount": 0}, [63601, 63610, 63641]),
    ],
)
def test_a_wrong_transfer_is_refused_with_everything_that_is_wrong(transfers, fields, expected: list[int]) -> None:
    """Exactly one side is outside, both are the customer's; nothing is made."""
    assert codes(transfers.create(**fields)) == expected
    assert transfers.control.transactions() == ()


def test_only_a_verified_and_unlocked_account_can_be_used(transfers) -> None:
    """Both conditions, on either side."""
    unverified = transfers.helix.initiated()
    assert codes(transfers.create(fromId=unverified)) == [63603]
    assert codes(transfers.create(fromId=OWN, toId=unverified)) == [63610]
    transfers.control.lock(transfers.external)
    assert codes(transfers.create()) == [63613]
    transfers.control.unlock(transfers.external)
    transfers.helix.act("archive", transfers.external)
    assert codes(transfers.create()) == [63603]


def test_an_own_account_can_be_inactive_or_frozen(transfers) -> None:
    """As source and as destination."""
    for state, code in ((AccountState.INACTIVE, 63611), (AccountState.FROZEN, 63612)):
        transfers.control.switch_account(OWN, state=state)
        assert codes(transfers.create()) == [code]
        assert codes(transfers.create(fromId=OWN, toId=transfers.external)) == [code]


def test_same_day_has_a_deadline_and_a_cap(transfers) -> None:
    """In the program's zone; without same-day neither holds."""
    day = transfers.clock.clock().now + timedelta(days=1)
    transfers.clock.advance(to=day.replace(hour=17, minute=0))
    assert transfers.create(isSameDaySettle=True, amount=25_000).status_code == 200
    assert codes(transfers.create(isSameDaySettle=True, amount=25_000.01)) == [63666]
    transfers.clock.advance(seconds=3 * 3600)
    assert codes(transfers.create(isSameDaySettle=True)) == [63665]
    assert transfers.create(amount=25_000.01).status_code == 200


def test_it_can_be_voided_until_it_settles(transfers) -> None:
    """By id or by tag; what was taken comes back, and nothing settles."""
    out = {"fromId": OWN, "toId": transfers.external}
    by_id, _ = transfers.created(**out), transfers.created(**out, tag="tr-1")
    (voided,) = transfers.void(transactionId=by_id).json()["data"]
    assert (voided["status"], bool(voided["voidedDate"])) == ("Voided", True)
    assert transfers.void(tag="tr-1").status_code == 200
    assert transfers.balance() == 500_000
    assert codes(transfers.void(tag="tr-1")) == [60003]
    settled = transfers.created()
    transfers.to_the_hour(3)
    assert codes(transfers.void(transactionId=settled)) == [60003]
    assert {transfers.get(by_id)["status"], transfers.get(settled)["status"]} == {"Voided", "Settled"}


def test_another_customers_is_as_unknown_as_none(transfers) -> None:
    """In reads and in void."""
    id = transfers.created(tag="tr-1")
    for path in (f"get/1002/{id}", "get/1001/5", "get/1001/x", "getByTag/1002/tr-1", "getByTag/1001/tr-2"):
        assert codes(transfers.helix.call("GET", f"/transaction/{path}")) == [60002]
    for fields in ({"customerId": 1002, "transactionId": id}, {"transactionId": 5}, {"tag": "tr-2"}, {}):
        assert codes(transfers.void(**fields)) == [60002]
    assert codes(transfers.void(transactionId=id, requestingCustomerId=1002)) == [63664]


def test_a_return_is_a_new_transaction(transfers) -> None:
    """RTNDEP or RTNWTH under the same masterId, with Nacha's code; the original stays Settled, the balance may go below."""
    into, out = transfers.created(), transfers.created(fromId=OWN, toId=transfers.external, amount=5000)
    with pytest.raises(ControlRefused, match="settled"):
        transfers.control.return_transaction(into, "R01")
    transfers.to_the_hour()
    transfers.control.switch_account(OWN, balance_minor=0)
    back = transfers.control.return_transaction(into, "R01")
    assert (back.master_id, back.type_code, back.status) == (into, "RTNDEP", TransactionStatus.SETTLED)
    assert transfers.balance() == -1234
    read = transfers.get(back.id)
    assert (read["returnCode"], read["isCredit"], read["masterId"]) == ("R01", False, into)
    assert (transfers.get(into)["status"], transfers.get(into)["returnCode"]) == ("Settled", None)
    assert transfers.control.return_transaction(out, "R03").type_code == "RTNWTH"
    assert transfers.balance() == 500_000 - 1234
    for id in (into, back.id):
        with pytest.raises(ControlRefused, match="once"):
            transfers.control.return_transaction(id, "R01")


def test_a_transfer_keeps_its_account_from_the_archive_and_then_in_the_count(transfers) -> None:
    """Outstanding first; settled in the past 90 days afterwards."""
    transfers.control.switch_program(external_accounts_max=1)
    transfers.created()
    assert codes(transfers.helix.act("archive", transfers.external)) == [62505]
    transfers.to_the_hour()
    assert transfers.helix.act("archive", transfers.external).status_code == 200
    assert codes(transfers.helix.create()) == [62001]
    transfers.clock.advance(seconds=91 * 86_400)
    assert transfers.helix.create().status_code == 200


def test_a_voided_transfer_leaves_no_trace_in_either(transfers) -> None:
    """Nothing was moved."""
    transfers.control.switch_program(external_accounts_max=1)
    transfers.void(transactionId=transfers.created())
    assert transfers.helix.act("archive", transfers.external).status_code == 200
    assert transfers.helix.create().status_code == 200


def test_a_list_is_narrowed_by_account_status_and_day(transfers) -> None:
    """Pages from 0; days are the program's, an instant is exact."""
    first = transfers.created()
    transfers.to_the_hour()
    second = transfers.created()
    today = transfers.clock.clock().now.astimezone(transfers.helix.zone).date()

    def listed(
        account: int = OWN, status: str = "all", begin: object = today, end: object = today, query: str = ""
    ) -> list[int]:
        path = f"/transaction/list/1001/{account}/{status}/{begin}/{end}{query}"
        return [row["transactionId"] for row in transfers.helix.call("GET", path).json()["data"]]

    made_at = datetime.fromisoformat(transfers.get(first)["createdDate"])
    from_first = made_at.astimezone(transfers.helix.zone).date()
    assert listed(begin=from_first) == listed(transfers.external, begin=from_first) == [first, second]
    assert listed(status="settled", begin=from_first) == [first]
    assert listed(status="Initiated", begin=from_first) == [second]
    assert listed(begin=from_first, query="?pageNumber=1&pageSize=1") == [second]
    assert listed(end=(made_at - timedelta(seconds=1)).isoformat().replace("+", "%2B"), begin="2001-01-01") == []
    assert listed(COMPANYS_OWN) == []
    for path in ("nothing/2024-01-01/2024-01-02", "all/x/2024-01-02"):
        assert codes(transfers.helix.call("GET", f"/transaction/list/1001/{OWN}/{path}")) == [59900]


def test_a_transaction_can_be_settled_before_its_hour(transfers) -> None:
    """Once; the hour then finds nothing to do."""
    id = transfers.created()
    assert transfers.control.settle_transaction(id).status is TransactionStatus.SETTLED
    with pytest.raises(ControlRefused):
        transfers.control.settle_transaction(id)
    transfers.to_the_hour(3)
    assert len(transfers.control.effects(kind="helix.transaction.settled")) == 1
    assert transfers.balance() == 501_234


def test_an_own_account_more(transfers) -> None:
    """A customer who was made by the control API has none until it is given one."""
    customer = transfers.control.add_customer(name="Bob")
    own = transfers.control.add_account(customer, balance_minor=100)
    external = transfers.helix.created(customerId=customer)
    body = {"customerId": customer, "fromId": own, "toId": external, "amount": 1}
    assert transfers.create(**body).status_code == 200
    with pytest.raises(ControlRefused):
        transfers.control.add_account(999)


def test_what_is_assumed_can_be_switched(fresh_helix) -> None:
    """Each guess of ours, the other way round."""
    assumptions = Assumptions(
        archive_pending_code=62503,
        unknown_transaction_code=60404,
        void_too_late_code=60405,
        void_while_pending=False,
        file_minutes_past=0,
        deposit_type_code="IN",
        withdrawal_type_code="OUT",
        destination_not_verified_code=63603,
        bad_amount_code=63642,
        low_balance_code=63651,
        same_day_deadline="00:00",
        same_day_amount_minor_max=1,
    )
    program = dataclasses.replace(Program(), throttled=False)
    transfers = Transfers(fresh_helix(HelixConfig(program, assumptions=assumptions)))
    out = {"fromId": OWN, "toId": transfers.external}
    waiting = transfers.created()
    assert transfers.get(waiting)["typeCode"] == "IN"
    assert transfers.get(transfers.created(**out))["typeCode"] == "OUT"
    assert codes(transfers.helix.act("archive", transfers.external)) == [62503]
    assert codes(transfers.create(fromId=OWN, toId=transfers.helix.initiated())) == [63603]
    assert codes(transfers.create(amount=0)) == [63642]
    assert codes(transfers.create(**out, amount=10_000)) == [63651]
    assert codes(transfers.create(isSameDaySettle=True)) == [63665, 63666]
    assert codes(transfers.void(transactionId=5)) == [60404]
    transfers.to_the_hour(1)
    assert transfers.get(waiting)["status"] == "Pending"
    assert codes(transfers.void(transactionId=waiting)) == [60405]


async def test_the_awaiting_client_does_the_same(transfers) -> None:
    """Same methods, same answers."""
    id = transfers.created()
    async with transfers.helix.sandbox.async_control() as control:
        await control.helix.settle_transaction(id)
        await control.helix.return_transaction(id, "R01")
        own = await control.helix.add_account(1001)
        await control.helix.switch_account(own, state=AccountState.FROZEN, balance_minor=5)
        assert await control.helix.transactions() == transfers.control.transactions()
        assert await control.helix.accounts() == transfers.control.accounts()
        assert await control.helix.documents(transfers.external) == ()
    assert transfers.control.account(transfers.external).status is Status.VERIFIED
