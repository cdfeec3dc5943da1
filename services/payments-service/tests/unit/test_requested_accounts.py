"""Accounts that payers enter at the vendor, and their removal; payers that are taken over or changed."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from bankrails_contracts.payments import PaymentState, RemoveBankAccount, RequestBankAccount, UpdatePayer
from bankrails_messaging.decisions import Decision, Refusal, Result
from bankrails_testkit import commands
from bankrails_testkit.snapshots import AMERICAN, CANADIAN, NOON, a_mandate, a_payer, a_payment, an_account, an_outcome
from payments_service.domain.bank_account import KEEPS_IT, BankAccount, BankAccountState
from payments_service.domain.mandate import STOPS_LOOKING, Mandate, MandateState
from payments_service.domain.payer import Payer, PayerState
from payments_service.handlers import (
    record_bank_account_look,
    record_bank_account_removal,
    record_bank_account_request,
    record_customer,
    record_payer_update,
    register_payer,
    remove_bank_account,
    request_bank_account,
    request_mandate,
    update_payer,
)
from payments_service.handlers.standing_of_accounts import Surroundings

COMMAND = RequestBankAccount(merchant_id="maple-books", bank_account_id="account", payer_id="payer", make_default=True)
READY = request_bank_account.Situation(CANADIAN, a_payer(), None)
REQUESTED = an_account(
    state=BankAccountState.REQUESTED,
    account_number_encrypted="",
    account_last4="",
    vendor_bank_account_id=None,
    mandate_id="m1",
    make_default=True,
    requested_at=NOON,
)
ENTERED = {
    "vendor_bank_account_id": "605",
    "institution_number": "004",
    "transit_number": "11111",
    "routing_number": None,
    "account_last4": "9876",
    "account_type": "savings",
    "holder_type": "business",
}


def aggregate(decision: Decision, kind: type) -> Any:
    return next((part.aggregate for part in (decision, *decision.also) if isinstance(part.aggregate, kind)), None)


# Asked for by mail


def test_a_request_is_one_mail_that_is_never_repeated() -> None:
    """The call's class says so; the gate keeps it apart from what is being registered for the same customer."""
    decision = request_bank_account.decide(COMMAND, READY, NOON)
    assert isinstance(decision, Decision)
    (work,) = decision.work
    assert (work.gate, decision.aggregate.state) == ("maple-books/customer/501", BankAccountState.REQUESTING)
    assert decision.aggregate.mandate_id is not None


@pytest.mark.parametrize(
    ("situation", "code"),
    [
        ({"merchant": None}, "UNKNOWN_MERCHANT"),
        ({"payer": None}, "NOT_FOUND"),
        ({"payer": a_payer(state=PayerState.REGISTERING, vendor_customer_id=None)}, "WRONG_STATE"),
        ({"payer": a_payer(email=None)}, "EMAIL_MISSING"),
        ({"mandate": a_mandate()}, "CONFLICT"),
    ],
)
def test_each_rule_of_a_request_refuses_before_the_vendor_hears_of_it(situation: dict[str, Any], code: str) -> None:
    verdict = request_bank_account.decide(COMMAND, replace(READY, **situation), NOON)
    assert isinstance(verdict, Refusal)
    assert verdict.code == code


def test_a_mandate_is_not_asked_for_by_mail_without_an_address() -> None:
    """The field is named, and the vendor not called."""
    situation = request_mandate.Situation(CANADIAN, an_account(), None, a_payer(email=None))
    verdict = request_mandate.decide(commands.request_mandate("account"), situation, NOON)
    assert isinstance(verdict, Refusal)
    assert (verdict.code, verdict.field) == ("EMAIL_MISSING", "email")


def test_an_answer_that_is_lost_is_said_and_the_account_is_looked_for_all_the_same() -> None:
    """The mail may be out; whether to send another is for whoever sent the command."""
    asked = replace(REQUESTED, state=BankAccountState.REQUESTING)
    payload = {"merchant_id": "maple-books", "vendor_customer_id": "501"}
    for result, name, state in (
        (Result.ANSWERED, "BankAccountRequested", BankAccountState.REQUESTED),
        (Result.UNKNOWN, "CommandRefused", BankAccountState.REQUESTED),
        (Result.REJECTED, "CommandRefused", BankAccountState.REJECTED),
    ):
        decision = record_bank_account_request.decide(an_outcome(result, payload=payload), asked, NOON)
        assert [type(event).__name__ for event in decision.events] == [name]
        assert (decision.aggregate.state, bool(decision.work)) == (state, state is BankAccountState.REQUESTED)


