"""Update, lock, unlock, archive: at the vendor and without one, by command and by others."""

from datetime import timedelta
from typing import Any

import pytest
from accounts_service.store.repositories import CUSTOMERS
from bankrails_contracts.accounts import (
    ArchiveExternalAccount,
    LinkExternalAccount,
    LockExternalAccount,
    UnlockExternalAccount,
    UpdateExternalAccount,
)
from bankrails_contracts.payments import PaymentAccepted, PaymentVoided, RefundSubmitted
from bankrails_contracts.settlement import PaymentCleared
from bankrails_testkit.accounts_desk import AccountsDesk
from bankrails_testkit.engine import Published
from bankrails_vendor_http.errors import OutcomeUnknown

HOLDER = {"holder_type": "personal", "first_name": "Ada", "last_name": "Lovelace"}
BANKS = {
    "US": {"country": "US", "routing_number": "121042882"},
    "CA": {"country": "CA", "institution_number": "001", "transit_number": "12345"},
}


def link(desk: AccountsDesk, country: str, number: int = 1, **fields: Any) -> list[Published]:
    made: dict[str, Any] = {
        "external_account_id": f"external-{number}",
        "user_id": "ada",
        "account": {**BANKS[country], "account_number": desk.keys.sealed(f"123456{number}")},
        "account_type": "checking",
        "holder": HOLDER,
        "helix_customer_id": 1001 if country == "US" else None,
        "nickname": f"name {number}",
    }
    return desk.send(LinkExternalAccount.model_validate(made | fields))


def lock(desk: AccountsDesk) -> list[Published]:
    return desk.send(LockExternalAccount(external_account_id="external-1", reason="stolen"))


def unlock(desk: AccountsDesk) -> list[Published]:
    return desk.send(UnlockExternalAccount(external_account_id="external-1"))


def archive(desk: AccountsDesk, number: int = 1) -> list[Published]:
    return desk.send(ArchiveExternalAccount(external_account_id=f"external-{number}"))


def update(desk: AccountsDesk, **fields: Any) -> list[Published]:
    return desk.send(UpdateExternalAccount.model_validate({"external_account_id": "external-1"} | fields))


@pytest.mark.parametrize("country", ["US", "CA"])
def test_a_lock_is_told_and_lifted(desk: AccountsDesk, country: str) -> None:
    """Canada has no vendor and the same rules."""
    link(desk, country)
    (locked,) = lock(desk)
    assert (locked.name, locked.data["reason"], locked.data["by_vendor"]) == (
        "external-account-locked",
        "stolen",
        False,
    )
    assert lock(desk)[0].data["code"] == "WRONG_STATE"
    assert update(desk, nickname="x")[0].data["code"] == "ACCOUNT_LOCKED"
    assert desk.names(unlock(desk)) == ["external-account-unlocked"]
    account = desk.account("external-1")
    assert (account.locked, account.locked_at, account.state) == (False, desk.now, "VERIFIED")
    assert unlock(desk)[0].data["code"] == "WRONG_STATE"


@pytest.mark.parametrize("command", [lock, unlock, archive])
@pytest.mark.parametrize("state", ["Unverified", "VerifyLocked", "Denied"])
def test_only_a_verified_account_is_locked_unlocked_and_archived(desk: AccountsDesk, command: Any, state: str) -> None:
    """Refused before the vendor is asked."""
    link(desk, "US")
    table = {"Unverified": "UNVERIFIED", "VerifyLocked": "VERIFY_LOCKED", "Denied": "DENIED"}
    desk.connection.exec_driver_sql("UPDATE external_account SET state = ?", (table[state],))
    (refused,) = command(desk)
    assert (refused.data["code"], refused.data["state"]) == ("WRONG_STATE", table[state])


@pytest.mark.parametrize("command", [lock, unlock, archive, lambda desk: update(desk, nickname="n")])
def test_what_is_not_there_is_not_found(desk: AccountsDesk, command: Any) -> None:
    """By name, and nothing is asked."""
    assert command(desk)[0].data["code"] == "NOT_FOUND"
    assert desk.helix.calls == ["helix_get_program"]


def test_a_lock_at_the_vendor_is_learned_and_cannot_be_lifted_here(desk: AccountsDesk) -> None:
    """Who debits it hears of it within a look; a person there lifts it, and that is told too."""
    link(desk, "US")
    desk.advance(timedelta(hours=4))
    desk.helix.lock_as_admin(4001, "fraud")
    (locked,) = desk.advance(timedelta(hours=4))
    assert (locked.name, locked.data["reason"], locked.data["by_vendor"]) == ("external-account-locked", "fraud", True)
    assert unlock(desk)[0].data["code"] == "ACCOUNT_LOCKED"
    desk.helix.unlock_as_admin(4001)
    (unlocked,) = desk.advance(timedelta(hours=4))
    assert (unlocked.name, unlocked.data["by_vendor"]) == ("external-account-unlocked", True)


