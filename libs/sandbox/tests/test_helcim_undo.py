"""Refund, void and cancel: each fits one pair of statuses, and what they make is a transaction of its own."""

import re

import pytest
from bankrails_sandbox import BankAnswerKind, ControlRefused

DAY = 86400


def undo(shop, id: int, how: str, amount: float | None = None, key: str | None = None):
    body = {"amount": amount} if amount is not None else None
    method = "PATCH" if how == "cancel" else "PUT"
    return shop.call(method, f"/ach/transactions/{id}/{how}", body, **{"idempotency-key": key or shop.key()})


def new_id(answer) -> int:
    assert answer.status_code == 200, answer.text
    return int(re.findall(r"#(\d+)", answer.json()["message"])[-1])


def made(shop, **fields) -> int:
    return shop.withdraw(shop.payer() | fields).json()["transaction"]["id"]


def approved(shop) -> int:
    return made(shop)


def closed(shop) -> int:
    id = made(shop)
    shop.control.advance(seconds=DAY)
    return id


def pending(shop) -> int:
    return shop.withdraw(shop.payer(accepted=False)).json()["transaction"]["id"]


def declined(shop) -> int:
    id = approved(shop)
    shop.control.decline(id)
    return id


def cancelled(shop) -> int:
    id = pending(shop)
    shop.control.portal_cancel(id)
    return id


def in_progress(shop) -> int:
    id = pending(shop)
    shop.control.take_in_hand(id)
    return id


def batch(shop, id: int) -> dict:
    (found,) = [each for each in shop.call("GET", "/ach/batches").json()["batches"] if each["batchId"] == id]
    return found


MAY = {approved: "void", closed: "refund", pending: "cancel", declined: None, cancelled: None, in_progress: None}


@pytest.mark.parametrize("how", ["refund", "void", "cancel"])
@pytest.mark.parametrize("row", MAY)
def test_each_state_takes_one_of_the_three_at_most(shop, row, how: str) -> None:
    """The truth table, every pair of it; a refusal changes nothing."""
    id = row(shop)
    before = shop.transaction(id)
    answer = undo(shop, id, how, 1 if how == "refund" else None)
    if MAY[row] == how:
        assert answer.status_code == 200, answer.text
    else:
        assert answer.status_code == 400
        assert f"#{id} cannot be" in answer.json()["message"]
        assert shop.transaction(id) == before
        assert len(shop.call("GET", "/ach/transactions").json()) == 1


@pytest.mark.parametrize("how", ["refund", "void", "cancel"])
def test_an_unknown_transaction_is_400(shop, how: str) -> None:
    """No 404 is declared for anything under /ach; another merchant's is unknown, too."""
    for id in (1, 0, "x", "9" * 30):
        answer = undo(shop, id, how, 1 if how == "refund" else None)
        assert (answer.status_code, answer.json()) == (400, {"message": "Transaction not found."})


def test_another_merchants_transaction_is_unknown(shop, american_shop) -> None:
    """Ids are of one sequence, rights are not."""
    assert undo(american_shop, approved(shop), "void").status_code == 400


def test_a_refund_is_a_row_of_its_own_in_the_open_batch(shop) -> None:
    """Told by a sentence; the row points back, and the original stays as it was."""
    id = closed(shop)
    before = shop.transaction(id)
    answer = undo(shop, id, "refund", 10.5)
    made_id = new_id(answer)
    assert answer.json() == {
        "message": f"Successfully refunded transaction ID #{id}. Refund transaction ID #{made_id} created."
    }
    row = shop.transaction(made_id)
    assert (row["transactionType"], row["originalTransactionId"], row["amount"]) == (5, id, 10.5)
    assert (row["statusAuth"], row["statusClearing"], row["statusBatch"]) == (1, 0, 1)
    assert row["bankAccountId"] == before["bankAccountId"]
    assert row["batchId"] != before["batchId"]
    assert shop.transaction(id) == before
    entered = batch(shop, row["batchId"])
    assert (entered["amountRefunded"], entered["countRefunded"], entered["countWithdrawals"]) == (10.5, 1, 0)
    (effect,) = shop.control.effects(kind="refund")
    assert (effect.id, effect.amount_minor, effect.times) == (made_id, 1050, 1)


