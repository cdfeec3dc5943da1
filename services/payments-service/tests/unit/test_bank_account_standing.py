"""What stops an account's debits and what lets them go again: locks, archives, returns, corrections, persons."""

from dataclasses import asdict, replace
from typing import Any

import pytest
from bankrails_contracts.accounts import (
    ExternalAccountArchived,
    ExternalAccountCorrected,
    ExternalAccountLocked,
    ExternalAccountUnlocked,
)
from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.parts import AccountHolder, AccountType, CanadianAccount, HolderType
from bankrails_contracts.payments import (
    BankAccountDisabled,
    BankAccountEnabled,
    BankAccountSuperseded,
    CancelPayment,
    EnableBankAccount,
    MandateRevoked,
    PaymentRefused,
    PaymentState,
    RefundState,
    RegisterBankAccount,
)
from bankrails_contracts.settlement import AccountAction, ReturnActionRequired
from bankrails_messaging.decisions import Decision, Refusal, Result
from bankrails_messaging.unopened import Unopened
from bankrails_testkit import commands
from bankrails_testkit.snapshots import CANADIAN, NOON, a_mandate, a_payer, a_payment, an_account, an_outcome
from payments_service.domain.bank_account import BankAccount, BankAccountState, Cause, OpenedNumber
from payments_service.domain.enrolment import Enrolment, SharedAccount
from payments_service.domain.external_account import ExternalAccount, Standing
from payments_service.domain.mandate import Mandate, MandateState
from payments_service.domain.refund import Refund
from payments_service.handlers import (
    enable_bank_account,
    note_accounts,
    note_return_actions,
    record_bank_account,
    register_bank_account,
)
from payments_service.handlers.note_shared_account import NumberUnreadable
from payments_service.handlers.standing_of_accounts import Surroundings

JWE = "eyJhbGciOiJFQ0RILUVTIn0..bm9uY2U.Y2lwaGVy.dGFn"
LOCKED = ExternalAccountLocked(external_account_id="x1", user_id="user-1", reason="fraud")
UNLOCKED = ExternalAccountUnlocked(external_account_id="x1", user_id="user-1")
ARCHIVED = ExternalAccountArchived(external_account_id="x1", user_id="user-1")
CORRECTED = ExternalAccountCorrected(
    external_account_id="x1",
    user_id="user-1",
    code="C01",
    account=CanadianAccount(country="CA", institution_number="003", transit_number="10202", account_number=JWE),
    account_type=AccountType.CHECKING,
    account_masked="******4321",
    holder=AccountHolder(holder_type=HolderType.PERSONAL, first_name="Ada", last_name="Lovelace"),
)
NUMBER = OpenedNumber("at rest 7654321", "4321", 7, "print of 7654321")


def events(decision: Decision) -> list[Any]:
    return [event for part in (decision, *decision.also) for event in part.events]


def aggregate(decision: Decision, kind: type, id: str | None = None) -> Any:
    found: list[Any] = [part.aggregate for part in (decision, *decision.also)]
    return next((each for each in found if isinstance(each, kind) and id in (None, getattr(each, "id", None))), None)


def told(event: Any, *accounts: Surroundings, state: Standing = Standing.OPEN) -> Decision:
    external = ExternalAccount("x1", state, bank_accounts=[each.account.id for each in accounts])
    return note_accounts.decide(event, note_accounts.Situation(external, accounts), NOON)


def around(account: BankAccount | None = None, **fields: Any) -> Surroundings:
    made = Surroundings(account or an_account(external_account_id="x1"), a_payer(), [a_mandate()])
    return replace(made, **fields)


# Locks


def test_a_lock_stops_the_account_and_what_waits_on_it() -> None:
    """What is at the bank already stays there."""
    waiting = [a_payment(state=PaymentState.ACCEPTED), a_payment(id="kept", state=PaymentState.AWAITING_MANDATE)]
    decision = told(LOCKED, around(waiting=waiting))
    disabled, refused = events(decision)
    assert isinstance(disabled, BankAccountDisabled)
    assert (disabled.reason, disabled.return_code, disabled.external_account_id) == ("fraud", None, "x1")
    assert isinstance(refused, PaymentRefused)
    assert refused.code == "ACCOUNT_DISABLED"
    assert decision.commands == (CancelPayment(merchant_id="maple-books", payment_id="kept"),)
    assert aggregate(decision, ExternalAccount).state is Standing.LOCKED


