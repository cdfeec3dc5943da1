"""Notices of change: from our payments, by command, and applied by the vendor before we knew."""

from datetime import timedelta
from typing import Any

import pytest
from accounts_service.handlers.rules import Rules
from accounts_service.store.repositories import APPLIED_CHANGES
from bankrails_contracts.accounts import (
    ApplyNotificationOfChange,
    ArchiveExternalAccount,
    LinkExternalAccount,
    LockExternalAccount,
)
from bankrails_contracts.settlement import NotificationOfChangeReceived
from bankrails_testkit.accounts_desk import AccountsDesk, Keys
from bankrails_testkit.engine import Published

HOLDER = {"holder_type": "personal", "first_name": "Ada", "last_name": "Lovelace"}
OLD, NEW, OTHER = "000123456789", "000987654321", "000555555555"
BANK, NEW_BANK = "121042882", "011401533"


def link(desk: AccountsDesk, number: str = OLD, **fields: Any) -> None:
    made: dict[str, Any] = {
        "external_account_id": "external",
        "user_id": "ada",
        "account": {"country": "US", "routing_number": BANK, "account_number": desk.keys.sealed(number)},
        "account_type": "checking",
        "holder": HOLDER,
        "helix_customer_id": 1001,
    }
    desk.send(LinkExternalAccount.model_validate(made | fields))


def command(desk: AccountsDesk, code: str, number: str | None = None, **fields: Any) -> list[Published]:
    made = {"external_account_id": "external", "code": code, "received_on": "2026-03-02"}
    sealed = {} if number is None else {"account_number": desk.keys.sealed(number)}
    return desk.send(ApplyNotificationOfChange.model_validate(made | sealed | fields))


def fact(desk: AccountsDesk, code: str, number: str | None = None, **fields: Any) -> list[Published]:
    made = {
        "merchant_id": "liberty-books",
        "payment_id": "payment",
        "vendor_payment_id": "801",
        "external_account_id": "external",
        "amount": {"amount_minor": 4995, "currency": "USD"},
        "code": code,
        "received_on": "2026-03-02",
        "apply_by": "2026-03-10",
        "applies": True,
    }
    sealed = {} if number is None else {"account_number": desk.keys.sealed(number)}
    return desk.hear(NotificationOfChangeReceived.model_validate(made | sealed | fields))


CODES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "C01": ({"number": NEW}, {"account_masked": "******6789"}),
    "C02": ({"routing_number": NEW_BANK}, {"routing_number": BANK}),
    "C03": ({"routing_number": NEW_BANK, "number": NEW}, {"routing_number": BANK, "account_masked": "******6789"}),
    "C04": ({"name": "AUGUSTA ADA KING"}, {"name": "Ada Lovelace"}),
    "C05": ({"account_type": "savings"}, {"account_type": "checking"}),
    "C06": ({"number": NEW, "account_type": "savings"}, {"account_masked": "******6789", "account_type": "checking"}),
    "C07": (
        {"routing_number": NEW_BANK, "number": NEW, "account_type": "general_ledger"},
        {"routing_number": BANK, "account_masked": "******6789", "account_type": "checking"},
    ),
}


@pytest.mark.parametrize("way", [command, fact])
@pytest.mark.parametrize("code", CODES)
def test_each_code_corrects_what_it_says_and_keeps_what_was(desk: AccountsDesk, way: Any, code: str) -> None:
    """The next debit goes to the corrected account, its number for payments-service alone."""
    given, before = CODES[code]
    link(desk)
    (told,) = way(desk, code, **given)
    assert told.name == "external-account-corrected"
    assert (told.data["code"], told.data["applied_by"], told.data["before"]) == (code, "us", before)
    number = given.get("number", OLD)
    assert desk.keys.payments.open(told.data["account"]["account_number"]) == number
    assert told.data["account"]["routing_number"] == given.get("routing_number", BANK)
    assert told.data["account_type"] == given.get("account_type", "checking")
    assert told.data.get("payment_id") == ("payment" if way is fact else None)
    account = desk.account("external")
    assert (account.state, account.noc_code, account.masked) == ("VERIFIED", code, f"******{number[-4:]}")
    (kept,) = APPLIED_CHANGES.find(desk.connection)
    assert (kept.code, kept.told_at, str(kept.apply_by)) == (code, desk.now, "2026-03-10")
    if kept.account_number_encrypted is not None:
        assert (
            desk.keys.vault.decrypt(kept.account_number_encrypted, context="accounts/external-account/external") == OLD
        )


