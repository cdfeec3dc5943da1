"""What is asked of a micro-deposit's details (docs.mx.com, microdeposits, API testing), and giving them beforehand."""

from typing import Any

import pytest
from bankrails_sandbox import ControlRefused
from bankrails_sandbox.mx.vocabulary import MicrodepositStatus as Status


@pytest.mark.parametrize(
    "fields",
    [
        {"account_number": None},
        {"account_number": "3" * 18},
        {"account_number": "3333-11"},
        {"account_number": 3333000011},
        {"account_type": None},
        {"account_type": "LOAN"},
        {"account_type": "checking"},
        {"account_type": 1},
        {"routing_number": None},
        {"routing_number": "091000018"},
        {"routing_number": "09100001"},
        {"routing_number": "000000000"},
        {"routing_number": "09100001٩"},
        {"routing_number": "222222226"},
        {"routing_number": "021000021"},
        {"first_name": "A" * 51},
        {"last_name": "Example$"},
        {"email": "ada@example"},
        {"email": "ada"},
        {"account_name": "n" * 51},
    ],
)
def test_what_fails_validation_leaves_no_record(deposits, fields: dict[str, Any]) -> None:
    """A 400, on which the widget says: review your details."""
    assert deposits.create(**fields).status_code == 400
    assert deposits.control.microdeposits() == ()


@pytest.mark.parametrize("name", ["Anne-Marie", "O'Neil", "José", "J. R.", "李"])
def test_names_of_people_are_no_special_characters(deposits, name: str) -> None:
    """As people are called."""
    assert deposits.create(first_name=name).status_code == 200


def test_a_name_and_an_address_alone_are_preinitiated(deposits, details) -> None:
    """Until the person has told the account in the widget."""
    person = dict.fromkeys(details) | {field: details[field] for field in ("first_name", "last_name", "email")}
    made = deposits.create(**person).json()["micro_deposit"]
    assert (made["status"], made["account_number"]) == ("PREINITIATED", None)
    assert deposits.create(**person | {"email": None}).status_code == 400
    account = {"account_number": "3333000011", "account_type": "SAVINGS", "routing_number": "091000019"}
    with pytest.raises(ControlRefused):
        deposits.control.submit_details(made["guid"], **account | {"routing_number": "1"})
    assert deposits.control.submit_details(made["guid"], **account).status is Status.INITIATED
    with pytest.raises(ControlRefused, match="has its details"):
        deposits.control.submit_details(made["guid"], **account)
    deposits.mx.sandbox.control.advance(seconds=130)
    assert deposits.status(made["guid"]) == "DEPOSITED"
