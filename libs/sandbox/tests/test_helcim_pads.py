"""PAD agreements (Helcim guide: ACH Payment API; devdocs.helcim.com/docs/pad-agreements)."""

import pytest
from bankrails_sandbox import Assumptions, ControlRefused, HelcimConfig

ZERO = "0000-00-00 00:00:00"


@pytest.fixture
def payer(shop):
    """A customer with one account; `put` updates its newest PAD and returns it as read back."""

    class Payer:
        customer = shop.customer()
        account = shop.account(customer)
        base = f"/customers/{customer}/bank-accounts/{account}"

        def path(self) -> str:
            return f"{self.base}/pads/{shop.pads(self.customer)[-1]['id']}"

        def put(self, **body):
            return shop.call("PUT", self.path(), body)

        def pad(self) -> dict:
            return shop.call("GET", self.path()).json()["pad"]

        def state(self) -> tuple[int, int]:
            return self.pad()["accepted"], self.pad()["status"]

        def ready(self) -> int:
            return shop.call("GET", self.base).json()["ready"]

        def body(self) -> dict:
            return {"bankAccountId": self.account, "customerId": self.customer, "amount": 10, "currencyId": 1}

    return Payer()


def test_a_customer_without_pads_gets_204_and_no_body(shop) -> None:
    """Not an empty list."""
    answer = shop.call("GET", f"/customers/{shop.customer()}/pads")
    assert (answer.status_code, answer.content) == (204, b"")


def test_a_new_pad_is_not_accepted(payer) -> None:
    """0/2, and the account is not ready."""
    assert (payer.state(), payer.ready()) == ((0, 2), 0)


@pytest.mark.parametrize(("corporate", "type"), [(1, 1), (2, 2)])
def test_the_type_follows_the_account(shop, corporate: int, type: int) -> None:
    """1 personal, 2 business."""
    customer = shop.customer()
    shop.account(customer, accountCorporate=corporate)
    assert shop.pads(customer)[0]["type"] == type


def test_the_customers_approval_makes_it_usable(payer, shop, control) -> None:
    """1/1, dated, the account ready; by the mail, so the merchant did not authorize it."""
    control.accept_pad(payer.pad()["id"])
    pad = payer.pad()
    assert (payer.state(), payer.ready(), pad["merchantAuthorized"]) == ((1, 1), 1, 0)
    assert pad["dateAccepted"] == pad["dateEarliestDebit"] == pad["dateUpdated"] != ZERO
    assert pad["dateRevoked"] == ZERO


def test_the_merchant_may_accept_by_put(payer) -> None:
    """Paper agreements; the single object comes back."""
    answer = payer.put(accepted=1, status=1, ipAddress="203.0.113.7", type=2, somethingElse=True)
    assert answer.status_code == 200
    assert answer.json()["pad"] == payer.pad()
    assert (payer.state(), payer.ready(), payer.pad()["ipAddress"], payer.pad()["type"]) == (
        (1, 1),
        1,
        "203.0.113.7",
        2,
    )


def test_revoking_takes_the_accounts_readiness(payer, control) -> None:
    """1/2: it was accepted once."""
    payer.put(accepted=1, status=1)
    control.revoke_pad(payer.pad()["id"])
    assert (payer.state(), payer.ready()) == ((1, 2), 0)
    assert payer.pad()["dateRevoked"] != ZERO
    with pytest.raises(ControlRefused, match="not active"):
        control.revoke_pad(payer.pad()["id"])


def test_the_undocumented_pair_is_kept_as_not_accepted(payer) -> None:
    """accepted 0 with status 1 is in no document."""
    payer.put(accepted=0, status=1)
    assert payer.state() == (0, 2)
    payer.put(accepted=1, status=1)
    payer.put(accepted=0)
    assert (payer.state(), payer.ready()) == ((0, 2), 0)


def test_at_most_one_pad_of_an_account_is_active(payer, shop, control) -> None:
    """A second activation is refused; after the first is revoked it is not."""
    first = payer.pad()["id"]
    shop.call("GET", f"/customers/{payer.customer}/bank-accounts/request-new")
    control.accept_pad(first)
    answer = payer.put(accepted=1, status=1)
    assert (answer.status_code, list(answer.json())) == (400, ["message"])
    control.revoke_pad(first)
    assert payer.put(accepted=1, status=1).status_code == 200
    assert [(pad["accepted"], pad["status"]) for pad in shop.pads(payer.customer)] == [(1, 2), (1, 1)]


@pytest.mark.parametrize(
    "body", [{"accepted": 2}, {"accepted": True}, {"status": 0}, {"type": 3}, {"ipAddress": 5}, {"status": None}, []]
)
def test_a_bad_update_changes_nothing(payer, shop, body) -> None:
    """Checked whole before anything is changed."""
    before = payer.pad()
    assert shop.call("PUT", payer.path(), body).status_code == 400
    assert payer.pad() == before


def test_a_pad_is_found_only_under_its_own_customer_and_account(payer, shop) -> None:
    """400 in shape D, as everything unknown on these paths."""
    pad = payer.pad()["id"]
    other = shop.account(payer.customer)
    for path in (
        f"/customers/{payer.customer}/bank-accounts/{other}/pads/{pad}",
        f"/customers/{shop.customer()}/bank-accounts/{payer.account}/pads/{pad}",
        f"{payer.base}/pads/1",
    ):
        answer = shop.call("GET", path)
        assert (answer.status_code, list(answer.json())) == (400, ["message"])


def test_a_debit_that_waited_goes_through_on_acceptance(payer, shop, control) -> None:
    """Pending, in no batch; then approved, in the open one."""
    id = shop.withdraw(payer.body()).json()["transaction"]["id"]
    waiting = shop.transaction(id)
    assert (waiting["statusAuth"], waiting["batchId"]) == (5, 0)
    control.accept_pad(payer.pad()["id"])
    approved = shop.transaction(id)
    assert (approved["statusAuth"], approved["statusClearing"], approved["statusBatch"]) == (1, 0, 1)
    assert approved["batchId"] > 0
    assert shop.debits() == 1
    assert [effect.id for effect in control.effects(kind="approve")] == [id]


def test_a_debit_stays_pending_when_the_pad_is_revoked_and_waits_for_the_next(payer, shop, control) -> None:
    """Revocation cancels nothing, and approved rows are not taken back."""
    control.accept_pad(payer.pad()["id"])
    approved = shop.withdraw(payer.body()).json()["transaction"]["id"]
    control.revoke_pad(payer.pad()["id"])
    pending = shop.withdraw(payer.body()).json()["transaction"]["id"]
    assert [shop.transaction(id)["statusAuth"] for id in (approved, pending)] == [1, 5]
    shop.call("GET", f"/customers/{payer.customer}/bank-accounts/request-new")
    control.accept_pad(payer.pad()["id"])
    assert shop.transaction(pending)["statusAuth"] == 1


def test_the_first_debit_date_can_lag_acceptance(fresh_shop) -> None:
    """Older help spoke of three days in Canada."""
    shop = fresh_shop(HelcimConfig(assumptions=Assumptions(earliest_debit_days=3)))
    customer = shop.customer()
    shop.account(customer)
    shop.control.accept_pad(shop.pads(customer)[0]["id"])
    (pad,) = shop.pads(customer)
    assert (pad["dateAccepted"], pad["dateEarliestDebit"]) == ("2024-03-14 16:51:38", "2024-03-17 16:51:38")
