"""Bank numbers, taken out of an account and put back."""

import pytest
from bankrails_contracts.parts import BankNumbers, CanadianAccount, UsAccount, account_at, bank_numbers
from pydantic import ValidationError

JWE = "eyJhbGciOiJFQ0RILUVTIn0..bm9uY2U.Y2lwaGVy.dGFn"
CANADIAN = CanadianAccount(country="CA", institution_number="001", transit_number="00001", account_number=JWE)
AMERICAN = UsAccount(country="US", routing_number="021000021", account_number=JWE)


@pytest.mark.parametrize("account", [CANADIAN, AMERICAN], ids=["CA", "US"])
def test_an_account_is_put_together_again(account):
    """Services keep the numbers apart from the sealed one, and tell them together."""
    assert account_at(account.country, bank_numbers(account), JWE) == account


@pytest.mark.parametrize(
    ("country", "numbers"),
    [
        ("CA", BankNumbers(institution_number="001")),
        ("CA", BankNumbers(routing_number="021000021")),
        ("US", BankNumbers("001", "00001")),
        ("US", BankNumbers(routing_number="")),
        ("GB", BankNumbers("001", "00001", "021000021")),
    ],
)
def test_half_a_bank_is_none(country, numbers):
    """Money sent to one would come back, or not."""
    with pytest.raises(ValidationError):
        account_at(country, numbers, JWE)
