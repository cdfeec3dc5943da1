"""Helix's part of the control API as typed requests, spoken by both clients."""

from datetime import datetime
from typing import Any

from bankrails_sandbox.control_asks import Ask, all_of
from bankrails_sandbox.decoding import decode, encode
from bankrails_sandbox.helix.money import InternalAccount
from bankrails_sandbox.helix.records import Document
from bankrails_sandbox.helix.transaction_view import TransactionView
from bankrails_sandbox.helix.view import AccountView

BASE = "/control/helix"


def add_customer(customer_id: int | None, name: str, managers: tuple[int, ...]) -> Ask[int]:
    body = {"id": customer_id, "name": name, "managers": list(managers)}
    return Ask("POST", f"{BASE}/customers", lambda answer: int(answer["id"]), body)


def switch_program(switches: dict[str, Any]) -> Ask[None]:
    return Ask("PATCH", f"{BASE}/program", lambda _answer: None, switches)


def create_as_admin(body: dict[str, Any]) -> Ask[AccountView]:
    return Ask("POST", f"{BASE}/external-accounts", _view, body)


def account(account_id: int) -> Ask[AccountView]:
    return Ask("GET", f"{BASE}/external-accounts/{account_id}", _view)


def deny(account_id: int) -> Ask[AccountView]:
    return _act(account_id, "deny", {})


def return_trial(account_id: int, code: str) -> Ask[AccountView]:
    return _act(account_id, "return-trial", {"code": code})


def review(account_id: int, status: str) -> Ask[AccountView]:
    return _act(account_id, "review", {"status": status})


def lock(account_id: int, reason: str | None) -> Ask[AccountView]:
    return _act(account_id, "lock", {"reason": reason})


def unlock(account_id: int) -> Ask[AccountView]:
    return _act(account_id, "unlock", {})


def apply_noc(account_id: int, code: str, corrected: dict[str, str]) -> Ask[AccountView]:
    return _act(account_id, "noc", {"code": code, **corrected})


def money_moved(account_id: int, settled_at: datetime | None) -> Ask[AccountView]:
    return _act(account_id, "transactions", {"settled_at": None if settled_at is None else settled_at.isoformat()})


def money_pending(account_id: int) -> Ask[AccountView]:
    return _act(account_id, "transactions", {"pending": True})


def settle(account_id: int) -> Ask[AccountView]:
    return _act(account_id, "settle", {})


def add_account(customer_id: int, balance_minor: int) -> Ask[int]:
    body = {"customer_id": customer_id, "balance_minor": balance_minor}
    return Ask("POST", f"{BASE}/accounts", lambda answer: int(answer["id"]), body)


def switch_account(account_id: int, switches: dict[str, Any]) -> Ask[None]:
    return Ask(
        "PATCH",
        f"{BASE}/accounts/{account_id}",
        lambda _answer: None,
        {name: encode(value) for name, value in switches.items()},
    )


def accounts() -> Ask[tuple[InternalAccount, ...]]:
    return Ask("GET", f"{BASE}/accounts", lambda answer: all_of(InternalAccount, answer["accounts"]))


def transactions() -> Ask[tuple[TransactionView, ...]]:
    return Ask("GET", f"{BASE}/transactions", lambda answer: all_of(TransactionView, answer["transactions"]))


def settle_transaction(transaction_id: int) -> Ask[TransactionView]:
    return Ask("POST", f"{BASE}/transactions/{transaction_id}/settle", lambda row: decode(TransactionView, row), {})


def return_transaction(transaction_id: int, code: str) -> Ask[TransactionView]:
    path = f"{BASE}/transactions/{transaction_id}/return"
    return Ask("POST", path, lambda row: decode(TransactionView, row), {"code": code})


def documents(account_id: int) -> Ask[tuple[Document, ...]]:
    path = f"{BASE}/external-accounts/{account_id}/documents"
    return Ask("GET", path, lambda answer: all_of(Document, answer["documents"]))


def _act(account_id: int, act: str, body: dict[str, Any]) -> Ask[AccountView]:
    return Ask("POST", f"{BASE}/external-accounts/{account_id}/{act}", _view, body)


def _view(answer: Any) -> AccountView:
    return decode(AccountView, answer)
