"""Payers, bank accounts, defaults and mandates: what is accepted, and every rule that refuses."""

import json
from dataclasses import replace
from typing import Any

import pytest
from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.payments import RegisterBankAccount
from bankrails_messaging.decisions import Decision, Refusal
from bankrails_messaging.unopened import Unopened
from bankrails_testkit import commands
from bankrails_testkit.snapshots import AMERICAN, CANADIAN, NOON, a_mandate, a_payer, an_account
from payments_service.domain.bank_account import (
    BankAccountState,
    OpenedNumber,
)
from payments_service.domain.mandate import MandateState
from payments_service.domain.payer import PayerState
from payments_service.handlers import (
    register_bank_account,
    register_payer,
    request_mandate,
    set_default_bank_account,
)

JWE = "eyJhbGciOiJFQ0RILUVTIn0..bm9uY2U.Y2lwaGVy.dGFn"
US_ACCOUNT = {"country": "US", "routing_number": "021000021", "account_number": JWE}


def refused(verdict: Decision | Refusal, code: str, field: str) -> None:
    assert isinstance(verdict, Refusal)
    assert (verdict.code, verdict.field) == (code, field)


# Payers


def test_a_payer_is_registered_at_the_vendor_under_its_own_id() -> None:
    """Our id is the vendor's customer code, which is what makes the call repeatable."""
    command = commands.register_payer(payer_id="payer")
    decision = register_payer.decide(command, register_payer.Situation(CANADIAN, None), NOON)
    assert isinstance(decision, Decision)
    assert (decision.aggregate.state, decision.events) == (PayerState.REGISTERING, ())
    assert decision.work[0].payload["payer_id"] == "payer"


def test_a_payer_must_be_in_the_merchants_country() -> None:
    """These rails cross no border."""
    situation = register_payer.Situation(AMERICAN, None)
    refused(register_payer.decide(commands.register_payer(), situation, NOON), "COUNTRY_MISMATCH", "address.country")


def test_a_payer_of_nobody_is_refused() -> None:
    """A merchant is a name in configuration."""
    situation = register_payer.Situation(None, None)
    refused(register_payer.decide(commands.register_payer(), situation, NOON), "UNKNOWN_MERCHANT", "merchant_id")


# Bank accounts


def an_account_command(**fields: Any) -> RegisterBankAccount:
    return commands.register_bank_account("payer", JWE, bank_account_id="account", **fields)


OPENED = OpenedNumber("encrypted", "4567", 7)
READY = register_bank_account.Situation(CANADIAN, a_payer(), None, OPENED)


def test_an_account_is_kept_without_its_number() -> None:
    """The rules see how many digits it has, the store holds it encrypted, and the work names the account alone."""
    decision = register_bank_account.decide(an_account_command(), READY, NOON)
    assert isinstance(decision, Decision)
    account, (work,) = decision.aggregate, decision.work
    assert (account.state, account.account_number_encrypted, account.masked) == (
        BankAccountState.REGISTERING,
        "encrypted",
        "******4567",
    )
    assert (account.institution_number, account.transit_number, account.routing_number) == ("001", "12345", None)
    assert JWE not in json.dumps(work.payload)
    assert work.gate is not None


def test_an_american_account_has_a_routing_number() -> None:
    """And neither institution nor transit."""
    payer = a_payer(merchant_id=AMERICAN.id)
    situation = register_bank_account.Situation(AMERICAN, payer, None, OpenedNumber("e", "4567", 8))
    command = an_account_command(merchant_id=AMERICAN.id, account=US_ACCOUNT)
    decision = register_bank_account.decide(command, situation, NOON)
    assert isinstance(decision, Decision)
    assert (decision.aggregate.routing_number, decision.aggregate.transit_number) == ("021000021", None)


