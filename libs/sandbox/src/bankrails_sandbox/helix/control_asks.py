"""Helix's part of the control API as typed requests, spoken by both clients."""

from datetime import datetime
from typing import Any

from bankrails_sandbox.control_asks import Ask
from bankrails_sandbox.decoding import decode
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


def _act(account_id: int, act: str, body: dict[str, Any]) -> Ask[AccountView]:
    return Ask("POST", f"{BASE}/external-accounts/{account_id}/{act}", _view, body)


def _view(answer: Any) -> AccountView:
    return decode(AccountView, answer)