def test_an_unlock_gives_back_what_the_lock_took_and_nothing_else() -> None:
    """A return's reason stays until a person looks at it."""
    locked = an_account().disabled(Cause.LOCK)
    (enabled,) = events(told(UNLOCKED, around(locked), state=Standing.LOCKED))
    assert isinstance(enabled, BankAccountEnabled)
    assert enabled.by == "accounts-service"
    returned = locked.disabled(Cause.RETURN, "R02")
    decision = told(UNLOCKED, around(returned), state=Standing.LOCKED)
    assert (events(decision), aggregate(decision, BankAccount).disabled_for) == ([], ["return R02"])
    assert events(told(UNLOCKED, around())) == []


def test_an_archived_account_is_not_opened_again() -> None:
    """Not by an unlock, and not by a lock that was under way."""
    archived = told(ARCHIVED, around())
    account, external = aggregate(archived, BankAccount), aggregate(archived, ExternalAccount)
    assert external.state is Standing.ARCHIVED
    for fact in (UNLOCKED, LOCKED):
        decision = told(fact, around(account), state=Standing.ARCHIVED)
        assert aggregate(decision, ExternalAccount) is None
        assert (aggregate(decision, BankAccount) or account).has(Cause.ARCHIVE)


@pytest.mark.parametrize("fact", [LOCKED, ARCHIVED])
def test_the_same_fact_again_changes_nothing(fact: Any) -> None:
    account = aggregate(told(fact, around()), BankAccount)
    assert events(told(fact, around(account), state=Standing.LOCKED)) == []


# Registered under a lock, or corrected before


def registering(external: ExternalAccount, **fields: Any) -> Decision | Refusal:
    command = commands.register_bank_account(
        "payer", JWE, bank_account_id="account", external_account_id="x1", **fields.pop("command", {})
    )
    made = register_bank_account.Situation(CANADIAN, a_payer(), None, OpenedNumber("e", "4567", 7, "print"), external)
    return register_bank_account.decide(command, replace(made, **fields), NOON, lambda encrypted: JWE)


def test_an_account_and_its_lock_meet_whichever_comes_first() -> None:
    """They change one row, so of two that come at once the later sees the earlier."""
    decision = registering(ExternalAccount("x1", Standing.LOCKED, "fraud"))
    assert isinstance(decision, Decision)
    assert decision.aggregate.disabled_for == ["lock"]
    assert [type(event) for event in events(decision)] == [BankAccountDisabled]
    assert aggregate(decision, ExternalAccount).bank_accounts == ["account"]
    archived = registering(ExternalAccount("x1", Standing.ARCHIVED))
    assert isinstance(archived, Refusal)
    assert (archived.code, archived.field) == ("ACCOUNT_DISABLED", "external_account_id")


def test_an_account_registered_with_data_corrected_meanwhile_is_corrected_next() -> None:
    """The correction came between the event that shared the account and the command that it led to."""
    shared = SharedAccount("x1", "CA", "003", "10202", None, "at rest", "checking", "personal", "A", "L", None, "other")
    decision = registering(ExternalAccount("x1", corrected=asdict(shared)))
    assert isinstance(decision, Decision)
    (correction,) = decision.commands
    assert isinstance(correction, RegisterBankAccount)
    assert correction.replaces == "account"
    same = replace(shared, institution_number="001", transit_number="12345", fingerprint="print")
    decision = registering(ExternalAccount("x1", corrected=asdict(same)))
    assert isinstance(decision, Decision)
    assert decision.commands == ()


@pytest.mark.parametrize(
    ("replaced", "code"),
    [
        (None, "NOT_FOUND"),
        (an_account(id="old", payer_id="x"), "NOT_FOUND"),
        (an_account(id="old", successor_id="another"), "WRONG_STATE"),
        (an_account(id="old", state=BankAccountState.REMOVED), "WRONG_STATE"),
    ],
)
def test_what_may_be_replaced(replaced: BankAccount | None, code: str) -> None:
    """One of the same payer, by one account."""
    verdict = registering(ExternalAccount("x1"), command={"replaces": "old"}, replaced=replaced)
    assert isinstance(verdict, Refusal)
    assert (verdict.code, verdict.field) == (code, "replaces")


def test_a_replacement_that_the_vendor_refuses_leaves_the_old_one_free_for_another() -> None:
    old, new = an_account(id="old", successor_id="account"), an_account(replaces="old")
    decision = record_bank_account.decide(an_outcome(Result.REJECTED), Surroundings(new, a_payer(), replaced=old), NOON)
    assert aggregate(decision, BankAccount, "old").successor_id is None


