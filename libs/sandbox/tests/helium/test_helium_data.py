"""What a successful login opens: accounts, 90 days of history and an analysis that agree with each other."""

from datetime import date
from decimal import Decimal

import httpx2 as httpx
import pytest
from bankrails_sandbox.helium.lenders import HeliumConfig, Lender

DAY = 86_400
READS = ["complete-response", "profile-identity", "transaction-history"]


@pytest.fixture
def opened(helium) -> tuple[str, dict]:
    session = helium.session("user_good")
    return session, helium.read("complete-response", session).json()


@pytest.mark.parametrize("what", READS)
def test_there_is_no_data_before_success(helium, what: str) -> None:
    """Neither during a challenge nor after a failure, and none of a stranger."""
    asked = helium.session("user_mfa")
    assert helium.read(what, asked).json()["error"]["code"] == "session_not_ready"
    down = helium.session("user_down")
    assert helium.read(what, down).status_code == 409
    assert helium.read(what, "ses_none").json()["error"]["code"] == "session_not_found"


@pytest.mark.parametrize("what", READS)
def test_data_can_be_read_for_a_day_and_no_longer(helium, opened, what: str) -> None:
    """Half-open: at 24 hours the window is closed, and the person logs in again."""
    session, body = opened
    query = {"account_id": body["accounts"][0]["account_id"]}
    helium.sandbox.control.advance(seconds=DAY - 1)
    assert helium.read(what, session, **query).status_code == 200
    helium.sandbox.control.advance(seconds=1)
    answer = helium.read(what, session, **query)
    assert (answer.status_code, answer.json()["error"]["code"]) == (410, "session_expired")
    assert [effect.reference for effect in helium.control.effects(kind="helium.session_closed")] == [session]


def test_a_deleted_session_is_unknown(helium, opened) -> None:
    """Purging is the lender's duty when it has what it needs."""
    session, _ = opened
    assert helium.http.delete(f"/rest/bank/sessions/{session}").status_code == 204
    assert helium.read("complete-response", session).status_code == 404
    assert helium.http.delete(f"/rest/bank/sessions/{session}").status_code == 404


def test_a_session_belongs_to_the_key_that_made_it(helium, opened, sandbox) -> None:
    """To anyone else it is as unknown as one that never was."""
    session, _ = opened
    stranger = {"authorization": "Bearer helium-other-key"}
    for method, path in (
        ("GET", f"authorization/{session}"),
        ("GET", f"complete-response/{session}"),
        ("DELETE", f"sessions/{session}"),
    ):
        url = f"{sandbox.helium_url}/rest/bank/{path}"
        assert httpx.request(method, url, headers=stranger, verify=False).status_code == 404


def test_there_are_a_chequing_and_a_savings_account_that_eft_can_reach(helium, opened) -> None:
    """With full numbers, which fund a payment, and the same ones at every login."""
    _, body = opened
    chequing, savings = body["accounts"]
    assert (chequing["type"], savings["type"]) == ("chequing", "savings")
    for account in (chequing, savings):
        assert (account["institution_number"], account["transit_number"]) == ("003", "10202")
        assert account["account_number"].isdigit()
        assert 7 <= len(account["account_number"]) <= 12
        assert account["holder_name"] == body["profile"]["name"] == "Ada Martin"
    again = helium.read("complete-response", helium.session("user_good")).json()
    assert [each["account_number"] for each in again["accounts"]] == [
        each["account_number"] for each in body["accounts"]
    ]
    assert again["accounts"][0]["account_id"] != chequing["account_id"]
    other = helium.read("complete-response", helium.session("user_slow_not")).json()
    assert other["accounts"][0]["account_number"] != chequing["account_number"]


def test_balances_follow_from_the_transactions(opened) -> None:
    """Counted back from today's, to the cent."""
    for account in opened[1]["accounts"]:
        balance = Decimal(account["balance_current"])
        for transaction in account["transactions"]:
            assert Decimal(transaction["balance"]) == balance
            assert (transaction["debit"] is None) != (transaction["credit"] is None)
            balance -= Decimal(transaction["credit"] or 0) - Decimal(transaction["debit"] or 0)
        dates = [transaction["date"] for transaction in account["transactions"]]
        assert dates == sorted(dates, reverse=True)
        fetched_on = date.fromisoformat(opened[1]["fetched_at"][:10])
        assert (fetched_on - date.fromisoformat(dates[-1])).days < 90
        assert date.fromisoformat(dates[0]) <= fetched_on


def test_the_analysis_counts_what_the_history_shows(opened) -> None:
    """Payroll, NSF and a stopped payment are in any 90 days, so a lender's rules have something to find."""
    body = opened[1]
    everything = [transaction for account in body["accounts"] for transaction in account["transactions"]]
    counts = {
        category: [each for each in everything if each["category"] == category]
        for category in ("nsf", "stop_payment", "payroll")
    }
    analysis = body["analysis"]
    assert analysis["nsf_count_90d"] == len(counts["nsf"]) >= 1
    assert analysis["stop_payment_count_90d"] == len(counts["stop_payment"]) >= 1
    assert analysis["payroll"][0]["last_date"] == counts["payroll"][0]["date"]
    assert Decimal(analysis["payroll"][0]["amount"]) == Decimal(counts["payroll"][0]["credit"])
    assert 0 <= Decimal(analysis["loan_payback_ratio"]) <= 1
    assert Decimal(analysis["average_balance_30d"]) > 0


def test_history_comes_in_pages_that_miss_nothing(helium, opened) -> None:
    """All pages together are the account's history."""
    session, body = opened
    account = body["accounts"][0]
    found, page = [], 1
    while True:
        answer = helium.read("transaction-history", session, account_id=account["account_id"], page=page, page_size=20)
        rows = answer.json()["transactions"]
        if not rows:
            break
        found, page = found + rows, page + 1
    assert found == account["transactions"]
    assert answer.json()["total"] == len(found) > 20
    days = {"from": found[-5]["date"], "to": found[5]["date"]}
    between = helium.read("transaction-history", session, account_id=account["account_id"], **days).json()
    assert between["transactions"] == [row for row in found if days["from"] <= row["date"] <= days["to"]]


@pytest.mark.parametrize(
    "query",
    [
        {"account_id": "acc_none"},
        {"from": "2024-03-02", "to": "2024-03-01"},
        {"from": "yesterday"},
        {"page": "0"},
        {"page_size": "501"},
    ],
)
def test_a_wrong_query_is_refused(helium, opened, query: dict) -> None:
    """Never answered with something else than was asked for."""
    session, body = opened
    known = {"account_id": body["accounts"][0]["account_id"]}
    answer = helium.read("transaction-history", session, **known | query)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")
    assert helium.read("transaction-history", session).status_code == 400


def test_at_another_bank_the_account_is_of_that_bank(fresh_helium) -> None:
    """Only the test bank, whose own number is nobody's, lends itself the branch of another."""
    helium = fresh_helium(HeliumConfig(lenders=(Lender("shop", "helium-sandbox-key"),)))
    session = helium.start("user_good", institution="td").json()["session_id"]
    body = helium.read("complete-response", session).json()
    assert body["institution"] == {"code": "td", "name": "TD Canada Trust"}
    assert {account["institution_number"] for account in body["accounts"]} == {"004"}