def test_an_admins_lock_that_we_do_not_know_yet_is_learned_from_the_no(desk: AccountsDesk) -> None:
    """Ours is lifted by nobody else: 62513 says that it is theirs now."""
    link(desk, "US")
    lock(desk)
    desk.helix.accounts[4001].locked_by_admin = True
    (refused,) = unlock(desk)
    assert refused.data["code"] == "ACCOUNT_LOCKED"
    assert desk.account("external-1").locked_by_vendor


@pytest.mark.parametrize("country", ["US", "CA"])
def test_what_may_change_changes_and_the_rest_stays(desk: AccountsDesk, country: str) -> None:
    """The whole account is told as it is then, its numbers masked."""
    link(desk, country, custom_fields={"custom_field_1": "a"})
    (told,) = update(desk, nickname="Rent", first_name="Augusta", custom_fields={"custom_field_2": "b"})
    assert told.data["changed"] == ["first_name", "nickname", "custom_fields"]
    shown = told.data["account"]
    assert (shown["nickname"], shown["first_name"], shown["last_name"]) == ("Rent", "Augusta", "Lovelace")
    assert shown["custom_fields"] == {"custom_field_1": "a", "custom_field_2": "b"}
    assert shown["account_masked"] == "******4561"
    if country == "US":
        assert shown["routing_masked"] == "******2882"
        assert desk.helix.accounts[4001].fields["nickName"] == "Rent"


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({}, "INVALID", None),
        ({"tag": "another"}, "INVALID", "tag"),
        ({"company_name": "C"}, "INVALID", "company_name"),
        ({"nickname": "name 2"}, "TAKEN", "nickname"),
    ],
)
def test_an_update_that_cannot_be_is_refused_by_the_name_of_its_field(
    desk: AccountsDesk, fields: dict[str, Any], code: str, field: str | None
) -> None:
    """Before the vendor is asked."""
    link(desk, "US")
    link(desk, "US", 2)
    (refused,) = update(desk, **fields)
    assert (refused.data["code"], refused.data.get("field")) == (code, field)
    assert "helix_update" not in desk.helix.calls


def test_its_own_tag_may_be_told_again(desk: AccountsDesk) -> None:
    """Senders write back what they read."""
    link(desk, "US", tag="mine")
    assert desk.names(update(desk, tag="mine", nickname="n")) == ["external-account-updated"]


def test_a_tag_and_a_nickname_are_taken_once(desk: AccountsDesk) -> None:
    """The tag in the whole program and for ever, the nickname among the customer's."""
    link(desk, "US", tag="mine")
    (refused,) = link(desk, "US", 2, tag="mine", helix_customer_id=1002, user_id="bob")
    assert (refused.data["code"], refused.data["field"]) == ("TAKEN", "tag")
    (refused,) = link(desk, "US", 2, nickname="name 1")
    assert (refused.data["code"], refused.data["field"]) == ("TAKEN", "nickname")
    archive(desk)
    assert link(desk, "US", 3, tag="mine")[0].data["field"] == "tag"


@pytest.mark.parametrize("country", ["US", "CA"])
def test_three_a_day_are_archived_and_the_day_begins_at_five(desk: AccountsDesk, country: str) -> None:
    """By the bank's clock; the vendor resets its count some time between midnight and then."""
    for number in range(1, 5):
        link(desk, country, number, helix_customer_id=1001 if country == "US" else None)
        if number < 4:
            assert desk.names(archive(desk, number)) == ["external-account-archived"]
    (refused,) = archive(desk, 4)
    assert refused.data["code"] == "ARCHIVE_LIMIT_REACHED"
    desk.advance(timedelta(hours=19, minutes=59))  # 04:59 in Chicago
    assert archive(desk, 4)[0].data["code"] == "ARCHIVE_LIMIT_REACHED"
    desk.advance(timedelta(minutes=1))
    assert desk.names(archive(desk, 4)) == ["external-account-archived"]


def test_the_vendors_no_gives_the_days_place_back(desk: AccountsDesk) -> None:
    """It archived nothing."""
    link(desk, "US")
    desk.helix.accounts[4001].pending = True
    assert archive(desk)[0].data["code"] == "OUTSTANDING_PAYMENTS"
    found = CUSTOMERS.get_many(desk.connection, ["helix:1001"])["helix:1001"]
    assert found.archived == 0
    desk.helix.accounts[4001].pending = False
    assert desk.names(archive(desk)) == ["external-account-archived"]