# Corrections


def corrected(*accounts: BankAccount, enrolment: Enrolment | None = None) -> Decision:
    external = ExternalAccount("x1", bank_accounts=[each.id for each in accounts])
    situation = note_accounts.Correction(external, accounts, enrolment, NUMBER)
    return note_accounts.decide_corrected(CORRECTED, situation, NOON, lambda encrypted: JWE)


def test_a_notice_of_change_is_a_new_account_beside_the_old_for_every_payer() -> None:
    """The vendor changes no account. The ids follow from what the account is now, so twice is once."""
    accounts = [an_account(id="a"), an_account(id="b", payer_id="payer-2")]
    decision = corrected(*accounts)
    first, second = decision.commands
    assert isinstance(first, RegisterBankAccount)
    assert isinstance(second, RegisterBankAccount)
    assert [(each.payer_id, each.replaces) for each in (first, second)] == [("payer", "a"), ("payer-2", "b")]
    assert first.mandate_id is not None
    assert len({first.bank_account_id, second.bank_account_id, "a", "b"}) == 4
    assert corrected(*accounts).commands == decision.commands
    assert aggregate(decision, ExternalAccount).corrected["number_encrypted"] == "at rest 7654321"
    assert aggregate(decision, BankAccount) is None


def test_what_is_corrected_already_or_gone_is_left_alone() -> None:
    gone = an_account(id="gone", state=BankAccountState.REMOVED)
    followed = an_account(id="old", successor_id="new")
    new = replace(an_account(payer_id="p"), id=corrected(an_account(payer_id="p")).commands[0].key, replaces="old")
    assert corrected(gone, followed, new).commands == ()


def test_payers_that_come_later_get_the_corrected_account() -> None:
    decision = corrected(enrolment=Enrolment("user-1"))
    assert aggregate(decision, Enrolment).accounts["x1"]["fingerprint"] == "print of 7654321"


def test_without_its_number_a_correction_waits_for_a_person() -> None:
    unopened = Unopened(RefusalCode.SEAL_BROKEN, "why")
    situation = note_accounts.Correction(ExternalAccount("x1"), [], None, unopened)
    with pytest.raises(NumberUnreadable):
        note_accounts.decide_corrected(CORRECTED, situation, NOON, str)


# Returns


def returned(action: AccountAction, code: str, scene: Surroundings | None = None, **payment: Any) -> Decision:
    event = ReturnActionRequired(
        merchant_id="maple-books",
        payment_id="payment",
        vendor_payment_id="801",
        amount=a_payment().money,
        code=code,
        action=action,
        reason="the bank says so",
    )
    made = a_payment(**{"state": PaymentState.RETURNED, "vendor_payment_id": "801"} | payment)
    return note_return_actions.decide(event, note_return_actions.Situation(made, scene or around()), NOON)


@pytest.mark.parametrize(
    ("action", "code", "cause"),
    [
        (AccountAction.DISABLE, "R02", "return R02"),
        (AccountAction.DISABLE_UNTIL_CORRECTED, "R03", "return R03"),
        (AccountAction.PAUSE, "R08", "pause R08"),
    ],
)
def test_a_return_disables_the_account_and_stops_what_waits(action: AccountAction, code: str, cause: str) -> None:
    scene = around(waiting=[a_payment(id="next", state=PaymentState.ACCEPTED)])
    decision = returned(action, code, scene)
    disabled, refused = events(decision)
    assert (disabled.return_code, disabled.reason) == (code, "the bank says so")
    assert (refused.payment_id, refused.code) == ("next", "ACCOUNT_DISABLED")
    account = aggregate(decision, BankAccount)
    assert account.disabled_for == [cause]
    assert events(returned(action, code, around(account))) == []


@pytest.mark.parametrize(
    "action", [AccountAction.KEEP, AccountAction.UPDATE_ROUTING, AccountAction.REVIEW, AccountAction.ESCALATE]
)
def test_what_a_person_must_look_at_changes_nothing_here(action: AccountAction) -> None:
    assert returned(action, "R12") == Decision()


