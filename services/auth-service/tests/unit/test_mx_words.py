"""MX's words in ours."""

import pytest
from auth_service.domain.login import StepOutcome
from auth_service.vendor.mx import mapping
from auth_service.vendor.mx.login import own_id
from auth_service.vendor.mx.statuses import STATUSES
from auth_service.vendor.mx.wire import Account, AccountNumber, AccountOwner, Challenge, Credential, MemberStatus
from bankrails_vendor_http.json_api import read_json

# By number: github.com/mxenabled/connect-widget, src/const/Statuses.js.
WORDS = [
    "CREATED",
    "PREVENTED",
    "DENIED",
    "CHALLENGED",
    "REJECTED",
    "LOCKED",
    "CONNECTED",
    "IMPEDED",
    "RECONNECTED",
    "DEGRADED",
    "DISCONNECTED",
    "DISCONTINUED",
    "CLOSED",
    "DELAYED",
    "FAILED",
    "UPDATED",
    "DISABLED",
    "IMPORTED",
    "RESUMED",
    "EXPIRED",
    "IMPAIRED",
    "PENDING",
]
# The same file's groups.
PROCESSING = {0, 8, 15, 18}
ERROR = {1, 2, 3, 4, 5, 7, 9, 10, 11, 12, 13, 14, 16, 17, 19, 20}
CREDENTIALS_AGAIN = {1, 2, 17, 20}


def outcome(word: str | None, *, running: bool = False) -> StepOutcome:
    status = MemberStatus(guid="MBR-1", connection_status=word, is_being_aggregated=running)
    return mapping.step(status).outcome


def test_every_status_of_the_vendor_has_a_meaning() -> None:
    """All twenty-two."""
    assert set(STATUSES) == set(WORDS)
    assert len(WORDS) == 22


@pytest.mark.parametrize(("number", "word"), list(enumerate(WORDS)))
def test_a_status_means_what_its_group_says(number: int, word: str) -> None:
    """The vendor's own widget goes by these groups."""
    if number in PROCESSING:
        assert outcome(word) is StepOutcome.IN_PROGRESS
    elif number in CREDENTIALS_AGAIN:
        assert outcome(word) is StepOutcome.FAILED
    elif number in ERROR:
        # CHALLENGED without its questions, which come with the next read.
        unasked = StepOutcome.IN_PROGRESS if word == "CHALLENGED" else None
        assert outcome(word) in (StepOutcome.FAILED, StepOutcome.ERRORED, StepOutcome.EXPIRED, unasked)
    else:
        assert outcome(word) is (StepOutcome.SUCCEEDED if word == "CONNECTED" else StepOutcome.ERRORED)


@pytest.mark.parametrize("word", ["CONNECTED", "DENIED", "FAILED"])
def test_while_a_job_runs_nothing_has_ended(word: str) -> None:
    """CONNECTED is success once no job runs: until then there are no accounts."""
    assert outcome(word, running=True) is StepOutcome.IN_PROGRESS


@pytest.mark.parametrize("word", ["BRAND_NEW", "connected", None])
def test_a_status_that_nobody_knows_is_trouble_and_not_success(word: str | None) -> None:
    """Nobody guesses; the word is in the reason."""
    step = mapping.step(MemberStatus(guid="MBR-1", connection_status=word))
    assert step.outcome is StepOutcome.ERRORED
    assert (word or "null") in step.reason


@pytest.mark.parametrize(
    ("challenge", "question_type", "kind"),
    [
        ({"type": "TEXT"}, "text", "mfa"),
        ({"type": "0"}, "text", "mfa"),
        ({"type": "OPTIONS", "options": [{"guid": "CRO-1", "label": "L", "value": "V"}]}, "choice", "mfa"),
        ({"type": "IMAGE_OPTIONS", "image_options": [{"label": "L", "value": ""}]}, "choice", "mfa"),
        ({"type": "IMAGE_DATA", "image_data": "iVBO"}, "image", "mfa"),
        ({"type": "TOKEN"}, "code", "2fa"),
    ],
)
def test_a_challenge_keeps_its_type(challenge: dict[str, object], question_type: str, kind: str) -> None:
    """What the person knows and what they have are kept apart."""
    asked = Challenge.model_validate({"guid": "CRD-1", "label": "Who?"} | challenge)
    status = MemberStatus(guid="MBR-1", connection_status="CHALLENGED", is_being_aggregated=True, challenges=(asked,))
    found = mapping.step(status).challenge
    assert found is not None
    (question,) = found.questions
    assert (question.type, found.kind, question.field) == (question_type, kind, "CRD-1")
    assert all(option.value for option in question.options)
    if question.image_data is not None:
        assert question.image_data.startswith("data:image/png;base64,")


def test_the_form_of_a_bank_is_filled_in_by_its_fields() -> None:
    """Ours where we have a name for it, else the bank's own; and only when all of it was typed."""
    form = [
        Credential(guid="CRD-1", field_name="LOGIN", type="LOGIN"),
        Credential(guid="CRD-2", field_name="pw", field_type="PASSWORD"),
        Credential(guid="CRD-3", field_name="site_key", type="TEXT"),
    ]
    typed = {"username": "u", "password": "p", "site_key": "k"}
    assert mapping.credentials(form, typed) == [
        {"guid": "CRD-1", "value": "u"},
        {"guid": "CRD-2", "value": "p"},
        {"guid": "CRD-3", "value": "k"},
    ]
    assert mapping.credentials(form, {"username": "u", "password": "p"}) is None
    assert mapping.credentials(form[:2], typed) is None


def test_accounts_numbers_and_owners_come_together() -> None:
    """By the account's guid; what is closed or has no number is told as far as it goes."""
    accounts = read_json(
        b'[{"guid": "A", "type": "CHECKING", "balance": 1000.23, "available_balance": null, "currency_code": "USD"},'
        b' {"guid": "B", "type": "MORTGAGE", "balance": -12, "currency_code": "USD", "account_number": "XXXXX6789"},'
        b' {"guid": "C", "type": "SAVINGS", "is_closed": true}, {"guid": "D", "type": "PROPERTY", "balance": 1.005}]'
    )
    owners = [
        AccountOwner(account_guid="A", owner_name="Ada", email="a@example.com", address="1 Main", state="UT"),
        AccountOwner(account_guid="A", owner_name="Bob", email="a@example.com", address="1 Main", state="UT"),
    ]
    number = AccountNumber(account_guid="A", account_number="123456789", routing_number="091000019")
    data = mapping.bank_data([Account.model_validate(each) for each in accounts], {"A": number}, owners)
    first, second, third = data.accounts
    assert (first.found.current_minor, first.found.available_minor, first.found.holder_name) == (100_023, None, "Ada")
    assert (first.found.account_masked, first.numbers is not None) == ("******6789", True)
    assert (second.found.account_type, second.found.current_minor, second.numbers) == ("loan", -1200, None)
    assert (third.found.account_type, third.found.current_minor) == ("other", None)
    assert (data.profile.name, data.profile.emails, len(data.profile.addresses)) == ("Ada", ("a@example.com",), 1)
    assert "123456789" not in repr(data)


@pytest.mark.parametrize(
    ("ours", "theirs"), [("user-1", "user-1"), ("USR-1", "bankrails:USR-1"), ("MBR-1", "bankrails:MBR-1")]
)
def test_an_id_of_ours_never_looks_like_one_of_the_vendors(ours: str, theirs: str) -> None:
    """The vendor refuses it."""
    assert own_id(ours) == theirs
