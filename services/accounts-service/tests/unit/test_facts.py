"""What other services' events set off here."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from accounts_service.domain.account_use import AccountUse
from accounts_service.domain.bank_login import external_account_id
from accounts_service.domain.opened_number import OpenedNumber
from accounts_service.handlers import bank_data_fetched, note_payments
from bankrails_contracts.accounts import LinkExternalAccount
from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.auth import BankDataFetched
from bankrails_contracts.settlement import PaymentCleared
from bankrails_messaging.unopened import Unopened

HEADER = "eyJhbGciOiJFQ0RILUVTIn0..bm9uY2U"
Fetched = Callable[..., BankDataFetched]


def found(ref: str, number: str = "", account_type: str = "checking", **fields: Any) -> dict[str, Any]:
    """`number` stands where the ciphertext does, so that the opener below can tell one from another."""
    details = {
        "country": "CA",
        "institution_number": "001",
        "transit_number": "12345",
        "account_number": f"{HEADER}.{number or ref}.dGFn",
    }
    return {"account_ref": ref, "account_type": account_type, "details": details} | fields


@pytest.fixture
def fetched(noon: datetime) -> Fetched:
    def build(*accounts: dict[str, Any], **fields: Any) -> BankDataFetched:
        holder = {"holder_type": "personal", "first_name": "Ada", "last_name": "Lovelace"}
        made = {
            "connection_id": "login",
            "user_id": "user",
            "vendor": "helium",
            "institution": "bank-1",
            "country": "CA",
            "fetched_at": noon,
            "profile": {},
            "accounts": accounts,
            "link_accounts": {"holder": holder, "helix_customer_id": 1001},
        }
        return BankDataFetched.model_validate(made | fields)

    return build


class Known:
    """A store that has these accounts already, by id and by fingerprint."""

    def __init__(self, ids: set[str], fingerprints: set[str]) -> None:
        self._ids = ids
        self._fingerprints = fingerprints

    def external_accounts(self, ids: list[str]) -> dict[str, object]:
        return {each: object() for each in ids if each in self._ids}

    def same_accounts(self, wanted: list[tuple[str, str]]) -> dict[tuple[str, str], object]:
        return {each: object() for each in wanted if each[1] in self._fingerprints}


def opened(external_account_id: str, account: Any) -> OpenedNumber | Unopened:
    number = account.account_number.split(".")[3]
    if number == "broken":
        return Unopened(RefusalCode.SEAL_BROKEN, "why")
    return OpenedNumber("encrypted", number, "")


def commanded(
    event: BankDataFetched, now: datetime, ids: frozenset[str] = frozenset(), fingerprints: frozenset[str] = frozenset()
) -> list[LinkExternalAccount]:
    handling = bank_data_fetched.handling(opened)
    (situation,) = handling.load(Known(set(ids), set(fingerprints)), [event])
    decision = handling.decide(event, situation, now)
    return list(decision.commands)  # type: ignore[union-attr,arg-type]  # facts are never refused, and these are its own


def test_an_account_that_a_login_proves_is_linked(fetched: Fetched, noon: datetime) -> None:
    """With its number still sealed, and an id that the next fetch of the same login gives it again."""
    event = fetched(found("a1"))
    (command,) = commanded(event, noon)
    assert command.external_account_id == external_account_id("login", "a1")
    assert command.account == event.accounts[0].details
    assert (command.connection_id, command.user_id, command.helix_customer_id) == ("login", "user", 1001)
    assert command.holder.first_name == "Ada"


def test_ids_of_logins_are_for_ever() -> None:
    """Another derivation would link every account of every login a second time."""
    assert external_account_id("login", "a1") == "516644b5-b17d-5417-8487-463cc232fde2"
    assert external_account_id("login", "a2") != external_account_id("login-2", "a1")


@pytest.mark.parametrize(
    ("account", "fields", "linked"),
    [
        (found("a1"), {}, True),
        (found("a1"), {"link_accounts": None}, False),
        (found("a1", account_type="savings"), {}, False),
        (found("a1", account_type="credit"), {}, False),
        (found("a1", account_type="a-word-of-tomorrow"), {}, False),
        (found("a1", details=None), {}, False),
    ],
)
def test_only_what_the_login_asked_for_is_linked(
    fetched: Fetched, noon: datetime, account: dict[str, Any], fields: dict[str, Any], linked: bool
) -> None:
    """A person who links a chequing account has not offered their savings."""
    assert bool(commanded(fetched(account, **fields), noon)) is linked


@pytest.mark.parametrize(
    ("ids", "fingerprints"),
    [({external_account_id("login", "a1")}, set()), (set(), {"n1"}), ({external_account_id("login", "a1")}, {"n1"})],
)
def test_what_is_linked_already_is_passed_over(
    fetched: Fetched, noon: datetime, ids: set[str], fingerprints: set[str]
) -> None:
    """Data are fetched often, and the person logs in again now and then: neither is worth a refusal."""
    event = fetched(found("a1", "n1"), found("a2", "n2"))
    (command,) = commanded(event, noon, frozenset(ids), frozenset(fingerprints))
    assert command.external_account_id == external_account_id("login", "a2")


@pytest.mark.parametrize(
    "accounts", [(found("a1", "n1"), found("a1", "n2")), (found("a1", "n1"), found("a2", "n1"))], ids=["ref", "number"]
)
def test_an_account_shown_twice_is_linked_once(
    fetched: Fetched, noon: datetime, accounts: tuple[dict[str, Any], ...]
) -> None:
    """Aggregators show joint accounts once for each view of them."""
    assert len(commanded(fetched(*accounts), noon)) == 1


def test_a_number_that_does_not_open_is_passed_on(fetched: Fetched, noon: datetime) -> None:
    """The command is then refused by name, where an account that silently stays away would be looked for in vain."""
    assert len(commanded(fetched(found("a1", "broken"), found("a2", "broken")), noon)) == 2


def a_clearing(cleared_at: datetime, external_account_id: str | None = "external") -> PaymentCleared:
    return PaymentCleared.model_validate(
        {
            "merchant_id": "maple-books",
            "payment_id": "payment",
            "vendor_payment_id": "801",
            "external_account_id": external_account_id,
            "amount": {"amount_minor": 4995, "currency": "CAD"},
            "cleared_at": cleared_at,
            "funds_available_at": cleared_at,
            "claim_deadline": cleared_at.date(),
        }
    )


def changes(event: PaymentCleared, use: AccountUse | None, now: datetime) -> list[object]:
    """Of the account's use."""
    decision = note_payments.decide(event, note_payments.Situation(None, use), now, ends=True)
    return [each.aggregate for each in decision.also if isinstance(each.aggregate, AccountUse)]


def test_the_first_use_of_an_account_is_kept_known_or_not(noon: datetime) -> None:
    """A payment may clear on an account that this service has not heard of yet."""
    assert changes(a_clearing(noon), None, noon) == [AccountUse("external", noon)]


@pytest.mark.parametrize(("days", "saved"), [(1, True), (0, False), (-1, False)])
def test_only_a_later_use_changes_anything(noon: datetime, days: int, saved: bool) -> None:
    """A maximum needs no order."""
    use = AccountUse("external", noon, version=1)
    assert bool(changes(a_clearing(noon + timedelta(days=days)), use, noon)) is saved


def test_a_payment_without_an_external_account_is_nobodys_use(noon: datetime) -> None:
    """Accounts may be registered for payments without this service."""
    event = a_clearing(noon, None)
    assert note_payments.decide(event, note_payments.Situation(None), noon, ends=True).also == ()
