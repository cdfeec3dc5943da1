"""What only Helium's part of the control API has, as typed requests."""

from typing import Any

from bankrails_sandbox.control_asks import Ask
from bankrails_sandbox.decoding import decode, encode
from bankrails_sandbox.helium.bank import Script
from bankrails_sandbox.helium.people import Person
from bankrails_sandbox.helium.view import SessionView


def make_login(login: str, script: Script) -> Ask[None]:
    return Ask("PUT", f"/control/helium/logins/{login}", lambda _body: None, encode(script))


def forget_login(login: str) -> Ask[None]:
    return Ask("DELETE", f"/control/helium/logins/{login}", lambda _body: None)


def person(login: str) -> Ask[Person]:
    return Ask("GET", f"/control/helium/people/{login}", lambda body: decode(Person, body))


def sessions() -> Ask[tuple[SessionView, ...]]:
    return Ask(
        "GET", "/control/helium/sessions", lambda body: tuple(decode(SessionView, each) for each in body["sessions"])
    )


def force(session_id: str, status: str, login: str | None) -> Ask[SessionView]:
    path = f"/control/helium/sessions/{session_id}/outcome"
    return Ask("POST", path, lambda body: decode(SessionView, body), {"status": status, "login": login})


def switch_lender(name: str, switches: dict[str, Any]) -> Ask[None]:
    return Ask("PATCH", f"/control/helium/merchants/{name}", lambda _body: None, switches)
