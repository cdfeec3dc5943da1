"""What each job brings, and when one may start (docs.mx.com, Platform API: errors, aggregation, verification)."""

from decimal import Decimal

import pytest
from bankrails_sandbox.mx.assumptions import Assumptions
from bankrails_sandbox.mx.clients import MxConfig
from bankrails_sandbox.mx.vocabulary import JobType
from bankrails_sandbox.routing_numbers import passes_aba_check

ALL = {"data_request": {"products": ["account_verification", "identity_verification", "transactions"]}}


def rows(mx, member: str, what: str, **query) -> list[dict]:
    answer = mx.call("GET", f"{member}/{what}", params={"records_per_page": 1000} | query)
    assert answer.status_code == 200, answer.text
    return answer.json()[what]


def counts(mx, member: str) -> dict[str, bool]:
    return {
        what: bool(rows(mx, member, what)) for what in ("accounts", "account_numbers", "account_owners", "transactions")
    }


@pytest.mark.parametrize(
    ("call", "status", "brings"),
    [
        ("aggregate", 202, {"transactions"}),
        ("verify", 200, {"account_numbers"}),
        ("identify", 202, {"account_owners"}),
        ("check_balance", 202, set()),
        ("extend_history", 202, {"transactions"}),
    ],
)
def test_each_job_brings_its_own_and_the_accounts(open_mx, call: str, status: int, brings: set) -> None:
    """A member made with `skip_aggregation` has nothing until one has run."""
    mx = open_mx(version="v20111101")
    created = mx.create(skip_aggregation=True)
    assert (created.status_code, created.json()["member"]["is_being_aggregated"]) == (200, False)
    member = f"{mx.user}/members/{created.json()['member']['guid']}"
    assert not any(counts(mx, member).values())
    assert mx.control.attempts("mxuser") == 0
    assert mx.call("POST", f"{member}/{call}").status_code == status
    mx.settle()
    assert counts(mx, member) == {
        "account_numbers": False,
        "account_owners": False,
        "transactions": False,
    } | dict.fromkeys(brings | {"accounts"}, True)


def test_one_combined_job_brings_all_that_was_asked_for(mx) -> None:
    """One login at the bank instead of three."""
    member = mx.member(top=ALL)
    mx.settle()
    assert all(counts(mx, member).values())
    assert mx.control.attempts("mxuser") == 1
    assert mx.control.members()[0].job.type is JobType.COMBINATION


def test_account_numbers_can_be_paid_to(mx) -> None:
    """A routing number that passes the ABA check, full digits, and an owner to compare with the applicant."""
    member = mx.member(top=ALL)
    mx.settle()
    checking, savings = rows(mx, member, "accounts")
    assert (checking["type"], savings["type"]) == ("CHECKING", "SAVINGS")
    numbers = {number["account_guid"]: number for number in rows(mx, member, "account_numbers")}
    owners = {owner["account_guid"]: owner["owner_name"] for owner in rows(mx, member, "account_owners")}
    for account in (checking, savings):
        number = numbers[account["guid"]]
        assert passes_aba_check(number["routing_number"])
        assert 8 <= len(number["account_number"]) <= 12
        assert account["account_number"] == f"XXXXXX{number['account_number'][-4:]}"
        assert owners[account["guid"]] == "Dana Whitfield"
    mx.call("DELETE", member)
    again = mx.member(top=ALL)
    mx.settle()
    assert {number["account_number"] for number in rows(mx, again, "account_numbers")} == {
        number["account_number"] for number in numbers.values()
    }


def test_accounts_are_reached_from_the_user_and_one_by_one(mx) -> None:
    """The same object at each address."""
    member = mx.member(top=ALL)
    mx.settle()
    checking = rows(mx, member, "accounts")[0]
    path = f"{mx.user}/accounts/{checking['guid']}"
    assert mx.call("GET", f"{member}/accounts/{checking['guid']}").json() == {"account": checking}
    assert mx.call("GET", path).json() == {"account": checking}
    assert mx.call("GET", f"{mx.user}/accounts").json()["accounts"][0] == checking
    (number,) = mx.call("GET", f"{path}/account_numbers").json()["account_numbers"]
    assert number == rows(mx, member, "account_numbers")[0]
    assert mx.call("GET", f"{mx.user}/accounts/ACT-none").status_code == 404


def test_transactions_are_positive_and_come_in_pages(mx) -> None:
    """The sign is in the type. By default 120 days back."""
    member = mx.member()
    mx.settle()
    everything = rows(mx, member, "transactions")
    assert all(Decimal(str(row["amount"])) > 0 and row["type"] in ("CREDIT", "DEBIT") for row in everything)
    assert any(row["is_direct_deposit"] for row in everything)
    first = mx.call("GET", f"{member}/transactions").json()
    assert first["pagination"] == {
        "current_page": 1,
        "per_page": 25,
        "total_entries": len(everything),
        "total_pages": -(-len(everything) // 25),
    }
    pages = [
        mx.call("GET", f"{member}/transactions", params={"page": page}).json()["transactions"]
        for page in range(1, first["pagination"]["total_pages"] + 1)
    ]
    assert [row for page in pages for row in page] == everything
    day = everything[0]["date"]
    assert {row["date"] for row in rows(mx, member, "transactions", from_date=day, to_date=day)} == {day}


@pytest.mark.parametrize(("asked", "given"), [("10", 10), ("1000", 1000), ("1001", 25), ("3", 10), ("x", 25)])
def test_a_page_above_the_maximum_is_of_the_default_size(mx, asked: str, given: int) -> None:
    """Documented, and no error."""
    member = mx.member()
    mx.settle()
    answer = mx.call("GET", f"{member}/transactions", params={"records_per_page": asked}).json()
    assert answer["pagination"]["per_page"] == given


def test_the_same_job_again_starts_nothing_and_another_is_a_conflict(mx) -> None:
    """202 and 409: neither is a reason to repeat."""
    member = mx.member()
    assert mx.call("POST", f"{member}/aggregate").status_code == 202
    assert mx.call("POST", f"{member}/verify").status_code == 409
    assert mx.control.attempts("mxuser") == 1
    mx.settle()
    assert mx.call("POST", f"{member}/verify").status_code == 200
    assert mx.control.attempts("mxuser") == 2


def test_an_aggregation_within_three_hours_starts_nothing(mx) -> None:
    """MX Bank is exempt."""
    for bank, attempts in (("mxcu_credential", 1), ("mxbank", 3)):
        member = mx.member(bank=bank)
        mx.settle()
        answer = mx.call("POST", f"{member}/aggregate")
        assert (answer.status_code, mx.control.attempts("mxuser")) == (202, attempts)
        mx.settle()
    mx.sandbox.control.advance(seconds=10_800)
    member = mx.call("GET", f"{mx.user}/members").json()["members"][0]["guid"]
    mx.call("POST", f"{mx.user}/members/{member}/aggregate")
    assert mx.control.attempts("mxuser") == 4


def test_how_long_a_job_takes_is_a_switch(fresh_mx) -> None:
    """A demonstration may want none of it."""
    quick = Assumptions(authenticate_seconds=0, import_seconds=0, finish_seconds=0, verify_status=202)
    mx = fresh_mx(MxConfig(assumptions=quick))
    member = mx.member()
    assert mx.status(member)["successfully_aggregated_at"] is not None
    assert mx.call("POST", f"{member}/verify").status_code == 202