def test_refunds_stay_within_the_original_together(shop) -> None:
    """Each by itself is the guide's rule, together an assumption; what was voided gives its part free."""
    id = closed(shop)
    first = new_id(undo(shop, id, "refund", 40))
    assert undo(shop, id, "refund", 9.96).status_code == 400
    assert undo(shop, id, "refund", 9.95).status_code == 200
    assert undo(shop, id, "refund", 0.01).status_code == 400
    new_id(undo(shop, first, "void"))
    assert undo(shop, id, "refund", 40).status_code == 200
    assert undo(shop, id, "refund", 0.01).status_code == 400


@pytest.mark.parametrize("amount", [49.96, 0, -1, "1", True, None, 1.005, [], 1e30])
def test_a_refund_takes_an_amount_up_to_the_original(shop, amount) -> None:
    """Above it, or none at all."""
    id = closed(shop)
    answer = shop.call("PUT", f"/ach/transactions/{id}/refund", {"amount": amount}, **{"idempotency-key": shop.key()})
    assert answer.status_code == 400
    assert shop.control.effects(kind="refund") == ()


def test_a_refund_settles_like_a_payment_and_can_come_back(shop) -> None:
    """Closed with its batch, cleared days later; or returned, as the account may be gone by then."""
    id = closed(shop)
    one, other = (new_id(undo(shop, id, "refund", 5)) for _ in range(2))
    shop.control.advance(seconds=DAY)
    assert shop.transaction(one)["statusBatch"] == 2
    shop.control.bank_answers(other, code="902")
    shop.control.advance(seconds=10 * DAY)
    assert (shop.transaction(one)["statusClearing"], shop.transaction(other)["statusClearing"]) == (1, 4)
    (line,) = shop.control.bank_report()
    assert (line.transaction_id, line.code, line.amount_minor) == (other, "902", 500)
    with pytest.raises(ControlRefused, match="no approved"):
        shop.control.bank_answers(one, BankAnswerKind.CONTEST)


def test_a_returned_debit_is_not_refunded(shop) -> None:
    """The money is back already: a refund would be the second loss."""
    id = closed(shop)
    shop.control.bank_answers(id, code="901")
    assert undo(shop, id, "refund", 1).status_code == 400


def test_a_void_cancels_the_debit_and_makes_a_reversal(shop) -> None:
    """It leaves the batch's withdrawals, and its reversal is counted; no bank sees either."""
    other = approved(shop)
    id = made(shop, amount=20)
    answer = undo(shop, id, "void")
    made_id = new_id(answer)
    assert answer.json() == {
        "message": f"Successfully voided transaction ID #{id}. Void transaction ID #{made_id} created."
    }
    row, original = shop.transaction(made_id), shop.transaction(id)
    assert (row["transactionType"], row["originalTransactionId"], row["amount"], row["statusAuth"]) == (4, id, 20, 1)
    assert (original["statusAuth"], original["batchId"]) == (4, row["batchId"])
    shown = batch(shop, row["batchId"])
    assert (shown["amountWithdrawals"], shown["countWithdrawals"]) == (49.95, 1)
    assert (shown["amountReversed"], shown["countReversed"]) == (20, 1)
    shop.control.advance(seconds=10 * DAY)
    assert batch(shop, row["batchId"]) == {**shown, "statusBatch": 2, "dateClosed": shop.transaction(id)["dateClosed"]}
    assert [shop.transaction(each)["statusClearing"] for each in (other, id, made_id)] == [1, 0, 0]
    assert undo(shop, id, "void").status_code == 400
    (effect,) = shop.control.effects(kind="void")
    assert (effect.id, effect.amount_minor) == (made_id, 2000)