@pytest.mark.parametrize(
    ("command", "situation", "code", "field"),
    [
        ({}, {"merchant": None}, "UNKNOWN_MERCHANT", "merchant_id"),
        ({}, {"payer": None}, "NOT_FOUND", "payer_id"),
        ({}, {"payer": a_payer(merchant_id="x")}, "NOT_FOUND", "payer_id"),
        ({}, {"payer": a_payer(state=PayerState.REGISTERING, vendor_customer_id=None)}, "WRONG_STATE", "payer_id"),
        ({}, {"payer": a_payer(state=PayerState.REJECTED)}, "WRONG_STATE", "payer_id"),
        ({}, {"payer": a_payer(email=None)}, "EMAIL_MISSING", "email"),
        ({"account": US_ACCOUNT}, {}, "COUNTRY_MISMATCH", "account.country"),
        *[
            ({}, {"number": Unopened(code, "why")}, code.value, "account.account_number")
            for code in (RefusalCode.SEAL_BROKEN, RefusalCode.SEALED_TO_UNKNOWN_KEY, RefusalCode.SEALED_TO_RETIRED_KEY)
        ],
        *[
            ({}, {"number": OpenedNumber("e", "", digits)}, "INVALID", "account.account_number")
            for digits in (0, 6, 13)
        ],
        (
            {"account": US_ACCOUNT | {"routing_number": "021000022"}, "merchant_id": AMERICAN.id},
            {"merchant": AMERICAN, "payer": a_payer(merchant_id=AMERICAN.id), "number": OpenedNumber("e", "4", 8)},
            "INVALID",
            "account.routing_number",
        ),
        (
            {"account": US_ACCOUNT, "merchant_id": AMERICAN.id},
            {"merchant": AMERICAN, "payer": a_payer(merchant_id=AMERICAN.id), "number": OpenedNumber("e", "4", 7)},
            "INVALID",
            "account.account_number",
        ),
    ],
)
def test_each_rule_of_an_account_refuses_by_name(
    command: dict[str, Any], situation: dict[str, Any], code: str, field: str
) -> None:
    """The vendor would say no as well, later, in other words, and after a mail."""
    refused(register_bank_account.decide(an_account_command(**command), replace(READY, **situation), NOON), code, field)


# Defaults and mandates


@pytest.mark.parametrize(
    ("merchant", "payer", "account", "code", "field"),
    [
        (None, a_payer(), an_account(), "UNKNOWN_MERCHANT", "merchant_id"),
        (CANADIAN, None, an_account(), "NOT_FOUND", "payer_id"),
        (CANADIAN, a_payer(merchant_id="x"), an_account(), "NOT_FOUND", "payer_id"),
        (CANADIAN, a_payer(), None, "NOT_FOUND", "bank_account_id"),
        (CANADIAN, a_payer(), an_account(payer_id="x"), "NOT_FOUND", "bank_account_id"),
        (CANADIAN, a_payer(), an_account(state=BankAccountState.REGISTERING), "WRONG_STATE", "bank_account_id"),
    ],
)
def test_each_rule_of_a_default_refuses_by_name(merchant: Any, payer: Any, account: Any, code: str, field: str) -> None:
    """Somebody else's account must not become a payer's own."""
    situation = set_default_bank_account.Situation(merchant, payer, account)
    refused(set_default_bank_account.decide(commands.set_default("payer", "account"), situation, NOON), code, field)


def test_a_default_is_a_call_and_no_event_yet() -> None:
    """It is the default when the vendor says so."""
    situation = set_default_bank_account.Situation(CANADIAN, a_payer(), an_account())
    decision = set_default_bank_account.decide(commands.set_default("payer", "account"), situation, NOON)
    assert isinstance(decision, Decision)
    assert (decision.events, decision.work[0].payload["vendor_bank_account_id"]) == ((), "601")


@pytest.mark.parametrize(
    ("merchant", "account", "code", "field"),
    [
        (None, an_account(), "UNKNOWN_MERCHANT", "merchant_id"),
        (CANADIAN, None, "NOT_FOUND", "bank_account_id"),
        (CANADIAN, an_account(merchant_id="x"), "NOT_FOUND", "bank_account_id"),
        (CANADIAN, an_account(state=BankAccountState.REJECTED), "WRONG_STATE", "bank_account_id"),
    ],
)
def test_each_rule_of_a_mandate_refuses_by_name(merchant: Any, account: Any, code: str, field: str) -> None:
    """A mail to a payer about an account that is not there would only confuse them."""
    situation = request_mandate.Situation(merchant, account, None)
    refused(request_mandate.decide(commands.request_mandate("account"), situation, NOON), code, field)


def test_requests_about_one_account_go_one_at_a_time() -> None:
    """Two that look before either acts would both take the same agreement for their own."""
    situation = request_mandate.Situation(CANADIAN, an_account(), None)
    first, second = (request_mandate.decide(commands.request_mandate("account"), situation, NOON) for _ in range(2))
    assert isinstance(first, Decision)
    assert isinstance(second, Decision)
    assert first.aggregate.state is MandateState.REQUESTING
    assert first.work[0].gate == second.work[0].gate is not None


def test_no_second_mandate_is_asked_for_while_one_is_in_force() -> None:
    """The vendor would mail the payer and make none."""
    situation = request_mandate.Situation(
        CANADIAN, an_account(), None, others=[a_mandate(state=MandateState.ACCEPTED, id="first")]
    )
    refused(
        request_mandate.decide(commands.request_mandate("account"), situation, NOON), "WRONG_STATE", "bank_account_id"
    )
