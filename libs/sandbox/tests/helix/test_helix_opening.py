"""create and initiate: what is asked of an account before it is taken, and what becomes of it."""

import dataclasses

import pytest
from bankrails_sandbox.helix.assumptions import Assumptions
from bankrails_sandbox.helix.program import ADA, Bank, Directory, HelixConfig, Program, VerificationType
from bankrails_sandbox.helix.records import AccountType, Customer

# One number means two things: 62008 is characters on create and the tag on initiate.
CODES = {
    "create": {
        "type": 62002,
        "tag": 62003,
        "number missing": 62007,
        "characters": 62008,
        "length": 62009,
        "first name": 62011,
        "last name": 62012,
        "business name": 62013,
        "count": 62001,
        "disabled": 62014,
    },
    "initiate": {
        "type": 62601,
        "tag": 62008,
        "number missing": 62607,
        "characters": 62612,
        "length": 62613,
        "first name": 62604,
        "last name": 62605,
        "business name": 62616,
        "count": 62609,
        "disabled": 62617,
    },
}
BOTH_WAYS = pytest.mark.parametrize("way", ["create", "initiate"])


def codes(answer) -> list[int]:
    body = answer.json()
    assert (answer.status_code, body["status"]) == (400, 400)
    assert "data" not in body
    return sorted(error["code"] for error in body["errors"])


def test_create_makes_a_verified_account_at_once(helix) -> None:
    """The caller has proved elsewhere whose it is; success is 200 with no errors, and the id alone."""
    answer = helix.create(tag="t-1", nickName="everyday", customField3="x")
    assert (answer.status_code, answer.json()["data"], answer.json()["errors"]) == (
        200,
        {"externalAccountId": 4001},
        [],
    )
    account = helix.get(4001)
    assert (account["status"], account["isLocked"], account["tag"]) == ("Verified", False, "t-1")
    assert (account["nickName"], account["customField3"], account["customField1"]) == ("everyday", "x", None)
    (effect,) = helix.control.effects()
    assert (effect.kind, effect.id, effect.idempotency_key) == ("helix.external_account.created", 4001, "t-1")


def test_initiate_sends_two_credits_and_one_debit_for_their_sum(helix) -> None:
    """Unverified until the person tells the amounts; Nacha wants the debits not above the credits."""
    account = helix.initiated()
    assert helix.get(account)["status"] == "Unverified"
    assert helix.control.account(account).trial_amounts_minor == (18, 28)
    sent = [effect.amount_minor for effect in helix.control.effects(kind="helix.external_account.trial_deposit_sent")]
    assert sent == [18, 28, -46]


def test_effects_never_hold_a_full_account_number(helix, sandbox) -> None:
    """They end up in test reports. The masked number is what people tell accounts apart by."""
    account = helix.created(accountNumber="00012345678901234")
    effects = helix.call("GET", f"{sandbox.url}/control/helix/effects").text
    shown = helix.call("GET", f"{sandbox.url}/control/helix/external-accounts/{account}").text
    assert "******1234" in effects
    assert "2345678901" not in effects + shown


@BOTH_WAYS
@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"type": "checking"}, "type"),
        ({"type": "General Ledger"}, "type"),
        ({"type": None}, "type"),
        ({"accountNumber": None}, "number missing"),
        ({"accountNumber": " "}, "number missing"),
        ({"accountNumber": "12#45"}, "characters"),
        ({"accountNumber": "- -"}, "characters"),
        ({"accountNumber": "1" * 18}, "length"),
        ({"firstName": None}, "first name"),
        ({"lastName": ""}, "last name"),
        ({"type": "Business Checking"}, "business name"),
        ({"type": "Business Savings", "businessName": " "}, "business name"),
    ],
)
def test_a_bad_field_has_its_own_code_at_each_endpoint(helix, way: str, fields, what: str) -> None:
    """Clients key on endpoint and code; nothing is made."""
    assert codes(helix.open(way, **fields)) == [CODES[way][what]]
    assert helix.control.effects() == ()


@BOTH_WAYS
@pytest.mark.parametrize(
    ("routing", "code"),
    [
        ("", 69203),
        (None, 69203),
        ("12345678", 69208),
        ("0210000211", 69208),
        ("021000022", 69208),
        ("000000000", 69208),
        ("12345678O", 69206),
        ("02100002١", 69206),
        ("011000992", 69205),
    ],
)
def test_a_bad_routing_number_is_told_apart(helix, way: str, routing: str | None, code: int) -> None:
    """Missing, not numeric, wrong (length or check digit), not in the directory."""
    assert codes(helix.open(way, routingNumber=routing)) == [code]


def test_the_magic_routing_number_is_taken_although_it_fails_the_check(helix) -> None:
    """A client that checks the digit itself must be able to skip that against the vendor's sandbox."""
    account = helix.get(helix.created(routingNumber="123456789"))
    assert (account["name"], account["routingNumberMasked"]) == ("COREPRO SANDBOX BANK", "******6789")


def test_names_come_from_the_directory_with_nacha_only(helix) -> None:
    """Without it the name is stored as given and no number is looked up, and the magic one is merely wrong."""
    assert helix.get(helix.created(name="mine"))["name"] == "JPMORGAN CHASE BANK, NA"
    assert helix.get(helix.created(routingNumber="011401533"))["name"] == "SANDBOX BANK"
    helix.control.switch_program(nacha_enabled=False)
    assert helix.get(helix.created(name="mine", routingNumber="011000992"))["name"] == "mine"
    assert 69208 in codes(helix.create(routingNumber="123456789"))


