"""LinkExternalAccount: what is accepted, and every rule that refuses."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from accounts_service.domain.external_account import ExternalAccount
from accounts_service.domain.opened_number import OpenedNumber
from accounts_service.handlers.link_external_account import decide
from accounts_service.handlers.opening import Situation
from accounts_service.handlers.rules import Rules
from bankrails_contracts.accounts import (
    ExternalAccountLinked,
    ExternalAccountState,
    ExternalAccountVerified,
    LinkExternalAccount,
)
from bankrails_contracts.answers import RefusalCode
from bankrails_messaging.decisions import Decision, Refusal
from bankrails_messaging.unopened import Unopened

Build = Callable[..., LinkExternalAccount]
OPENED = OpenedNumber("encrypted", "fingerprint", "6789")
SHARING = Rules(share=True)


def situation(**fields: Any) -> Situation:
    return Situation(**({"account": None, "same": None, "number": OPENED, "rules": SHARING} | fields))


def test_a_canadian_account_is_verified_at_once(a_canadian_link: Build, noon: datetime) -> None:
    """The login has proven it, and there is no vendor to tell."""
    decision = decide(a_canadian_link(connection_id="login"), situation(), noon)
    assert isinstance(decision, Decision)
    account = decision.aggregate
    assert (account.state, account.institution_number, account.routing_number) == ("VERIFIED", "001", None)
    linked, verified = decision.events
    assert isinstance(linked, ExternalAccountLinked)
    assert isinstance(verified, ExternalAccountVerified)
    assert (linked.account_masked, linked.helix_external_account_id) == ("******6789", None)
    assert (linked.connection_id, verified.method) == ("login", "bank_login")
    assert [work.kind for work in decision.work] == ["share_account"]


def test_an_american_account_is_made_at_the_vendor_first(an_american_link: Build, noon: datetime) -> None:
    """Nothing is told before the vendor has answered, and the work names the account alone."""
    decision = decide(an_american_link(), situation(), noon)
    assert isinstance(decision, Decision)
    assert (decision.aggregate.state, decision.aggregate.number_fingerprint) == ("LINKING", "fingerprint")
    assert decision.events == ()
    assert [(work.kind, work.payload) for work in decision.work] == [
        ("create_at_helix", {"external_account_id": "external"})
    ]


def test_nothing_is_shared_where_nobody_is_configured_to_read_it(a_canadian_link: Build, noon: datetime) -> None:
    """Each service also works on its own."""
    decision = decide(a_canadian_link(), situation(rules=Rules()), noon)
    assert isinstance(decision, Decision)
    assert decision.work == ()


def test_who_vouches_for_an_account_is_told(a_canadian_link: Build, noon: datetime) -> None:
    """A reader may trust a bank's login more than a sender's word."""
    decision = decide(a_canadian_link(), situation(), noon)
    assert isinstance(decision, Decision)
    assert decision.events[1].method == "attested"  # type: ignore[attr-defined]  # ExternalAccountVerified


@pytest.mark.parametrize(
    ("link", "seen", "code", "field"),
    [
        ({"helix_customer_id": None}, {}, "INVALID", "helix_customer_id"),
        ({"helix_customer_id": 2**31}, {}, "INVALID", "helix_customer_id"),
        ({"account_type": "general_ledger"}, {}, "NOT_OFFERED", "account_type"),
        (
            {"account_type": "loan", "holder": {"holder_type": "business", "company_name": "C"}},
            {},
            "INVALID",
            "account_type",
        ),
        ({"holder": {"holder_type": "personal", "company_name": "C"}}, {}, "INVALID", "holder.first_name"),
        (
            {"holder": {"holder_type": "personal", "first_name": "A", "last_name": "L" * 51}},
            {},
            "INVALID",
            "holder.last_name",
        ),
        (
            {"holder": {"holder_type": "business", "first_name": "A", "last_name": "L"}},
            {},
            "INVALID",
            "holder.company_name",
        ),
        *[
            ({}, {"number": Unopened(code, "why")}, code.value, "account.account_number")
            for code in (RefusalCode.SEAL_BROKEN, RefusalCode.SEALED_TO_UNKNOWN_KEY, RefusalCode.SEALED_TO_RETIRED_KEY)
        ],
        ({}, {"number": OpenedNumber("e", "f", "", "too long")}, "INVALID", "account.account_number"),
    ],
)
def test_each_rule_refuses_by_name(
    an_american_link: Build, noon: datetime, link: dict[str, Any], seen: dict[str, Any], code: str, field: str
) -> None:
    """The vendor would say no as well, later and in other words."""
    verdict = decide(an_american_link(**link), situation(**seen), noon)
    assert isinstance(verdict, Refusal)
    assert (verdict.code, verdict.field) == (code, field)


@pytest.mark.parametrize(
    ("number", "allowed", "refused"),
    [("121042883", False, True), ("000000000", True, True), ("123456789", False, True), ("123456789", True, False)],
)
def test_a_routing_number_must_be_one(
    an_american_link: Build, noon: datetime, number: str, allowed: bool, refused: bool
) -> None:
    """The sandbox's own is let in by setting alone."""
    account = an_american_link().account.model_dump() | {"routing_number": number}
    rules = Rules(sandbox_routing_number=allowed)
    verdict = decide(an_american_link(account=account), situation(rules=rules), noon)
    assert isinstance(verdict, Refusal) is refused
    if isinstance(verdict, Refusal):
        assert (verdict.code, verdict.field) == ("INVALID", "account.routing_number")


@pytest.mark.parametrize(
    ("fields", "code"),
    [({}, "ALREADY_EXISTS"), ({"account_type": "savings"}, "CONFLICT"), ({"helix_customer_id": 1002}, "CONFLICT")],
)
def test_a_user_links_an_account_once(
    an_american_link: Build,
    an_account: Callable[..., ExternalAccount],
    noon: datetime,
    fields: dict[str, Any],
    code: str,
) -> None:
    """Under whatever id: the vendor has few places for a person's accounts."""
    same = an_account(id="other", state=ExternalAccountState.VERIFIED)
    verdict = decide(an_american_link(**fields), situation(same=same), noon)
    assert isinstance(verdict, Refusal)
    assert (verdict.code, verdict.about) == (code, same)


def test_neither_snapshot_nor_work_holds_the_sealed_number(an_american_link: Build, noon: datetime) -> None:
    """Ciphertext that lies about is one stolen key away from being the number."""
    command = an_american_link()
    decision = decide(command, situation(), noon)
    assert isinstance(decision, Decision)
    assert command.account.account_number not in repr(decision.aggregate) + json.dumps(decision.work[0].payload)
