"""The number from seal to rest, with real keys."""

from pathlib import Path

import pytest
from accounts_service.account_numbers import AccountNumbers
from accounts_service.domain.opened_number import OpenedNumber
from bankrails_contracts.parts import CanadianAccount, UsAccount
from bankrails_messaging.unopened import Unopened
from bankrails_sealing import SealingKeys, TokenBroken, Vault, preferred_key, seal


@pytest.fixture
def numbers(tmp_path: Path) -> AccountNumbers:
    SealingKeys.generate(tmp_path / "keys.json")
    Vault.generate(tmp_path / "vault.json")
    return AccountNumbers(SealingKeys.load(tmp_path / "keys.json"), Vault.load(tmp_path / "vault.json"))


def american(numbers: AccountNumbers, number: str, routing_number: str = "121042882") -> UsAccount:
    sealed = seal(number, preferred_key(numbers.sealing.jwks()))
    return UsAccount(country="US", routing_number=routing_number, account_number=sealed)


def opened(numbers: AccountNumbers, account: UsAccount | CanadianAccount, id: str = "external") -> OpenedNumber:
    found = numbers.open(id, account)
    assert isinstance(found, OpenedNumber)
    return found


def test_a_number_rests_encrypted_for_its_own_row(numbers: AccountNumbers, an_account) -> None:  # type: ignore[no-untyped-def]  # conftest's
    """Copied to another row it opens nothing."""
    found = opened(numbers, american(numbers, "000123456789"))
    assert "123456789" not in repr(found)
    assert (found.last4, found.fault) == ("6789", None)
    account = an_account(account_number_encrypted=found.encrypted)
    assert numbers.decrypt(account) == "000123456789"
    with pytest.raises(TokenBroken):
        numbers.decrypt(an_account(id="other", account_number_encrypted=found.encrypted))


def test_the_same_account_is_recognised_and_no_other(numbers: AccountNumbers) -> None:
    """Sealed anew, under another id, with spaces: it is one account. At another bank it is not."""
    first = opened(numbers, american(numbers, "1234-5678")).fingerprint
    assert opened(numbers, american(numbers, "12345678"), "other").fingerprint == first
    assert opened(numbers, american(numbers, "012345678")).fingerprint != first
    assert opened(numbers, american(numbers, "12345678", "011401533")).fingerprint != first


def test_a_canadian_account_is_told_by_its_branch_too(numbers: AccountNumbers) -> None:
    """Branches number their accounts by themselves."""
    sealed = seal("1234567", preferred_key(numbers.sealing.jwks()))

    def at(transit_number: str) -> CanadianAccount:
        return CanadianAccount(
            country="CA", institution_number="001", transit_number=transit_number, account_number=sealed
        )

    assert opened(numbers, at("12345")).fingerprint != opened(numbers, at("12346")).fingerprint


def test_what_the_rules_say_against_a_number_does_not_repeat_it(numbers: AccountNumbers) -> None:
    """The fault goes into an event."""
    found = opened(numbers, american(numbers, "12#45678"))
    assert found.fault
    assert "12#45678" not in found.fault


def test_a_broken_seal_is_told_from_one_to_another_key(numbers: AccountNumbers, tmp_path: Path) -> None:
    """One is damage on the way, the other a sender who must read our keys again."""
    SealingKeys.generate(tmp_path / "others.json")
    foreign = seal("12345678", preferred_key(SealingKeys.load(tmp_path / "others.json").jwks()))
    for sealed, code in (
        ("eyJhbGciOiJFQ0RILUVTIn0..bm9uY2U.Y2lwaGVy.dGFn", "SEAL_BROKEN"),
        (foreign, "SEALED_TO_UNKNOWN_KEY"),
    ):
        account = UsAccount(country="US", routing_number="121042882", account_number=sealed)
        found = numbers.open("external", account)
        assert isinstance(found, Unopened)
        assert found.code == code
