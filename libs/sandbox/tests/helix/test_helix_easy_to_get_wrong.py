"""Where the vendor's own texts contradict one another, or invite a mistake. One test each."""

import dataclasses
from typing import Any

from bankrails_sandbox.helix.assumptions import Assumptions
from bankrails_sandbox.helix.program import HelixConfig, Program
from bankrails_sandbox.helix.records import Status
from bankrails_sandbox.routing_numbers import passes_aba_check

WRONG = (0.01, 0.02)


def told(answer: Any) -> list[int]:
    return [error["code"] for error in answer.json()["errors"]]


def test_the_envelope_has_these_parts_and_no_others(helix) -> None:
    """Nothing is named wasSuccessful or resources."""
    assert set(helix.create().json()) == {"data", "errors", "requestId", "status"}
    assert set(helix.create(type="x").json()) == {"errors", "requestId", "status"}


def test_used_up_attempts_lead_to_verify_locked_or_denied(helix, fresh_helix) -> None:
    """The reference says the one, the 2016 SDK the other."""
    program = dataclasses.replace(Program(), throttled=False)
    other = fresh_helix(HelixConfig(program, assumptions=Assumptions(exhausted_status=Status.DENIED)))
    for vendor, status, again in ((helix, "VerifyLocked", 62202), (other, "Denied", 62203)):
        account = vendor.initiated()
        assert [told(vendor.verify(account, *WRONG)) for _ in range(3)] == [[62207], [62207], [62206]]
        assert (vendor.get(account)["status"], told(vendor.verify(account))) == (status, [again])


def test_62008_is_characters_on_create_and_the_tag_on_initiate(helix) -> None:
    """A code without its endpoint says nothing."""
    helix.created(tag="t-1")
    assert told(helix.create(accountNumber="1#")) == told(helix.initiate(tag="t-1")) == [62008]


def test_verify_locked_is_a_status_and_is_locked_a_flag(helix) -> None:
    """62202 and 62515; an account can be either, or both."""
    by_status, by_flag = helix.initiated(), helix.initiated()
    for _ in range(3):
        helix.verify(by_status, *WRONG)
    helix.control.lock(by_flag)
    assert (told(helix.verify(by_status)), told(helix.verify(by_flag))) == ([62202], [62515])
    assert (helix.get(by_status)["isLocked"], helix.get(by_flag)["status"]) == (False, "Unverified")


def test_failed_accounts_take_a_place_until_they_are_denied_or_expired(helix) -> None:
    """VerifyLocked counts; Denied does not."""
    helix.control.switch_program(external_accounts_max=1)
    account = helix.initiated()
    for _ in range(3):
        helix.verify(account, *WRONG)
    assert told(helix.initiate()) == [62609]
    helix.control.deny(account)
    assert helix.initiate().status_code == 200


def test_data_can_be_missing_on_success(helix) -> None:
    """Whoever indexes it blindly fails after the fact."""
    answer = helix.verify(helix.initiated())
    assert (answer.status_code, answer.json()["errors"], "data" in answer.json()) == (200, [], False)


def test_a_tag_is_the_programs_and_is_found_by_its_customer_alone(helix) -> None:
    """So a tag that another customer has is refused and cannot be read back."""
    helix.created(tag="t-1", customerId=1002, type="Business Checking", businessName="Example Company")
    assert told(helix.create(tag="t-1")) == [62003]
    assert told(helix.call("GET", "/externalAccount/getByTag/1001/t-1")) == [62402]


def test_the_magic_routing_number_fails_the_checksum(helix) -> None:
    """A client that checks it must be able not to, against a sandbox."""
    assert not passes_aba_check("123456789")
    assert helix.create(routingNumber="123456789").status_code == 200


def test_the_offset_debit_can_come_back_after_a_good_verify(helix) -> None:
    """It is sent with the credits, and a verified account may still turn out to be none."""
    account = helix.initiated()
    helix.verify(account)
    sent = helix.control.effects(kind="helix.external_account.trial_deposit_sent")
    assert [effect.amount_minor for effect in sent] == [18, 28, -46]
    returned = helix.control.return_trial(account, "R01")
    assert (returned.trial_returned, helix.get(account)["status"]) == ("R01", "Verified")


def test_failed_rows_stay_for_ever_and_keep_their_tags(helix, sandbox) -> None:
    """Only Verified can be archived."""
    account = helix.initiated(tag="t-1")
    helix.control.deny(account)
    sandbox.control.advance(seconds=365 * 86_400)
    assert told(helix.act("archive", account)) == [62506]
    assert told(helix.initiate(tag="t-1")) == [62008]
    listed = helix.call("GET", "/externalAccount/list/1001").json()["data"]
    assert [row["status"] for row in listed] == ["Denied"]
