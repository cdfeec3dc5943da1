"""What people and the processor do at the vendor without asking us, and where the vendor itself errs."""

import pytest
from bankrails_sandbox import BankAnswerKind, ControlRefused

DAY = 86400


@pytest.fixture
def pending(shop) -> int:
    return shop.withdraw(shop.payer(accepted=False)).json()["transaction"]["id"]


@pytest.fixture
def approved(shop) -> int:
    return shop.withdraw(shop.payer()).json()["transaction"]["id"]


def status(shop, id: int) -> tuple[int, int, int]:
    row = shop.transaction(id)
    return row["statusAuth"], row["statusClearing"], row["statusBatch"]


def test_a_pending_row_is_let_through_or_ended(shop, pending) -> None:
    """5 to 1, without its PAD: in a batch from then on."""
    shop.control.approve(pending)
    assert status(shop, pending) == (1, 0, 1)
    assert shop.transaction(pending)["batchId"] > 0
    with pytest.raises(ControlRefused):
        shop.control.approve(pending)


def test_a_pad_accepted_after_the_portal_let_it_through_changes_nothing(shop) -> None:
    """It does not enter a batch twice."""
    body = shop.payer(accepted=False)
    id = shop.withdraw(body).json()["transaction"]["id"]
    shop.control.approve(id)
    shop.control.accept_pad(shop.pads(body["customerId"])[0]["id"])
    (batch,) = shop.call("GET", "/ach/batches").json()["batches"]
    assert batch["countWithdrawals"] == 1


@pytest.mark.parametrize(
    ("act", "auth"), [("portal_cancel", 4), ("decline", 2), ("take_in_hand", 3)], ids=["5-4", "5-2", "5-3"]
)
def test_a_pending_row_ends_without_a_call(shop, pending, act: str, auth: int) -> None:
    """Seen by reading alone: the vendor announces nothing."""
    calls = shop.control.calls().total
    getattr(shop.control, act)(pending)
    assert shop.control.calls().total == calls
    assert shop.transaction(pending)["statusAuth"] == auth


@pytest.mark.parametrize(("act", "auth"), [("portal_void", 4), ("decline", 2)], ids=["1-4", "1-2"])
def test_an_approved_row_ends_before_its_close(shop, approved, act: str, auth: int) -> None:
    """After it, only a bank has a say."""
    getattr(shop.control, act)(approved)
    assert shop.transaction(approved)["statusAuth"] == auth
    rows = shop.call("GET", "/ach/transactions").json()
    assert [row["originalTransactionId"] for row in rows] == ([approved, 0] if auth == 4 else [0])
    other = shop.withdraw(shop.payer()).json()["transaction"]["id"]
    shop.control.advance(seconds=DAY)
    with pytest.raises(ControlRefused):
        getattr(shop.control, act)(other)


def test_a_row_in_progress_goes_on_or_ends(shop, pending) -> None:
    """3, which no document explains."""
    shop.control.take_in_hand(pending)
    assert [row["id"] for row in shop.call("GET", "/ach/transactions?statusAuth=IN_PROGRESS").json()] == [pending]
    shop.control.approve(pending)
    assert status(shop, pending) == (1, 0, 1)


def test_a_debit_made_in_the_portal_is_in_every_list_and_nobody_asked_for_it(shop) -> None:
    """What a reconciliation has to find: no call, no key, another user, in the batch's totals."""
    body = shop.payer()
    asked = shop.withdraw(body).json()["transaction"]["id"]
    id = shop.control.portal_withdraw("maple-books", body["bankAccountId"], 1234)
    row = shop.transaction(id)
    assert (row["amount"], row["transactionType"], row["statusAuth"]) == (12.34, 1, 1)
    assert row["userId"] != 0
    assert [each["id"] for each in shop.call("GET", "/ach/transactions?users=0").json()] == [asked]
    assert [each["id"] for each in shop.call("GET", f"/ach/transactions?users={row['userId']}").json()] == [id]
    (batch,) = shop.call("GET", "/ach/batches").json()["batches"]
    assert (batch["amountWithdrawals"], batch["countWithdrawals"]) == (62.29, 2)
    effect = shop.control.effects(kind="withdraw")[-1]
    assert (effect.id, effect.detail, effect.idempotency_key, effect.call_ids) == (id, "portal", None, [])
    for wrong in (("maple-books", 1, 5), ("no-books", body["bankAccountId"], 5), ("maple-books", 41992, 0)):
        with pytest.raises(ControlRefused):
            shop.control.portal_withdraw(*wrong)


