"""What only MX's part of the control API has, as typed requests."""

from bankrails_sandbox.control_asks import Ask
from bankrails_sandbox.decoding import decode, encode
from bankrails_sandbox.mx.people import Person
from bankrails_sandbox.mx.view import MemberView, MicrodepositView
from bankrails_sandbox.mx.vocabulary import ConnectionStatus, MicrodepositStatus


def person(login: str) -> Ask[Person]:
    return Ask("GET", f"/control/mx/people/{login}", lambda body: decode(Person, body))


def make_person(login: str, person: Person) -> Ask[None]:
    return Ask("PUT", f"/control/mx/people/{login}", lambda _body: None, encode(person))


def members() -> Ask[tuple[MemberView, ...]]:
    return Ask("GET", "/control/mx/members", lambda body: tuple(decode(MemberView, each) for each in body["members"]))


def force(member_guid: str, status: ConnectionStatus) -> Ask[MemberView]:
    path = f"/control/mx/members/{member_guid}/status"
    return Ask("POST", path, lambda body: decode(MemberView, body), {"status": encode(status)})


def microdeposits() -> Ask[tuple[MicrodepositView, ...]]:
    path = "/control/mx/micro-deposits"
    return Ask("GET", path, lambda body: tuple(decode(MicrodepositView, each) for each in body["micro_deposits"]))


def force_microdeposit(guid: str, status: MicrodepositStatus) -> Ask[MicrodepositView]:
    path = f"/control/mx/micro-deposits/{guid}/status"
    return Ask("POST", path, lambda body: decode(MicrodepositView, body), {"status": encode(status)})


def submit_details(guid: str, details: dict[str, str]) -> Ask[MicrodepositView]:
    path = f"/control/mx/micro-deposits/{guid}/details"
    return Ask("POST", path, lambda body: decode(MicrodepositView, body), details)
