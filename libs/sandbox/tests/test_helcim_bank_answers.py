"""Debits that the payer's bank rejects, returns or contests, through the control API."""

from datetime import UTC, datetime, timedelta

import pytest
from bankrails_sandbox import Assumptions, BankAnswerKind, ControlRefused, HelcimConfig

REJECT, RETURN, CONTEST = BankAnswerKind.REJECT, BankAnswerKind.RETURN, BankAnswerKind.CONTEST
CLOSE = datetime(2024, 3, 15, 21, 0, tzinfo=UTC)
CLEARED = datetime(2024, 3, 20, 13, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def shop(fresh_shop):
    """Alone in its process, with one approved debit in the open batch."""
    shop = fresh_shop()
    shop.id = shop.withdraw(shop.payer()).json()["transaction"]["id"]
    return shop


@pytest.fixture
def maple(open_shop):
    """In the process that all tests share, where the time of day is not known."""
    return open_shop("maple-books-admin-token")


def clearing(shop) -> int:
    return shop.transaction(shop.id)["statusClearing"]


def happened(shop) -> list[tuple[str, datetime]]:
    kinds = ("clear", "reject", "return", "contest")
    return [(effect.kind, effect.at) for effect in shop.control.effects() if effect.kind in kinds]


@pytest.mark.parametrize(("kind", "status"), [(REJECT, 2), (RETURN, 4)])
def test_a_debit_in_settlement_is_sent_back_and_never_clears(shop, kind, status: int) -> None:
    """Row C of the state table to row R."""
    shop.control.advance(to=CLOSE)
    assert shop.control.bank_answers(shop.id, kind) is None
    assert clearing(shop) == status
    shop.control.advance(seconds=90 * 86400)
    assert (clearing(shop), happened(shop)) == (status, [(kind, CLOSE)])


def test_a_cleared_debit_is_returned(shop) -> None:
    """Cleared is not final: banks do send debits back after that."""
    shop.control.advance(to=CLEARED + timedelta(days=50))
    shop.control.bank_answers(shop.id, code="901")
    assert clearing(shop) == 4
    assert [row["id"] for row in shop.call("GET", "/ach/transactions?statusClearing=RETURNED").json()] == [shop.id]


def test_a_dispute_comes_after_clearing_and_ends_in_a_return(shop) -> None:
    """Contested in between; a customer cannot dispute what was never posted."""
    shop.control.advance(to=CLOSE)
    with pytest.raises(ControlRefused, match="OPENED"):
        shop.control.bank_answers(shop.id, CONTEST)
    shop.control.advance(to=CLEARED)
    shop.control.bank_answers(shop.id, CONTEST)
    assert clearing(shop) == 3
    with pytest.raises(ControlRefused, match="CONTESTED"):
        shop.control.bank_answers(shop.id, CONTEST)
    shop.control.bank_answers(shop.id, RETURN)
    assert happened(shop) == [("clear", CLEARED), ("contest", CLEARED), ("return", CLEARED)]


def test_money_goes_back_once(fresh_shop) -> None:
    """However it is asked for, and whenever: the record never shows two for one debit."""
    shop = fresh_shop()
    body = shop.payer()
    ways = [(first, second, days) for first in (REJECT, RETURN) for second in BankAnswerKind for days in (None, 9)]
    debits = {way: shop.withdraw(body).json()["transaction"]["id"] for way in ways}
    shop.control.advance(to=CLEARED)
    for (first, second, days), id in debits.items():
        shop.control.bank_answers(id, first)
        with pytest.raises(ControlRefused, match=r"REJECTED|RETURNED"):
            shop.control.bank_answers(id, second, banking_days_after_approval=days)
    shop.control.advance(seconds=90 * 86400)
    assert [(line.transaction_id, line.kind) for line in shop.control.bank_report()] == [
        (id, first) for (first, _, _), id in debits.items()
    ]
    assert {kind for kind, _ in happened(shop)} == {"clear", "reject", "return"}
    assert len(happened(shop)) == 2 * len(ways)


def test_a_bank_has_nothing_to_answer_before_the_close(shop) -> None:
    """Open, pending and declined rows are refused."""
    pending = shop.withdraw(shop.payer(accepted=False)).json()["transaction"]["id"]
    declined = shop.withdraw(shop.payer()).json()["transaction"]["id"]
    shop.control.decline(declined)
    for id, reason in ((shop.id, "open batch"), (pending, "no approved"), (declined, "no approved")):
        with pytest.raises(ControlRefused, match=reason):
            shop.control.bank_answers(id)
    assert happened(shop) == []


def test_on_a_banking_day_after_approval(shop) -> None:
    """Approved on Thursday evening: the seventh is Monday week, at 08:30 by the banks' clocks."""
    monday = datetime(2024, 3, 25, 12, 30, tzinfo=UTC)
    assert shop.control.bank_answers(shop.id, code="905", banking_days_after_approval=7) == monday
    shop.control.advance(to=monday - SECOND)
    assert clearing(shop) == 1
    shop.control.advance(seconds=1)
    assert happened(shop) == [("clear", CLEARED), ("return", monday)]


def test_before_clearing_on_the_very_day(shop) -> None:
    """The return is there before the opening of business and the row does not clear half an hour later."""
    due_at = shop.control.bank_answers(shop.id, banking_days_after_approval=4)
    assert due_at == CLEARED - timedelta(minutes=30)
    shop.control.advance(seconds=30 * 86400)
    assert happened(shop) == [("return", due_at)]


def test_what_would_be_due_before_the_close_waits_for_it(fresh_shop) -> None:
    """Approved after 17:00, so the next morning it is still with the vendor."""
    shop = fresh_shop()
    shop.id = shop.withdraw(shop.payer()).json()["transaction"]["id"]
    assert shop.control.bank_answers(shop.id, banking_days_after_approval=1) < CLOSE
    shop.control.advance(to=CLOSE - SECOND)
    assert clearing(shop) == 0
    shop.control.advance(seconds=1)
    assert happened(shop) == [("return", CLOSE)]


@pytest.mark.parametrize("return_time", ["08:30", "09:00"])
def test_a_dispute_that_would_be_too_early_waits_for_the_clearing(fresh_shop, return_time: str) -> None:
    """Also when both are due at one instant."""
    shop = fresh_shop(HelcimConfig(assumptions=Assumptions(return_time=return_time)))
    body = shop.payer()
    for days in (0, 4):
        id = shop.withdraw(body).json()["transaction"]["id"]
        shop.control.bank_answers(id, CONTEST, banking_days_after_approval=days)
    shop.control.advance(seconds=30 * 86400)
    assert sorted(happened(shop)) == [("clear", CLEARED)] * 2 + [("contest", CLEARED)] * 2


def test_a_day_that_is_past_is_at_once(shop) -> None:
    """The order came late, the answer must not be lost."""
    shop.control.advance(to=CLEARED)
    assert shop.control.bank_answers(shop.id, banking_days_after_approval=1) == CLEARED
    assert clearing(shop) == 4


def test_a_second_answer_is_refused_while_one_is_on_its_way(shop) -> None:
    """Two orders for one debit would be two returns. A scheduled one holds also against one at once."""
    shop.control.bank_answers(shop.id, banking_days_after_approval=7)
    shop.control.advance(to=CLEARED)
    for days in (None, 8):
        with pytest.raises(ControlRefused, match="answers at 2024-03-25"):
            shop.control.bank_answers(shop.id, banking_days_after_approval=days)
    shop.control.advance(seconds=30 * 86400)
    assert [kind for kind, _ in happened(shop)] == ["clear", "return"]


def test_a_debit_declined_in_the_meantime_has_nothing_to_return(shop) -> None:
    """The order stands for nothing then."""
    shop.control.bank_answers(shop.id, banking_days_after_approval=7)
    shop.control.decline(shop.id)
    shop.control.advance(seconds=30 * 86400)
    assert (happened(shop), shop.control.bank_report()) == ([], ())


def test_the_code_is_in_the_bank_report_and_not_at_the_vendor(shop) -> None:
    """No field of the vendor holds it; merchants learn it from their bank."""
    shop.control.advance(to=CLOSE)
    shop.control.bank_answers(shop.id, code="901")
    assert "901" not in str(shop.transaction(shop.id).values())
    (line,) = shop.control.bank_report(merchant="maple-books")
    assert (line.transaction_id, line.kind, line.code, line.at) == (shop.id, RETURN, "901", CLOSE)
    assert (line.amount_minor, line.currency) == (4995, "CAD")
    assert shop.control.bank_report(merchant="liberty-books") == ()
    (effect,) = shop.control.effects(kind="return")
    assert (effect.detail, effect.amount_minor) == ("901", 4995)


def test_the_code_is_shown_behind_a_switch(fresh_shop) -> None:
    """In case the vendor does."""
    shop = fresh_shop(HelcimConfig(assumptions=Assumptions(return_code_in_response_message=True)))
    id = shop.withdraw(shop.payer()).json()["transaction"]["id"]
    shop.control.advance(to=CLOSE)
    shop.control.bank_answers(id, code="901")
    assert shop.transaction(id)["responseMessage"] == "901"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("return", {"code": "R01"}, 400),
        ("return", {"code": "9001"}, 400),
        ("return", {"banking_days_after_approval": -1}, 400),
        ("return", {"banking_days_after_approval": 1001}, 400),
        ("return", {"day": 3}, 400),
        ("lose", {}, 404),
    ],
)
def test_a_wrong_order_is_refused(maple, path: str, body, status: int) -> None:
    """A code of the other country among them: no Canadian bank knows R01."""
    id = maple.withdraw(maple.payer()).json()["transaction"]["id"]
    path = f"/control/helcim/transactions/{id}/{path}"
    assert maple.http.post(maple.sandbox.url + path, json=body).status_code == status
    assert happened(maple) == []
    with pytest.raises(ControlRefused) as unknown:
        maple.control.bank_answers(1)
    assert unknown.value.status == 404


def test_american_codes_for_american_debits(american_shop, control) -> None:
    """R01 there, and a 901 is refused."""
    id = american_shop.withdraw(american_shop.payer()).json()["transaction"]["id"]
    with pytest.raises(ControlRefused, match="no return code of US"):
        control.bank_answers(id, code="901", banking_days_after_approval=5)
    assert control.bank_answers(id, code="R01", banking_days_after_approval=5) is not None
