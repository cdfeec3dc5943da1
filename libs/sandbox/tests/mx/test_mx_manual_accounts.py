"""Accounts that a person tells of: they are the user's, at the Manual Institution, and no job touches them."""

from typing import Any

import pytest

MANUAL = {
    "name": "Cash at home",
    "account_type": "CASH",
    "balance": 120.5,
    "is_business": False,
    "nickname": "jar",
    "account_subtype": "NONE",
}


@pytest.fixture
def user(mx) -> str:
    return "/users/" + mx.call("POST", "/users", {"user": {"metadata": "m"}}).json()["user"]["guid"]


def create(mx, user: str, **fields: Any) -> Any:
    given = {name: value for name, value in (MANUAL | fields).items() if value is not None}
    return mx.call("POST", f"{user}/accounts", {"account": given})


def test_it_lands_under_a_member_at_the_manual_institution(mx, user: str) -> None:
    """One member for all of them; it is CONNECTED, nobody logs in to it, and its institution can be read."""
    first, second = (create(mx, user, name=name).json()["account"] for name in ("a", "b"))
    assert first["institution_guid"].startswith("INS-MANUAL")
    assert (first["is_manual"], first["type"], first["subtype"]) == (True, "CASH", "NONE")
    assert (first["balance"], first["is_business"], first["nickname"]) == (120.5, False, "jar")
    assert second["member_guid"] == first["member_guid"]
    (member,) = mx.call("GET", f"{user}/members").json()["members"]
    assert (member["guid"], member["is_manual"]) == (first["member_guid"], True)
    assert (member["connection_status"], member["is_being_aggregated"]) == ("CONNECTED", False)
    named = mx.call("GET", f"/institutions/{first['institution_code']}").json()["institution"]
    assert named["guid"] == first["institution_guid"]
    everywhere = mx.call("GET", "/institutions").json()["institutions"]
    assert first["institution_guid"] not in [bank["guid"] for bank in everywhere]
    for job in ("aggregate", "verify", "identify", "check_balance"):
        assert mx.call("POST", f"{user}/members/{member['guid']}/{job}").status_code == 400


def test_it_reads_like_one_that_was_logged_in_to(mx) -> None:
    """The same fields, in the same lists, told apart by is_manual."""
    member = mx.member()
    mx.settle()
    made = create(mx, mx.user).json()["account"]
    aggregated = mx.call("GET", f"{member}/accounts").json()["accounts"]
    assert set(made) == set(aggregated[0])
    listed = mx.call("GET", f"{mx.user}/accounts").json()["accounts"]
    assert listed == [*aggregated, made]
    for manual, expected in (("true", [made]), ("false", aggregated)):
        assert mx.call("GET", f"{mx.user}/accounts?is_manual={manual}").json()["accounts"] == expected
    path = f"{mx.user}/accounts/{made['guid']}"
    assert mx.call("GET", path).json()["account"] == made
    assert mx.call("GET", f"{mx.user}/members/{made['member_guid']}/accounts").json()["accounts"] == [made]
    for what in ("account_numbers", "transactions"):
        assert mx.call("GET", f"{path}/{what}").json()[what] == []


@pytest.mark.parametrize(
    "fields",
    [
        {"name": None},
        {"account_type": None},
        {"account_type": "cash"},
        {"account_type": 9},
        {"balance": "120.50"},
        {"balance": True},
        {"property_type": "3"},
        {"is_business": "no"},
        {"death_benefit": 1.5},
    ],
)
def test_a_wrong_one_is_refused_and_no_member_is_made(mx, user: str, fields: dict[str, Any]) -> None:
    """Amounts are numbers here, and texts in the widget."""
    assert create(mx, user, **fields).status_code == 400
    assert mx.call("GET", f"{user}/members").json()["members"] == []


def test_it_can_be_changed_and_deleted(mx, user: str) -> None:
    """Only manual ones can be deleted, and only by their user."""
    made = create(mx, user, account_type="PROPERTY", property_type="VEHICLE").json()["account"]
    path = f"{user}/members/{made['member_guid']}/accounts/{made['guid']}"
    mx.sandbox.control.advance(seconds=60)
    changed = mx.call("PUT", path, {"account": {"balance": 7, "is_hidden": True}}).json()["account"]
    assert (changed["balance"], changed["is_hidden"], changed["property_type"]) == (7, True, "VEHICLE")
    assert changed["updated_at"] > changed["created_at"] == made["created_at"]
    own = f"{user}/accounts/{made['guid']}"
    assert [mx.call("DELETE", own).status_code for _ in range(2)] == [204, 404]
    assert mx.call("GET", own).status_code == 404
    kinds = [effect.kind for effect in mx.control.effects() if "account" in effect.kind]
    assert kinds == ["mx.account_created", "mx.account_updated", "mx.account_deleted"]


def test_of_an_aggregated_one_only_what_is_the_persons_can_be_changed(mx) -> None:
    """The balance is the bank's word."""
    member = mx.member()
    mx.settle()
    account = mx.call("GET", f"{member}/accounts").json()["accounts"][0]
    path = f"{member}/accounts/{account['guid']}"
    assert mx.call("PUT", path, {"account": {"balance": 7}}).status_code == 400
    assert mx.call("PUT", path, {"account": {"is_hidden": True}}).json()["account"]["is_hidden"] is True
    assert mx.call("GET", path).json()["account"] == account | {"is_hidden": True}
    assert mx.call("DELETE", f"{mx.user}/accounts/{account['guid']}").status_code == 404
    assert mx.call("PUT", f"{member}/accounts/ACT-none", {"account": {"is_hidden": True}}).status_code == 404


def test_its_member_takes_it_along(mx, user: str) -> None:
    """As the members of a deleted user do."""
    made = create(mx, user).json()["account"]
    assert mx.call("DELETE", f"{user}/members/{made['member_guid']}").status_code == 204
    assert mx.call("GET", f"{user}/accounts").json()["accounts"] == []