def test_several_faults_are_told_at_once(helix) -> None:
    """So that a person corrects a form once."""
    helix.created(tag="t-1")
    answer = helix.create(tag="t-1", accountNumber="#" * 18, routingNumber="x", firstName=None, lastName=None)
    assert codes(answer) == [62003, 62005, 62008, 62009, 69206]
    assert codes(helix.initiate(firstName=None, lastName=None)) == [62604, 62605]


@BOTH_WAYS
def test_a_tag_is_unique_in_the_program_whoever_the_customer_is(helix, way: str) -> None:
    """It is the only thing that makes a repeat safe, so a failed or archived account keeps its tag too."""
    account = helix.created(tag="t-1")
    helix.act("archive", account)
    for fields in ({}, {"customerId": 1002, "type": "Business Checking", "businessName": "Example Company"}):
        assert codes(helix.open(way, tag="t-1", **fields)) == [CODES[way]["tag"]]
    assert len(helix.control.effects(kind="helix.external_account.created")) == 1


def test_a_nickname_is_refused_by_initiate_alone(helix) -> None:
    """create lists no code for it."""
    helix.created(nickName="everyday")
    assert codes(helix.initiate(nickName="everyday")) == [62602]
    assert helix.create(nickName="everyday").status_code == 200
    company = {"customerId": 1002, "type": "Business Checking", "businessName": "Example Company"}
    assert helix.initiate(nickName="everyday", **company).status_code == 200


@BOTH_WAYS
def test_a_customer_must_exist_and_permit_it(helix, way: str) -> None:
    """The person who acts for a business is named by requestingCustomerId."""
    business = {"customerId": 1002, "type": "Business Checking", "businessName": "Example Company"}
    assert codes(helix.open(way, customerId=999)) == [60000]
    assert codes(helix.open(way, customerId=None)) == [60000]
    assert codes(helix.open(way, requestingCustomerId=1002)) == [62618]
    for requesting in (1001, 1002):
        answer = helix.open(way, **business, requestingCustomerId=requesting)
        assert answer.status_code == 200, answer.text


@BOTH_WAYS
@pytest.mark.parametrize(
    "fields",
    [
        {"customerId": "1001"},
        {"customerId": True},
        {"accountNumber": 123456789},
        {"routingNumber": 21000021},
        {"nickName": "n" * 51},
        {"tag": "t" * 51},
        {"businessName": "b" * 101},
        {"firstName": ["Ada"]},
        {"customerId": [1001]},
    ],
)
def test_a_value_of_the_wrong_shape_is_as_bad_as_no_json(helix, way: str, fields) -> None:
    """An account number sent as a JSON number has lost its leading zeros already."""
    assert codes(helix.open(way, **fields)) == [59900]


def test_leading_zeros_hyphens_and_letters_survive(helix) -> None:
    """An account number is a text, whatever it looks like."""
    for number in ("0000000001", "AB-12 34", "7"):
        assert helix.get(helix.created(accountNumber=number))["accountNumber"] == number


@pytest.mark.parametrize(
    ("way", "switch"),
    [
        ("create", {"create_enabled": False}),
        ("create", {"verification_type": VerificationType.TRIAL_DEPOSITS}),
        ("initiate", {"initiate_enabled": False}),
        ("initiate", {"verification_type": VerificationType.NONE}),
    ],
)
def test_a_way_in_that_the_program_has_not_is_told(helix, way: str, switch) -> None:
    """The other way stays open."""
    helix.control.switch_program(**switch)
    assert codes(helix.open(way)) == [CODES[way]["disabled"]]
    other = "initiate" if way == "create" else "create"
    assert helix.open(other).status_code == 200


def test_what_is_assumed_can_be_switched(fresh_helix) -> None:
    """Each guess of ours, the other way round."""
    helix = fresh_helix(
        HelixConfig(
            program=dataclasses.replace(Program(), throttled=False),
            customers=(ADA, Customer(5, "Gone", archived=True)),
            directory=Directory(banks=(Bank("011401533", "NORTH BANK"),), other_name="OTHER BANK", magic="111111118"),
            assumptions=Assumptions(
                unusable_body_code=59901,
                unknown_customer_code=60404,
                account_number_pattern="[0-9]+",
                routing_number_missing_code_on_create=62006,
                nickname_unique_on_create=True,
                trial_amounts_minor=None,
            ),
        )
    )
    assert codes(helix.create(customerId="1")) == [59901]
    assert codes(helix.create(customerId=1)) == [60404]
    assert codes(helix.create(accountNumber="AB12")) == [62008]
    assert codes(helix.create(routingNumber="")) == [62006]
    assert codes(helix.initiate(routingNumber="")) == [69203]
    assert helix.get(helix.created(routingNumber="011401533", nickName="n"))["name"] == "NORTH BANK"
    assert codes(helix.create(nickName="n")) == [62602]
    assert helix.get(helix.created(routingNumber="111111118"))["name"] == "COREPRO SANDBOX BANK"
    assert codes(helix.create(customerId=5)) == [60404]
    amounts = helix.control.account(helix.initiated()).trial_amounts_minor
    assert len(amounts) == 2
    assert amounts != (18, 28)
    assert all(1 <= amount <= 49 for amount in amounts)


def test_every_type_that_the_api_takes_is_spelt_as_printed(helix) -> None:
    """With the space."""
    helix.control.switch_program(external_accounts_max=9)
    for type in AccountType:
        answer = helix.create(type=type.value, businessName="Example Company")
        assert (answer.status_code == 200) == (type is not AccountType.GENERAL_LEDGER)