def test_a_revoked_authorization_ends_the_debits_own_mandate_here_and_at_the_vendor() -> None:
    """And not the one that the payer has accepted since."""
    old = a_mandate(id="old", vendor_mandate_id="700", state=MandateState.ACCEPTED)
    new = a_mandate(id="new", state=MandateState.ACCEPTED)
    decision = returned(AccountAction.REVOKE_MANDATE, "R07", around(mandates=[old, new]), mandate_id="old")
    (revoked,) = events(decision)
    assert isinstance(revoked, MandateRevoked)
    assert (revoked.mandate_id, revoked.reason) == ("old", "R07")
    (part,) = (part for part in decision.also if isinstance(part.aggregate, Mandate))
    (work,) = part.work
    assert (work.kind, work.payload["vendor_mandate_id"], work.payload["commanded"]) == ("update_mandate", "700", False)


def test_without_knowing_which_the_one_in_force_is_revoked() -> None:
    """Payments of earlier releases do not say."""
    decision = returned(AccountAction.REVOKE_MANDATE, "R07", around(mandates=[a_mandate(state=MandateState.ACCEPTED)]))
    assert [type(event).__name__ for event in events(decision)] == ["MandateRevoked"]


def test_a_return_of_another_debit_or_of_nobodys_does_nothing() -> None:
    assert returned(AccountAction.DISABLE, "R02", vendor_payment_id="999") == Decision()


@pytest.mark.parametrize(("vendor_refund_id", "disables"), [("905", True), ("906", False)])
def test_a_refund_that_its_bank_did_not_take_speaks_of_the_account_too(vendor_refund_id: str, disables: bool) -> None:
    """Its account is closed as well as a debit's would be; a refund that is not ours says nothing."""
    refund = Refund("refund", 100, RefundState.SUBMITTED, vendor_refund_id="905")
    made = a_payment(state=PaymentState.CLEARED, vendor_payment_id="801").with_refund(refund)
    event = ReturnActionRequired(
        merchant_id="maple-books",
        payment_id="refund",
        refund_of="payment",
        vendor_payment_id=vendor_refund_id,
        amount=made.money,
        code="R02",
        action=AccountAction.DISABLE,
        reason="account closed",
    )
    decision = note_return_actions.decide(event, note_return_actions.Situation(made, around()), NOON)
    assert bool(events(decision)) == disables


def test_the_old_account_is_superseded_when_its_bank_refuses_it() -> None:
    """Whichever comes first: the return, or the registration of the account that corrects it."""
    old, new = an_account(id="old", successor_id="new"), an_account(id="new", replaces="old")
    decision = returned(AccountAction.DISABLE_UNTIL_CORRECTED, "R03", around(old, successor=new))
    assert [type(event) for event in events(decision)] == [BankAccountDisabled, BankAccountSuperseded]
    refused = old.disabled(Cause.RETURN, "R03")
    scene = Surroundings(replace(new, state=BankAccountState.REGISTERING), a_payer(), replaced=refused)
    answered = record_bank_account.decide(an_outcome(answer={"vendor_bank_account_id": "602"}), scene, NOON)
    assert "BankAccountSuperseded" in [type(event).__name__ for event in events(answered)]
    serving = Surroundings(replace(new, state=BankAccountState.REGISTERING), a_payer(), replaced=old)
    answered = record_bank_account.decide(an_outcome(answer={"vendor_bank_account_id": "602"}), serving, NOON)
    assert "BankAccountSuperseded" not in [type(event).__name__ for event in events(answered)]


# By a person


def enable(account: BankAccount | None) -> Decision | Refusal:
    command = EnableBankAccount(merchant_id="maple-books", bank_account_id="account", reason="seen", by="Grace")
    return enable_bank_account.decide(command, enable_bank_account.Situation(CANADIAN, account), NOON)


def test_a_person_takes_back_what_returns_have_led_to() -> None:
    """All of them at once, by name."""
    decision = enable(an_account().disabled(Cause.RETURN, "R02").disabled(Cause.PAUSE, "R08"))
    assert isinstance(decision, Decision)
    assert decision.aggregate.disabled_for == []
    assert events(decision)[0].by == "Grace"


@pytest.mark.parametrize(
    "account",
    [
        an_account(),
        an_account().disabled(Cause.LOCK).disabled(Cause.RETURN, "R02"),
        an_account().disabled(Cause.ARCHIVE),
        an_account(successor_id="new", superseded_at=NOON).disabled(Cause.RETURN, "R02"),
    ],
)
def test_what_is_not_a_persons_to_enable_says_why(account: BankAccount) -> None:
    """A lock is taken back where it was set."""
    verdict = enable(account)
    assert isinstance(verdict, Refusal)
    assert verdict.code == "WRONG_STATE"
