import json

import pytest
from bankrails_contracts.money import AMOUNT_MINOR_MAX, Currency, Money
from bankrails_contracts.payments import CollectPayment
from bankrails_contracts.violations import first_violation
from pydantic import ValidationError

COLLECT = {"merchant_id": "m", "payment_id": "p", "payer_id": "y", "bank_account_id": "b"}


def collect(amount_minor: str, currency: str = '"CAD"') -> CollectPayment:
    amount = f'{{"amount_minor":{amount_minor},"currency":{currency}}}'
    return CollectPayment.model_validate_json(f'{json.dumps(COLLECT)[:-1]},"amount":{amount}}}')


@pytest.mark.parametrize("amount_minor", [1, 4995, AMOUNT_MINOR_MAX])
def test_amounts_are_whole_cents(amount_minor: int) -> None:
    """From one cent up to eleven digits, and no cent is lost on the way."""
    assert collect(str(amount_minor)).amount == Money(amount_minor=amount_minor, currency=Currency.CAD)


@pytest.mark.parametrize(
    "amount_minor",
    ["0", "-1", "-4995", "49.95", "4995.0", "1e3", "true", '"4995"', "null", "100000000000", "9" * 40, "[]", "{}"],
)
def test_every_other_amount_is_refused_by_the_name_of_its_field(amount_minor: str) -> None:
    """A float, a truth value or a text that passes for a number would move another sum than was meant."""
    with pytest.raises(ValidationError) as raised:
        collect(amount_minor)
    assert raised.value.errors()[0]["loc"] == ("amount", "amount_minor")
    assert first_violation(CollectPayment, raised.value).field == "amount.amount_minor"


@pytest.mark.parametrize("currency", ['"cad"', '"EUR"', '""', "null", "124"])
def test_currencies_are_those_of_the_rails(currency: str) -> None:
    """ACH carries US dollars and EFT Canadian ones; there is nothing to convert with."""
    with pytest.raises(ValidationError) as raised:
        collect("1", currency)
    assert first_violation(CollectPayment, raised.value).field == "amount.currency"


def test_money_reads_as_people_write_it() -> None:
    """Cents below ten keep their zero."""
    assert str(Money(amount_minor=100_05, currency=Currency.USD)) == "100.05 USD"