def look(*entered: dict[str, Any], account: BankAccount = REQUESTED, others: Any = (), now: Any = NOON) -> Decision:
    outcome = an_outcome(answer={"accounts": list(entered)})
    situation = record_bank_account_look.Situation(account, [account, *others])
    return record_bank_account_look.decide(outcome, situation, now)


def test_the_account_that_nobody_claims_is_adopted_with_its_mandate() -> None:
    """Masked as the vendor shows it; the agreement that came with it is taken over, and no mail sent."""
    decision = look(ENTERED)
    account, mandate = aggregate(decision, BankAccount), aggregate(decision, Mandate)
    assert (account.state, account.masked, account.vendor_bank_account_id) == (
        BankAccountState.REGISTERED,
        "******9876",
        "605",
    )
    event: Any = decision.also[0].events[0]
    assert (event.adopted, event.account_masked) == (True, "******9876")
    assert (mandate.id, mandate.state, mandate.kind) == ("m1", MandateState.REQUESTING, "business")
    (work,) = decision.also[1].work
    assert work.payload["adopt_only"] is True
    assert [type(command).__name__ for command in decision.commands] == ["SetDefaultBankAccount"]


def test_what_is_claimed_or_may_be_a_registrations_is_not_adopted() -> None:
    """Its answer may be on the way: taken here, the registration would make a second account."""
    claimed = an_account(id="other", vendor_bank_account_id="605")
    registering = an_account(id="other", state=BankAccountState.REGISTERING, vendor_bank_account_id=None)
    for other in (claimed, registering):
        decision = look(ENTERED, others=[other])
        assert (decision.also, decision.again_at) == ((), NOON + timedelta(seconds=5))


def test_of_several_requests_the_oldest_has_the_first_account() -> None:
    """And each account is one request's."""
    older = replace(REQUESTED, id="older", requested_at=NOON - timedelta(hours=1))
    assert look(ENTERED, others=[older]).also == ()
    adopted = look(ENTERED, account=older, others=[REQUESTED])
    assert aggregate(adopted, BankAccount).id == "older"


def test_a_form_that_is_never_filled_in_is_looked_for_ever_more_rarely_and_then_no_more() -> None:
    assert look(now=NOON + timedelta(days=2)).again_at == NOON + timedelta(days=2, hours=1)
    assert look(now=NOON + STOPS_LOOKING) == Decision()
    removed = replace(REQUESTED, state=BankAccountState.REMOVED)
    assert look(ENTERED, account=removed) == Decision()


# Removed


def remove(account: BankAccount | None = None, **situation: Any) -> Decision | Refusal:
    command = RemoveBankAccount(merchant_id="maple-books", bank_account_id="account")
    made = remove_bank_account.Situation(CANADIAN, account or an_account())
    return remove_bank_account.decide(command, replace(made, **situation), NOON)


def test_an_account_with_an_open_payment_stays() -> None:
    """The refusal names the payment."""
    verdict = remove(payments=[a_payment(id="p7", state=PaymentState.IN_SETTLEMENT)])
    assert isinstance(verdict, Refusal)
    assert (verdict.code, verdict.reason) == ("WRONG_STATE", "payment p7 of it is IN_SETTLEMENT")
    assert PaymentState.CLEARED not in KEEPS_IT


@pytest.mark.parametrize("state", list(BankAccountState))
def test_what_is_at_the_vendor_is_removed_there_and_nothing_else(state: BankAccountState) -> None:
    verdict = remove(an_account(state=state))
    match state:
        case BankAccountState.REGISTERED:
            assert isinstance(verdict, Decision)
            assert (verdict.aggregate.state, len(verdict.work)) == (BankAccountState.REMOVING, 1)
        case BankAccountState.REQUESTED:
            assert isinstance(verdict, Decision)
            assert (verdict.aggregate.state, verdict.work) == (BankAccountState.REMOVED, ())
        case _:
            assert isinstance(verdict, Refusal)


def test_with_an_account_its_mandates_go_and_it_is_nobodys_default() -> None:
    scene = Surroundings(
        an_account(state=BankAccountState.REMOVING),
        a_payer(default_bank_account_id="account"),
        [a_mandate(state=MandateState.ACCEPTED)],
    )
    decision = record_bank_account_removal.decide(an_outcome(), scene, NOON)
    names = [type(event).__name__ for part in decision.also for event in part.events]
    assert names == ["BankAccountRemoved", "MandateRevoked"]
    assert aggregate(decision, Payer).default_bank_account_id is None
    failed = record_bank_account_removal.decide(an_outcome(Result.EXHAUSTED), scene, NOON)
    assert failed.aggregate.state is BankAccountState.REGISTERED


# Payers

