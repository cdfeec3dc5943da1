"""How many accounts a customer may have, and the one way beyond it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from accounts_service.domain.account_use import AccountUse
from accounts_service.domain.external_account import ExternalAccount
from accounts_service.domain.limit import places
from accounts_service.domain.program import Program
from accounts_service.handlers.rules import Rules
from accounts_service.vendor.new_account import NewHelixAccount
from bankrails_contracts.accounts import (
    ApproveOverLimit,
    ArchiveExternalAccount,
    ExternalAccountState,
    InitiateExternalAccount,
    LinkExternalAccount,
)
from bankrails_testkit.accounts_desk import AccountsDesk, Keys
from bankrails_testkit.engine import Published

HOLDER = {"holder_type": "personal", "first_name": "Ada", "last_name": "Lovelace"}
CHICAGO = Program(external_accounts_max=3, time_zone="America/Chicago")


def link(desk: AccountsDesk, number: int, kind: type[Any] = LinkExternalAccount, **fields: Any) -> list[Published]:
    """The `number`th account of one customer."""
    sealed = desk.keys.sealed(f"00012345670{number}")
    made: dict[str, Any] = {
        "external_account_id": f"external-{number}",
        "user_id": "ada",
        "account": {"country": "US", "routing_number": "121042882", "account_number": sealed},
        "account_type": "checking",
        "holder": HOLDER,
        "helix_customer_id": 1001,
    }
    return desk.send(kind.model_validate(made | fields))


def by_a_person(desk: AccountsDesk, number: int, tag: str | None) -> NewHelixAccount:
    return NewHelixAccount(
        customer_id=1001,
        account_number=f"00012345670{number}",
        routing_number="121042882",
        type="Checking",
        tag=tag,  # type: ignore[arg-type]  # a person may leave it out
    )


def approve(desk: AccountsDesk, number: int) -> list[Published]:
    return desk.send(ApproveOverLimit(external_account_id=f"external-{number}", by="m.okafor", reason="statement seen"))


STATES = {
    "LINKING": True,
    "UNVERIFIED": True,
    "VERIFY_LOCKED": True,
    "VERIFIED": True,
    "OVER_LIMIT": False,
    "APPROVED_OVER_LIMIT": False,
    "DENIED": False,
    "EXPIRED": False,
    "ARCHIVED": False,
    "REJECTED": False,
}


@pytest.mark.parametrize("state", ExternalAccountState)
def test_which_states_take_a_place(
    an_account: Callable[..., ExternalAccount], noon: datetime, state: ExternalAccountState
) -> None:
    """Written out a second time; what is on its way to the vendor has its place already."""
    found = places([an_account(state=state)], {}, 1, CHICAGO, noon)
    assert found.full is STATES[state]


@pytest.mark.parametrize(
    ("days", "hours", "counts"),
    [(0, 0, True), (89, 0, True), (90, 0, True), (90, 11, True), (90, 12, False), (91, 0, False), (400, 0, False)],
)
def test_an_archived_account_counts_for_ninety_calendar_days(
    an_account: Callable[..., ExternalAccount], noon: datetime, days: int, hours: int, counts: bool
) -> None:
    """By the bank's clock: 06:00 in Chicago is 18 hours before its midnight."""
    settled_at = noon
    now = noon + timedelta(days=days, hours=hours if hours < 12 else 18)
    archived = an_account(state=ExternalAccountState.ARCHIVED)
    uses = {archived.id: AccountUse(archived.id, settled_at)}
    assert places([archived], uses, 1, CHICAGO, now).full is counts
    assert not places([archived], {}, 1, CHICAGO, now).full


def test_the_limit_is_asked_before_the_vendor_and_both_answers_are_told(desk: AccountsDesk) -> None:
    """Ours may be the stricter one."""
    for number in (1, 2, 3):
        link(desk, number)
    desk.helix.becomes(4003, "Denied")  # not seen here yet
    (told,) = link(desk, 4)
    assert told.name == "account-limit-reached"
    assert (told.data["counted"], told.data["limit"], told.data["ours"], told.data["vendor_counted"]) == (3, 3, True, 2)
    assert [each["external_account_id"] for each in told.data["counts"]] == ["external-1", "external-2", "external-3"]
    assert desk.helix.calls.count("helix_create") == 3
    assert desk.account("external-4").state == "OVER_LIMIT"


@pytest.mark.parametrize("kind", [LinkExternalAccount, InitiateExternalAccount])
def test_the_vendors_own_no_is_understood(desk: AccountsDesk, kind: type[Any]) -> None:
    """It knows accounts that we do not: 62001 and 62609."""
    for number in (7, 8, 9):
        desk.helix.made_by_a_person(by_a_person(desk, number, f"other-{number}"))
    (told,) = link(desk, 1, kind)
    assert (told.name, told.data["counted"], told.data["ours"]) == ("account-limit-reached", 0, False)
    assert told.data["vendor_answer"].startswith("62001" if kind is LinkExternalAccount else "62609")