def test_what_undoes_cannot_be_undone_again(shop) -> None:
    """Save a refund in the open batch, which can be voided."""
    id = closed(shop)
    refund = new_id(undo(shop, id, "refund", 5))
    reversal = new_id(undo(shop, refund, "void"))
    assert undo(shop, reversal, "void").status_code == 400
    later = new_id(undo(shop, id, "refund", 5))
    shop.control.advance(seconds=DAY)
    for each in (later, reversal):
        assert undo(shop, each, "refund", 1).status_code == 400
        assert undo(shop, each, "void").status_code == 400


def test_a_cancel_makes_no_transaction_and_its_pad_comes_too_late(shop) -> None:
    """The row waits no longer."""
    body = shop.payer(accepted=False)
    id = shop.withdraw(body).json()["transaction"]["id"]
    answer = undo(shop, id, "cancel")
    assert answer.json() == {"message": f"Successfully cancelled ACH transaction #{id}."}
    shop.control.accept_pad(shop.pads(body["customerId"])[0]["id"])
    assert shop.transaction(id)["statusAuth"] == 4
    assert len(shop.call("GET", "/ach/transactions").json()) == 1
    assert [effect.id for effect in shop.control.effects(kind="cancel")] == [id]


@pytest.mark.parametrize(("row", "how"), [(closed, "refund"), (approved, "void"), (pending, "cancel")])
def test_a_repeat_under_the_key_gets_the_first_answer_for_five_minutes(shop, row, how: str) -> None:
    """Then it is a new intent: a second refund, where there is room for one, and a refusal elsewhere."""
    id, key = row(shop), shop.key()
    amount = 20 if how == "refund" else None
    first = undo(shop, id, how, amount, key)
    assert undo(shop, id, how, amount, key).json() == first.json()
    assert len(shop.control.effects(kind=how)) == 1
    if how == "refund":
        assert undo(shop, id, how, 21, key).status_code == 409
    other = row(shop) if how == "cancel" else None
    if other:
        assert undo(shop, other, how, amount, key).status_code == 409
    shop.control.advance(seconds=301)
    again = undo(shop, id, how, amount, key)
    assert again.status_code == (200 if how == "refund" else 400)
    assert len(shop.control.effects(kind=how)) == (2 if how == "refund" else 1)


@pytest.mark.parametrize("how", ["refund", "void", "cancel"])
def test_no_key_no_undoing(shop, how: str) -> None:
    """Required on each of them."""
    id = closed(shop)
    method = "PATCH" if how == "cancel" else "PUT"
    answer = shop.call(method, f"/ach/transactions/{id}/{how}", {"amount": 1})
    assert (answer.status_code, answer.json()) == (400, {"message": "Missing or invalid idempotency-key."})


def test_a_void_after_five_oclock_is_refused_and_a_refund_taken(shop) -> None:
    """The race at the close: read again, then the other one fits."""
    id = approved(shop)
    shop.control.advance(seconds=DAY)
    assert undo(shop, id, "void").status_code == 400
    assert shop.transaction(id)["statusBatch"] == 2
    assert undo(shop, id, "refund", 49.95).status_code == 200


def test_on_an_account_that_holds_funding_rows_are_voided_after_tests(fresh_shop) -> None:
    """A developer test account: its batches close, nothing clears, and what is open can be voided."""
    shop = fresh_shop(test_account=True)
    id, open_ = closed(shop), approved(shop)
    refund = new_id(undo(shop, id, "refund", 1))
    new_id(undo(shop, open_, "void"))
    shop.control.advance(seconds=60 * DAY)
    assert [shop.transaction(each)["statusClearing"] for each in (id, refund)] == [0, 0]
    assert shop.transaction(id)["test"] == 1