SHOWN = {
    "contact_name": "A. Lovelace",
    "business_name": None,
    "email": "ada@vendor.example",
    "phone": None,
    "street": "9 Old Street",
    "city": "Calgary",
    "province": "AB",
    "postal_code": "T9T 9T9",
    "country": "CA",
}


def adopted(shown: dict[str, Any] | None, holder: Payer | None = None, **payer: Any) -> Decision:
    made = a_payer(**{"state": PayerState.REGISTERING, "vendor_customer_id": None, "adopts_code": "CST1"} | payer)
    answer = {"vendor_customer_id": None if shown is None else "501", "adopted": True, "customer": shown}
    situation = record_customer.Situation(made, None, holder)
    return record_customer.decide(an_outcome(answer=answer), situation, str)


def test_a_customer_is_taken_over_by_its_code_and_not_made() -> None:
    command = commands.register_payer(adopt_customer_code="CST1")
    decision = register_payer.decide(command, register_payer.Situation(CANADIAN, None), NOON)
    assert isinstance(decision, Decision)
    (work,) = decision.work
    assert (work.kind, work.payload["customer_code"]) == ("adopt_customer", "CST1")


def test_what_the_vendor_knows_of_a_customer_stands_and_what_it_lacks_is_given_to_it() -> None:
    """The mail goes to the address that the vendor has, so an e-mail that is ours alone is none."""
    decision = adopted(SHOWN, phone="4035551234")
    payer = decision.aggregate
    assert (payer.state, payer.email, payer.street, payer.phone) == (
        PayerState.REGISTERED,
        "ada@vendor.example",
        "9 Old Street",
        None,
    )
    (update,) = decision.commands
    assert update == UpdatePayer(merchant_id="maple-books", payer_id="payer", phone="4035551234")
    without = adopted(SHOWN | {"email": None}, email=None)
    assert (without.aggregate.email, without.commands) == (None, ())


@pytest.mark.parametrize(
    ("shown", "holder", "code"),
    [
        (None, None, "NOT_FOUND"),
        (SHOWN, a_payer(id="other"), "CONFLICT"),
        (SHOWN | {"country": "US"}, None, "COUNTRY_MISMATCH"),
    ],
)
def test_a_customer_that_cannot_be_taken_over_says_why(
    shown: dict[str, Any] | None, holder: Payer | None, code: str
) -> None:
    """Nobody there, somebody else's, or across the border."""
    decision = adopted(shown, holder)
    refused: Any = decision.events[0]
    assert (decision.aggregate.state, refused.code) == (PayerState.REJECTED, code)


def change(payer: Payer | None = None, **fields: Any) -> Decision | Refusal:
    made = {"email": "new@example.com"} | fields
    command = UpdatePayer.model_validate({"merchant_id": "maple-books", "payer_id": "payer"} | made)
    return update_payer.decide(command, update_payer.Situation(CANADIAN, payer or a_payer()), NOON)


def test_what_is_left_out_of_an_update_stays() -> None:
    """And the event names what is other than before."""
    decision = change(email="ada@example.com", phone="4035551234")
    assert isinstance(decision, Decision)
    (work,) = decision.work
    assert work.payload["changes"] == {"email": "ada@example.com", "phone": "4035551234"}
    recorded = record_payer_update.decide(an_outcome(payload=work.payload), a_payer(), NOON)
    told: Any = recorded.events[0]
    assert (told.changed, recorded.aggregate.phone) == (("phone",), "4035551234")
    assert recorded.aggregate.contact_name == "Ada Lovelace"


def test_a_missing_email_is_put_right() -> None:
    """After which a bank account can be registered."""
    decision = change(a_payer(email=None))
    assert isinstance(decision, Decision)
    recorded = record_payer_update.decide(an_outcome(payload=decision.work[0].payload), a_payer(email=None), NOON)
    assert recorded.aggregate.email == "new@example.com"


def test_an_address_changes_as_a_whole_and_stays_in_the_country() -> None:
    decision = change(address=commands.ADDRESS | {"street": "2 Side Street"})
    assert isinstance(decision, Decision)
    assert decision.work[0].payload["changes"]["street"] == "2 Side Street"
    abroad = commands.ADDRESS | {"country": "US", "province": "NY"}
    verdict = change(address=abroad)
    assert isinstance(verdict, Refusal)
    assert (verdict.code, verdict.field) == ("COUNTRY_MISMATCH", "address.country")


@pytest.mark.parametrize("payer", [a_payer(merchant_id=AMERICAN.id), a_payer(state=PayerState.REJECTED)])
def test_only_a_registered_payer_of_the_merchant_is_changed(payer: Payer) -> None:
    assert isinstance(change(payer), Refusal)
