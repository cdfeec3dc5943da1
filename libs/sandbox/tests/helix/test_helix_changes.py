"""update, archive, lock and unlock."""

import dataclasses

import pytest
from bankrails_sandbox import ControlRefused
from bankrails_sandbox.helix.assumptions import Assumptions
from bankrails_sandbox.helix.program import HelixConfig, Program


def code(answer) -> int:
    (error,) = answer.json()["errors"]
    assert answer.status_code == 400
    return int(error["code"])


@pytest.mark.parametrize(
    ("verb", "unknown"), [("update", 62402), ("archive", 62501), ("lock", 62501), ("unlock", 62501)]
)
def test_another_customers_account_is_as_unknown_as_none(helix, verb: str, unknown: int) -> None:
    """Nothing may be learnt of it."""
    account = helix.created()
    for customer, eaid in ((1002, account), (1001, 9999), (1001, "4001"), (None, account)):
        expected = 59900 if isinstance(eaid, str) else unknown
        assert code(helix.act(verb, eaid, customer=customer)) == expected
    assert code(helix.act(verb, account, requestingCustomerId=1002)) == 62618


def test_update_changes_what_is_given_and_leaves_the_rest(helix, sandbox) -> None:
    """The number, the routing number and the type are ignored: another account is another row."""
    account = helix.created(nickName="old", customField1="one")
    sandbox.control.advance(seconds=60)
    answer = helix.act(
        "update", account, nickName="new", customField2="two", lastName="Other", accountNumber="999", type="Savings"
    )
    assert answer.json()["data"] == {"externalAccountId": account}
    after = helix.get(account)
    assert (after["nickName"], after["customField1"], after["customField2"]) == ("new", "one", "two")
    assert (after["firstName"], after["lastName"]) == ("Ada", "Other")
    assert (after["accountNumber"], after["type"]) == ("0123456789", "Checking")
    helix.act("update", account, customField1="", customField2=None)
    cleared = helix.get(account)
    assert (cleared["customField1"], cleared["customField2"]) == (None, "two")
    assert after["lastModifiedDate"] > after["statusDate"]
    assert [effect.kind for effect in helix.control.effects()][-1] == "helix.external_account.updated"


def test_a_tag_can_be_set_once(helix) -> None:
    """It is immutable from then on, and taken for the whole program."""
    first, second = helix.created(), helix.created()
    assert helix.act("update", first, tag="t-1").status_code == 200
    assert helix.call("GET", "/externalAccount/getByTag/1001/t-1").json()["data"]["externalAccountId"] == first
    assert helix.act("update", first, tag="t-1", nickName="n").status_code == 200
    assert code(helix.act("update", first, tag="t-2")) == 62403
    assert code(helix.act("update", second, tag="t-1")) == 62403
    assert helix.get(first)["tag"] == "t-1"


def test_update_refuses_a_taken_nickname_and_a_locked_account(helix) -> None:
    """One's own nickname is not taken."""
    first, second = helix.created(nickName="a"), helix.created(nickName="b")
    assert helix.act("update", first, nickName="a").status_code == 200
    assert code(helix.act("update", second, nickName="a")) == 62401
    helix.act("lock", first, lockedReason="theft")
    assert code(helix.act("update", first, nickName="c")) == 62514


def test_archive_is_one_way_and_for_verified_accounts(helix) -> None:
    """A failed row can never be cleared away."""
    account, pending = helix.created(), helix.initiated()
    assert helix.act("archive", account).json()["data"] == {"externalAccountId": account}
    assert helix.get(account)["status"] == "Archived"
    assert code(helix.act("archive", account)) == 62506
    answer = helix.act("archive", pending)
    assert code(answer) == 62506
    assert "Unverified" in answer.json()["errors"][0]["message"]
    assert code(helix.act("lock", account)) == 62510


def test_archive_waits_for_what_is_outstanding(helix) -> None:
    """Money on its way must find its account."""
    account = helix.created()
    helix.control.money_pending(account)
    assert code(helix.act("archive", account)) == 62505
    helix.control.settle(account)
    assert helix.act("archive", account).status_code == 200