def a_fact(of: type[Any], payment_id: str = "payment", **fields: Any) -> Any:
    made = {
        "merchant_id": "liberty-books",
        "payment_id": payment_id,
        "payer_id": "payer",
        "bank_account_id": "account",
        "external_account_id": "external-1",
        "vendor_payment_id": "801",
        "vendor_refund_id": "901",
        "refund_id": "refund",
        "submitted_at": "2026-03-02T15:00:00Z",
        "amount": {"amount_minor": 4995, "currency": "USD"},
        "cleared_at": "2026-03-02T15:00:00Z",
        "funds_available_at": "2026-03-02T15:00:00Z",
        "claim_deadline": "2026-05-02",
    }
    return of.model_validate(made | fields)


@pytest.mark.parametrize("ends", [PaymentVoided, PaymentCleared])
def test_an_account_with_a_payment_on_its_way_is_not_archived(desk: AccountsDesk, ends: type[Any]) -> None:
    """Until it has ended; a late word of its beginning begins nothing again."""
    link(desk, "US")
    desk.hear(a_fact(PaymentAccepted))
    assert archive(desk)[0].data["code"] == "OUTSTANDING_PAYMENTS"
    desk.hear(a_fact(ends))
    desk.hear(a_fact(PaymentAccepted), "again")
    assert desk.names(archive(desk)) == ["external-account-archived"]


def test_a_refund_on_its_way_is_one_too(desk: AccountsDesk) -> None:
    """The money goes to that very account."""
    link(desk, "US")
    desk.hear(a_fact(PaymentCleared))
    desk.hear(a_fact(RefundSubmitted))
    assert archive(desk)[0].data["code"] == "OUTSTANDING_PAYMENTS"


@pytest.mark.parametrize(
    ("command", "kind", "event"),
    [
        (lock, "lock_at_helix", "external-account-locked"),
        (archive, "archive_at_helix", "external-account-archived"),
        (lambda desk: update(desk, nickname="n"), "update_at_helix", "external-account-updated"),
    ],
)
def test_a_lost_answer_is_looked_for_before_anything_is_sent_again(
    desk: AccountsDesk, command: Any, kind: str, event: str
) -> None:
    """The account shows whether it was done; done twice it would be a no, or a second archiving of the day."""
    link(desk, "US")
    desk.lost[kind] = lambda call: OutcomeUnknown(call.kind, "cut")
    assert desk.names(command(desk)) == [event]
    assert desk.helix.calls.count(f"helix_{kind.removesuffix('_at_helix')}") == 1


def test_an_archive_made_at_the_vendor_is_learned(desk: AccountsDesk) -> None:
    """And who debits it stops."""
    link(desk, "US")
    desk.advance(timedelta(hours=4))
    desk.helix.becomes(4001, "Archived")
    (told,) = desk.advance(timedelta(hours=4))
    assert (told.name, told.data["by_vendor"]) == ("external-account-archived", True)


def test_a_denial_of_a_verified_account_locks_it_for_whoever_debits(desk: AccountsDesk) -> None:
    """payments-service knows locks, and no denials."""
    link(desk, "US")
    desk.advance(timedelta(hours=4))
    desk.helix.becomes(4001, "Denied")
    assert desk.names(desk.advance(timedelta(hours=4))) == ["external-account-denied", "external-account-locked"]


def test_a_status_that_fits_nowhere_changes_nothing_and_is_counted(desk: AccountsDesk) -> None:
    """A word of tomorrow, or a verified account that is unverified again: a person has to look."""
    link(desk, "US")
    desk.advance(timedelta(hours=4))
    for status in ("Unverified", "Deceased"):
        desk.helix.becomes(4001, status)
        assert desk.advance(timedelta(hours=4)) == []
        assert (desk.account("external-1").state, desk.account("external-1").vendor_status) == ("VERIFIED", status)


def test_what_a_person_changes_at_the_vendor_is_told(desk: AccountsDesk) -> None:
    """Names and nicknames, whoever changed them."""
    link(desk, "US")
    desk.advance(timedelta(hours=4))
    desk.helix.accounts[4001].fields |= {"nickName": "theirs", "name": "SANDBOX BANK"}
    (told,) = desk.advance(timedelta(hours=4))
    assert (told.name, told.data["changed"]) == ("external-account-updated", ["bank_name", "nickname"])


def test_a_look_that_our_own_change_overtook_counts_for_nothing(desk: AccountsDesk) -> None:
    """It shows the account as it was before."""
    link(desk, "US")
    desk.advance(timedelta(hours=4))
    looks = desk._calls["look_at_helix"].send

    async def slow(payload: Any) -> Any:
        answer = await looks(payload)
        desk._receive(LockExternalAccount(external_account_id="external-1", reason="r"), "command", "c-lock", "/tests")
        while desk._inbox:
            desk._decide(desk._inbox.popleft())
        (work,) = [row for row in desk._work.values() if row.kind == "lock_at_helix"]
        desk._call(work)
        return answer

    object.__setattr__(desk._calls["look_at_helix"], "send", slow)
    events = desk.advance(timedelta(hours=4))
    assert desk.names(events) == ["external-account-locked"]
    assert desk.account("external-1").locked