BAD: dict[str, tuple[str, dict[str, Any], str]] = {
    "a check digit": ("C02", {"routing_number": "011401534"}, "C65"),
    "zeros that pass the sum": ("C02", {"routing_number": "000000000"}, "C65"),
    "a number too long": ("C01", {"number": "1" * 18}, "C65"),
    "nothing given": ("C01", {}, "C65"),
    "more than the code corrects": ("C01", {"number": NEW, "routing_number": NEW_BANK}, "C65"),
    "one word for a person": ("C04", {"name": "ADA"}, "C65"),
    "a name too long": ("C04", {"name": "ADA " + "L" * 22}, "C65"),
    "another account of theirs": ("C01", {"number": OTHER}, "C61"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_right_is_refused_and_stored_nowhere(desk: AccountsDesk, name: str) -> None:
    """The next debit would go to somebody else. The bank is told by the code that is named."""
    code, given, send_back = BAD[name]
    link(desk)
    link(desk, OTHER, external_account_id="other")
    before = desk.account("external")
    (refused,) = command(desk, code, **given)
    assert (refused.data["code"], send_back in refused.data["reason"]) == ("BAD_CORRECTION", True)
    (told,) = fact(desk, code, **given)
    assert (told.name, told.data["send_back"]) == ("correction-refused", send_back)
    after = desk.account("external")
    assert (after.account_number_encrypted, after.routing_number, after.noc_code) == (
        before.account_number_encrypted,
        before.routing_number,
        None,
    )
    assert APPLIED_CHANGES.find(desk.connection) == []


@pytest.mark.parametrize("code", ["C08", "C09", "C10", "C11", "C12", "C13", "C14"])
def test_codes_that_correct_nothing_of_ours(desk: AccountsDesk, code: str) -> None:
    """Said by name to a command; a fact of that kind is none of ours."""
    link(desk)
    assert command(desk, code)[0].data["code"] == "NOT_OFFERED"
    assert fact(desk, code, applies=False) == []


def test_of_an_account_that_is_locked_it_is_applied_and_of_one_that_is_archived_not(desk: AccountsDesk) -> None:
    """A lock is lifted some day; an archive is for good."""
    link(desk)
    desk.send(LockExternalAccount(external_account_id="external", reason="r"))
    assert desk.names(fact(desk, "C01", NEW)) == ["external-account-corrected"]
    assert desk.account("external").locked
    desk.helix.accounts[4001].fields["isLocked"] = False
    desk.send(ArchiveExternalAccount(external_account_id="external"))
    assert command(desk, "C01", OLD)[0].data["code"] == "WRONG_STATE"
    (told,) = fact(desk, "C01", OLD)
    assert (told.name, told.data["send_back"]) == ("correction-refused", "C61")


def test_the_same_notice_twice_is_told_once_of_our_payments(desk: AccountsDesk) -> None:
    """Each payment of the account brings it, until the next one uses what is new."""
    link(desk)
    assert desk.names(fact(desk, "C01", NEW)) == ["external-account-corrected"]
    assert fact(desk, "C01", NEW) == []


def test_while_payments_service_is_away_it_is_applied_and_told_later(desk: AccountsDesk) -> None:
    """And its deadline is watched until it is told."""
    link(desk)
    desk.away.add("share_correction")
    assert command(desk, "C01", NEW) == []
    assert desk.account("external").masked == "******4321"
    assert APPLIED_CHANGES.find(desk.connection)[0].told_at is None
    desk.away.clear()
    assert desk.names(desk.advance(timedelta(hours=1))) == ["external-account-corrected"]


def test_where_nobody_debits_it_is_told_as_an_update(keys: Keys) -> None:
    """Each service also works on its own, and answers each command."""
    desk = AccountsDesk(keys, Rules(share=False))
    link(desk)
    (told,) = command(desk, "C02", routing_number=NEW_BANK)
    assert (told.name, told.data["changed"]) == ("external-account-updated", ["routing_masked", "noc_code"])
    desk.close()


def test_one_that_the_vendor_applied_itself_is_learned(desk: AccountsDesk) -> None:
    """Helix moves trial deposits and its own transfers, and corrects by itself; ours follows within a look."""
    link(desk)
    desk.advance(timedelta(hours=4))
    desk.helix.notice_of_change(4001, "C06", number=NEW, type="General Ledger")
    (told,) = desk.advance(timedelta(hours=4))
    assert (told.name, told.data["applied_by"], told.data["code"]) == ("external-account-corrected", "vendor", "C06")
    assert (told.data["account_type"], told.data["account_masked"]) == ("general_ledger", "******4321")
    assert desk.keys.payments.open(told.data["account"]["account_number"]) == NEW
    assert desk.advance(timedelta(days=1)) == []


def test_ours_is_not_undone_by_what_the_vendor_still_shows(desk: AccountsDesk) -> None:
    """A notice about our own debits never reached it: its row stays as it was, and that is no news."""
    link(desk)
    desk.advance(timedelta(hours=4))
    command(desk, "C01", NEW)
    assert desk.advance(timedelta(days=2)) == []
    assert desk.account("external").masked == "******4321"


def test_one_whose_number_the_vendor_does_not_show_is_told_masked(desk: AccountsDesk) -> None:
    """Somebody has to send us the number; until then the code is seen."""
    link(desk)
    desk.advance(timedelta(hours=4))
    desk.helix.shows_numbers = False
    desk.helix.notice_of_change(4001, "C01", number=NEW)
    (told,) = desk.advance(timedelta(hours=4))
    assert (told.name, told.data["changed"]) == ("external-account-updated", ["noc_code"])
    assert desk.account("external").masked == "******6789"


def test_a_canadian_account_has_no_notices(desk: AccountsDesk) -> None:
    """The rail knows none of this kind."""
    account = {"country": "CA", "institution_number": "001", "transit_number": "12345"}
    link(desk, account=account | {"account_number": desk.keys.sealed("1234567")}, helix_customer_id=None)
    assert command(desk, "C01", NEW)[0].data["code"] == "COUNTRY_MISMATCH"
    assert fact(desk, "C01", NEW)[0].name == "correction-refused"


def test_a_number_that_does_not_open_is_refused_by_name(desk: AccountsDesk) -> None:
    """As in every other command."""
    link(desk)
    jwe = "eyJhbGciOiJFQ0RILUVTIn0..bm9uY2U.Y2lwaGVy.dGFn"
    refused = desk.send(
        ApplyNotificationOfChange(
            external_account_id="external", code="C01", account_number=jwe, received_on=desk.now.date()
        )
    )
    assert refused[0].data["field"] == "account_number"
