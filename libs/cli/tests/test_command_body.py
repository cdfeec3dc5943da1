"""A command's body from the command line."""

import pytest
from bankrails_cli.command_body import assembled, check
from bankrails_cli.errors import Unusable
from bankrails_contracts.auth import AnswerChallenge, StartAuthentication
from bankrails_contracts.payments import CollectPayment, RegisterBankAccount

COLLECTION = {
    "payment_id": "payment-1",
    "payer_id": "payer-1",
    "bank_account_id": "account-1",
    "merchant_id": "maple-books",
    "amount": {"amount_minor": 4995, "currency": "CAD"},
}
SECRET = "123456789"


def no_seal(value: str) -> str:
    raise AssertionError("nothing here is to be sealed")


def test_a_field_is_text_where_the_contract_has_text() -> None:
    """Institution 001 is not the number 1, and an id of digits is still an id."""
    body = assembled(
        RegisterBankAccount,
        None,
        settings=["account.institution_number=001", "account.country=CA", "payer_id=42"],
        seal=no_seal,
    )
    assert body == {"account": {"institution_number": "001", "country": "CA"}, "payer_id": "42"}


def test_a_field_is_a_number_where_the_contract_has_one() -> None:
    """An amount given as text would be refused."""
    assert assembled(CollectPayment, None, settings=["amount.amount_minor=4995"], seal=no_seal) == {
        "amount": {"amount_minor": 4995}
    }


def test_a_field_that_the_contract_does_not_know_is_json_if_it_can_be() -> None:
    """The next version's fields can be tried before this one knows them."""
    body = assembled(CollectPayment, None, settings=["new.flag=true", "new.name=plain words"], seal=no_seal)
    assert body == {"new": {"flag": True, "name": "plain words"}}


def test_fields_are_set_over_the_body() -> None:
    """One file serves for many payments."""
    text = '{"payment_id": "payment-1", "amount": {"amount_minor": 1, "currency": "CAD"}}'
    body = assembled(CollectPayment, text, settings=["amount.amount_minor=2"], seal=no_seal)
    assert body == {"payment_id": "payment-1", "amount": {"amount_minor": 2, "currency": "CAD"}}


def test_a_secret_is_in_the_body_only_as_it_was_sealed() -> None:
    """The body goes to Kafka, where everybody reads."""
    body = assembled(
        RegisterBankAccount, None, secrets=[f"account.account_number={SECRET}"], seal=lambda value: value[::-1]
    )
    assert body == {"account": {"account_number": SECRET[::-1]}}


@pytest.mark.parametrize("text", ["{", "[]", '"text"'])
def test_data_that_are_no_object_are_refused_here(text: str) -> None:
    """They would travel to the service and come back as a dead letter."""
    with pytest.raises(Unusable):
        assembled(CollectPayment, text, seal=no_seal)


def test_a_secret_without_its_field_stays_out_of_the_error() -> None:
    """Errors end up in logs."""
    with pytest.raises(Unusable) as caught:
        assembled(RegisterBankAccount, None, secrets=[SECRET], seal=no_seal)
    assert SECRET not in str(caught.value)


def test_a_field_below_a_text_is_refused_and_not_lost() -> None:
    """Setting a.b where a is a text would drop one of the two."""
    with pytest.raises(Unusable, match="not an object"):
        assembled(CollectPayment, '{"amount": "5"}', settings=["amount.currency=CAD"], seal=no_seal)


def test_a_whole_command_passes_the_check() -> None:
    """A check that refuses everything would pass every other test here."""
    check(CollectPayment, COLLECTION)


def test_a_broken_rule_is_named_by_field_before_anything_is_sent() -> None:
    """The same words as the service's refusal, without the round trip."""
    with pytest.raises(Unusable, match=r"^amount\.amount_minor: .*greater than 0"):
        check(CollectPayment, {**COLLECTION, "amount": {"amount_minor": 0, "currency": "CAD"}})


def test_an_unsealed_secret_is_stopped_by_name_and_not_repeated() -> None:
    """Kafka would keep it for days; the terminal's log for ever."""
    with pytest.raises(Unusable, match=r"account\.account_number must be sealed") as caught:
        check(RegisterBankAccount, {"account": {"account_number": SECRET}})
    assert SECRET not in str(caught.value)


LOGIN = ["connection_id=c-1", "user_id=u-1", "country=CA", "institution=helium_test"]


def test_a_list_is_filled_place_by_place() -> None:
    """A login form has several fields, each sealed by itself."""
    body = assembled(
        StartAuthentication,
        None,
        settings=[*LOGIN, "credentials.0.field=username", "credentials.1.field=password"],
        secrets=["credentials.0.value=ada", "credentials.1.value=hunter2"],
        seal=lambda text: f"sealed {text}",
    )
    assert body["credentials"] == [
        {"field": "username", "value": "sealed ada"},
        {"field": "password", "value": "sealed hunter2"},
    ]


def test_a_place_in_a_list_cannot_be_skipped() -> None:
    """What would stand before it?"""
    with pytest.raises(Unusable, match="no next place"):
        assembled(StartAuthentication, None, settings=["credentials.1.field=password"], seal=str)


def test_text_in_a_list_stays_text() -> None:
    """A one-time code of digits is no number."""
    body = assembled(AnswerChallenge, None, settings=["answers.0.field=123456"], seal=str)
    assert body["answers"] == [{"field": "123456"}]


def test_a_secret_in_a_list_is_asked_for_by_a_path_that_works() -> None:
    """Advice that fails in its turn is worse than none."""
    credentials = [{"field": "username", "value": "ada"}]
    with pytest.raises(Unusable, match=r"--seal credentials\.0\.value=-") as told:
        check(StartAuthentication, {"connection_id": "c-1", "credentials": credentials})
    assert "ada" not in str(told.value)