def test_lock_and_unlock_leave_the_status(helix, sandbox) -> None:
    """isLocked is a flag; usable is Verified and not locked. The date of the last lock stays."""
    account = helix.created()
    assert code(helix.act("unlock", account)) == 62511
    sandbox.control.advance(seconds=60)
    assert helix.act("lock", account, lockedReason="theft").json()["data"] == {"externalAccountId": account}
    locked = helix.get(account)
    assert (locked["status"], locked["isLocked"], locked["lockedReason"]) == ("Verified", True, "theft")
    assert locked["lockedDate"] == locked["lastModifiedDate"] > locked["statusDate"]
    assert code(helix.act("lock", account)) == 62509
    assert helix.act("unlock", account).status_code == 200
    after = helix.get(account)
    assert (after["isLocked"], after["lockedReason"], after["lockedDate"]) == (False, None, locked["lockedDate"])
    assert code(helix.act("lock", account, lockedReason="r" * 256)) == 59900
    unverified = helix.initiated()
    assert (code(helix.act("lock", unverified)), code(helix.act("unlock", unverified))) == (62510, 62512)


def test_an_administrators_lock_is_not_ours_to_open(helix) -> None:
    """Usually set by fraud prevention."""
    account = helix.created()
    helix.control.lock(account, "fraud")
    assert helix.get(account)["isLocked"] is True
    assert code(helix.act("unlock", account)) == 62513
    helix.control.unlock(account)
    assert helix.get(account)["isLocked"] is False
    with pytest.raises(ControlRefused):
        helix.control.unlock(account)


def test_locking_needs_an_agreement(helix) -> None:
    """Between the program, the bank and the vendor."""
    account = helix.created()
    helix.control.switch_program(locking_approved=False)
    assert (code(helix.act("lock", account)), code(helix.act("unlock", account))) == (61400, 61400)


def test_a_notification_of_change_corrects_and_keeps_the_status(helix, sandbox) -> None:
    """Nobody calls us: only a read shows it, by nocCode, lastModifiedDate and the masked numbers."""
    account = helix.created()
    before = helix.get(account)
    sandbox.control.advance(seconds=60)
    helix.control.apply_noc(account, "C03", account_number="55566677", routing_number="026009593")
    after = helix.get(account)
    assert (after["nocCode"], after["accountNumberMasked"], after["name"]) == (
        "C03",
        "******6677",
        "BANK OF AMERICA, N.A.",
    )
    assert (after["status"], after["statusDate"]) == ("Verified", before["statusDate"])
    assert after["lastModifiedDate"] > before["lastModifiedDate"]
    helix.control.apply_noc(account, "C05", type="General Ledger")
    assert helix.get(account)["type"] == "General Ledger"


@pytest.mark.parametrize(
    ("noc", "corrected"),
    [("C09", {}), ("C01", {}), ("C01", {"routing_number": "026009593"}), ("C05", {"type": "Cheque"})],
)
def test_a_notification_that_no_bank_would_send_is_refused(helix, noc: str, corrected) -> None:
    """A code corrects certain fields, all of them and no others."""
    account = helix.created()
    with pytest.raises(ControlRefused) as refused:
        helix.control.apply_noc(account, noc, **corrected)
    assert refused.value.status == 400
    assert helix.get(account)["nocCode"] is None


def test_what_is_assumed_can_be_switched(fresh_helix) -> None:
    """Each guess of ours, the other way round."""
    assumptions = Assumptions(
        archive_wrong_status_code=62502,
        locking_answers_id=False,
        tag_change_refused=False,
        names_changeable=False,
        numbers_change_refused=True,
        omitted_fields_stay=False,
        noc_applied=False,
        shows_account_number=False,
        omit_null_fields=True,
    )
    helix = fresh_helix(HelixConfig(dataclasses.replace(Program(), throttled=False), assumptions=assumptions))
    account = helix.created(nickName="n", tag="t-1", customField1="one")
    assert code(helix.act("archive", helix.initiated())) == 62502
    assert helix.act("update", account, tag="t-2", lastName="Other", customField2="two").status_code == 200
    after = helix.get(account)
    assert (after["tag"], after["lastName"], after["customField2"]) == ("t-1", "Example", "two")
    assert not {"nickName", "customField1", "accountNumber", "lockedDate"} & after.keys()
    assert code(helix.act("update", account, accountNumber="999")) == 59900
    assert helix.act("update", account, accountNumber="0123456789").status_code == 200
    assert "data" not in helix.act("lock", account).json()
    helix.control.apply_noc(account, "C01", account_number="55566677")
    after = helix.get(account)
    assert (after["nocCode"], after["accountNumberMasked"]) == ("C01", "******6789")
    helix.control.apply_noc(account, "C05", type="General Ledger")
    assert helix.get(account)["type"] == "General Ledger"