@pytest.mark.parametrize("tag", ["ours", None, "another"])
def test_an_approved_account_is_adopted_once_a_person_has_made_it(desk: AccountsDesk, tag: str | None) -> None:
    """By our tag, or else by masked number and bank; it says that it was adopted, and why it may be."""
    for number in (1, 2, 3, 4):
        link(desk, number)
    (approved,) = approve(desk, 4)
    assert (approved.name, approved.data["by"]) == ("over-limit-approved", "m.okafor")
    assert desk.advance(timedelta(hours=1)) == []
    desk.helix.made_by_a_person(by_a_person(desk, 4, approved.data["tag"] if tag == "ours" else tag))
    events = desk.advance(timedelta(minutes=15))
    assert desk.names(events) == [
        "external-account-linked",
        "external-account-verified",
        "external-account-shared",
    ]
    assert (events[0].data["adopted"], events[0].data["over_limit"]) == (True, True)
    account = desk.account("external-4")
    assert (account.state, account.approved_by, account.approval_reason) == ("VERIFIED", "m.okafor", "statement seen")
    assert desk.advance(timedelta(days=1)) == []


def test_an_account_of_ours_is_not_adopted_for_another(desk: AccountsDesk) -> None:
    """Two rows that fit are a person's to tell apart, and what is another account's fits nobody."""
    for number in (1, 2, 3, 4):
        link(desk, number)
    approve(desk, 4)
    desk.helix.accounts[4001].number, desk.helix.accounts[4001].fields["tag"] = "000123456704", None
    assert "external-account-linked" not in desk.names(desk.advance(timedelta(hours=1)))
    for tag in ("one", "two"):
        desk.helix.made_by_a_person(by_a_person(desk, 4, tag))
    assert "external-account-linked" not in desk.names(desk.advance(timedelta(hours=1)))
    assert desk.account("external-4").state == "APPROVED_OVER_LIMIT"


def test_a_row_with_the_tag_of_another_approved_account_is_that_ones(desk: AccountsDesk) -> None:
    """Both wait, of the same number: the tag that the person typed says which of them was made."""
    for number in (1, 2, 3, 4):
        link(desk, number)
    link(desk, 4, external_account_id="external-5")
    approve(desk, 4)
    (approved,) = approve(desk, 5)
    desk.helix.made_by_a_person(by_a_person(desk, 4, approved.data["tag"]))
    events = desk.advance(timedelta(hours=1))
    assert {event.subject for event in events} == {"external-5"}
    assert desk.account("external-4").state == "APPROVED_OVER_LIMIT"


def test_an_approved_initiation_that_a_person_made_unverified_is_initiated(desk: AccountsDesk) -> None:
    """The deposits are on their way, and the person is asked as usual."""
    for number in (1, 2, 3):
        link(desk, number)
    link(desk, 4, InitiateExternalAccount)
    approve(desk, 4)
    desk.helix.made_by_a_person(by_a_person(desk, 4, None), "Unverified")
    (begun,) = desk.advance(timedelta(minutes=15))
    assert (begun.name, begun.data["adopted"]) == ("external-account-initiated", True)


def test_no_command_talks_its_way_past_it(desk: AccountsDesk) -> None:
    """Not a second time, not an approval of what needs none, and not archiving an account that moved money."""
    for number in (1, 2, 3, 4):
        link(desk, number)
    assert link(desk, 4)[0].data["state"] == "OVER_LIMIT"
    assert desk.names(link(desk, 5)) == ["account-limit-reached"]
    assert approve(desk, 1)[0].data["code"] == "WRONG_STATE"
    assert desk.names(approve(desk, 4)) == ["over-limit-approved"]
    assert approve(desk, 4)[0].data["code"] == "WRONG_STATE"


def test_a_number_that_waits_may_be_tried_again_when_there_is_room(desk: AccountsDesk) -> None:
    """The person archives an account that never moved money, and goes on."""
    for number in (1, 2, 3, 4):
        link(desk, number)
    desk.send(ArchiveExternalAccount(external_account_id="external-1"))
    assert desk.names(link(desk, 4, external_account_id="external-4-again"))[0] == "external-account-linked"


def test_in_canada_the_limit_is_configuration_and_approval_is_enough(keys: Keys) -> None:
    """No vendor counts there, and no person has to make anything."""
    desk = AccountsDesk(keys, Rules(own_accounts_max=1))
    for number in (1, 2):
        account = {"country": "CA", "institution_number": "001", "transit_number": "12345"}
        sealed = {"account_number": desk.keys.sealed(f"123456{number}")}
        told = link(desk, number, account=account | sealed)
    assert (told[0].name, told[0].data["limit"], told[0].data["ours"]) == ("account-limit-reached", 1, True)
    assert "vendor_counted" not in told[0].data
    events = approve(desk, 2)
    assert desk.names(events) == ["over-limit-approved", "external-account-linked", "external-account-verified"]
    assert events[1].data["over_limit"] is True
    desk.close()


def test_without_the_vendors_limit_the_vendor_alone_decides(keys: Keys) -> None:
    """Before the program was read for the first time."""
    desk = AccountsDesk(keys, reads_program=False)
    for number in (1, 2, 3):
        assert desk.names(link(desk, number))[0] == "external-account-linked"
    (told,) = link(desk, 4)
    assert (told.data["ours"], "limit" in told.data) == (False, False)
    desk.close()


def test_a_rejected_account_takes_no_place(desk: AccountsDesk) -> None:
    """Of either kind."""
    desk.helix.program = replace(desk.helix.program, external_accounts_max=1)
    desk.advance(timedelta(hours=4))
    desk.away.add("create_at_helix")
    assert link(desk, 1)[0].data["code"] == "VENDOR_UNAVAILABLE"
    desk.away.clear()
    assert desk.names(link(desk, 2))[0] == "external-account-linked"