def test_a_refund_made_in_the_portal_points_back_like_any_other(shop, approved) -> None:
    """And takes from what is left to refund."""
    with pytest.raises(ControlRefused):
        shop.control.portal_refund(approved, 100)
    shop.control.advance(seconds=DAY)
    id = shop.control.portal_refund(approved, 4000)
    assert shop.transaction(id)["originalTransactionId"] == approved
    answer = shop.call("PUT", f"/ach/transactions/{approved}/refund", {"amount": 10}, **{"idempotency-key": shop.key()})
    assert answer.status_code == 400


def test_a_dispute_can_end_well(shop, approved) -> None:
    """From contested back to cleared; and a row can clear before its day."""
    with pytest.raises(ControlRefused):
        shop.control.clear(approved)
    shop.control.advance(seconds=DAY)
    shop.control.clear(approved)
    assert status(shop, approved) == (1, 1, 2)
    shop.control.bank_answers(approved, BankAnswerKind.CONTEST)
    assert status(shop, approved) == (1, 3, 2)
    shop.control.clear(approved)
    assert status(shop, approved) == (1, 1, 2)
    shop.control.advance(seconds=10 * DAY)
    assert len(shop.control.effects(kind="clear")) == 2


def test_a_row_that_the_vendor_lost_is_in_no_answer(shop, approved) -> None:
    """A payment that we have and the vendor has not; its batch counts it still."""
    other = shop.withdraw(shop.payer()).json()["transaction"]["id"]
    shop.control.hide(approved)
    assert [row["id"] for row in shop.call("GET", "/ach/transactions").json()] == [other]
    assert shop.call("GET", f"/ach/transactions/{approved}").status_code == 400
    assert shop.call("GET", "/ach/batches").json()["batches"][0]["countWithdrawals"] == 2
    shop.control.show(approved)
    assert [row["id"] for row in shop.call("GET", "/ach/transactions").json()] == [other, approved]


def test_a_batchs_totals_can_be_wrong(shop, approved) -> None:
    """By so much, until they are put right: what a proof from the members must find."""
    (right,) = shop.call("GET", "/ach/batches").json()["batches"]
    shop.control.miscount(right["batchId"], amount_withdrawals_minor=1000, count_refunded=2)
    (wrong,) = shop.call("GET", "/ach/batches").json()["batches"]
    assert wrong == right | {"amountWithdrawals": 59.95, "countRefunded": 2}
    shop.control.advance(seconds=DAY)
    assert shop.call("GET", "/ach/batches").json()["batches"][0]["amountWithdrawals"] == 59.95
    shop.control.miscount(right["batchId"])
    assert shop.call("GET", "/ach/batches").json()["batches"][0]["amountWithdrawals"] == 49.95
    with pytest.raises(ControlRefused):
        shop.control.miscount(1, count_refunded=1)


def test_a_pad_can_be_put_into_the_pair_that_no_document_has(shop) -> None:
    """Active and never accepted: shown as it is, usable for nothing."""
    body = shop.payer()
    (pad,) = shop.pads(body["customerId"])
    shop.control.contradict_pad(pad["id"])
    (shown,) = shop.pads(body["customerId"])
    assert (shown["accepted"], shown["status"]) == (0, 1)
    (account,) = shop.call("GET", f"/customers/{body['customerId']}/bank-accounts").json()
    assert account["ready"] == 0
    assert shop.withdraw(body).json()["transaction"]["statusAuth"] == 5


def test_an_account_becomes_one_that_holds_funding_while_it_runs(shop, approved) -> None:
    """Also for what is on its way already."""
    shop.control.advance(seconds=DAY)
    shop.control.switch_merchant("maple-books", test_account=True)
    shop.control.advance(seconds=30 * DAY)
    assert status(shop, approved) == (1, 0, 2)


def test_every_effect_is_counted_by_its_kind(shop, approved, pending) -> None:
    """Withdrawals, refunds, voids, cancels, settles and mails: the truth that a run is compared with."""

    def act(method: str, path: str, body=None) -> None:
        assert shop.call(method, path, body, **{"idempotency-key": shop.key()}).status_code == 200

    other = shop.withdraw(shop.payer()).json()["transaction"]
    act("PUT", f"/ach/transactions/{approved}/void")
    act("PATCH", f"/ach/transactions/{pending}/cancel")
    act("PUT", f"/ach/batches/{other['batchId']}/settle")
    act("PUT", f"/ach/transactions/{other['id']}/refund", {"amount": 1})
    counts: dict[str, int] = {}
    for effect in shop.control.effects():
        counts[effect.kind] = counts.get(effect.kind, 0) + 1
    wanted = {"withdraw": 3, "void": 1, "cancel": 1, "settle-batch": 1, "close-batch": 1, "refund": 1, "mail": 3}
    assert {kind: counts[kind] for kind in wanted} == wanted
