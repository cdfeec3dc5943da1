"""Callers, versions, users, institutions and what is refused (docs.mx.com, Platform API: requests, errors)."""

import httpx2 as httpx
import pytest
from bankrails_sandbox import FaultKind
from bankrails_sandbox.mx.assumptions import Assumptions
from bankrails_sandbox.mx.clients import MxConfig

OLDER = "application/vnd.mx.api.v1+json"


@pytest.mark.parametrize(
    "given", ["", "Basic", "Basic !", "Bearer mx-sandbox-key", "Basic bXgtc2FuZGJveC1jbGllbnQ6", "Basic /w=="]
)
def test_without_client_id_and_key_nothing_is_told(sandbox, given: str) -> None:
    """Before the version is looked at."""
    answer = httpx.get(f"{sandbox.mx_url}/users", headers={"authorization": given}, verify=False)
    assert answer.status_code == 401
    assert answer.json()["error"].keys() == {"message", "status", "type"}


@pytest.mark.parametrize(
    ("headers", "status", "content_type"),
    [
        ({"accept": "application/json", "accept-version": "v20250224"}, 200, "application/json"),
        ({"accept": OLDER}, 200, OLDER),
        ({"accept": "application/vnd.mx.api.v2beta+json"}, 200, "application/vnd.mx.api.v2beta+json"),
        ({"accept": f"text/html, {OLDER};q=0.9"}, 200, OLDER),
        ({"accept": "application/json"}, 406, "application/json"),
        ({"accept": OLDER, "accept-version": "v20990101"}, 406, "application/json"),
    ],
)
def test_a_call_names_its_version(mx, headers: dict, status: int, content_type: str) -> None:
    """In either header; answers of the older version carry its media type."""
    answer = httpx.get(f"{mx.sandbox.mx_url}/users", auth=mx.http.auth, headers=headers, verify=False)
    assert (answer.status_code, answer.headers["content-type"]) == (status, content_type)


def test_the_newer_header_can_be_required(fresh_mx) -> None:
    """As the vendor has announced."""
    mx = fresh_mx(MxConfig(assumptions=Assumptions(accept_version_required=True)))
    assert mx.call("GET", "/users").status_code == 200
    older = httpx.get(f"{mx.sandbox.mx_url}/users", auth=mx.http.auth, headers={"accept": OLDER}, verify=False)
    assert older.status_code == 406


def test_a_user_is_found_by_ones_own_id(mx, open_mx) -> None:
    """In the newer version also in paths; the older knows guids alone."""
    made = mx.call("POST", "/users", {"user": {"id": "person-1", "email": "a@example.com"}}).json()["user"]
    assert mx.call("GET", "/users", params={"id": "person-1"}).json()["users"] == [made]
    assert mx.call("GET", "/users", params={"email": "b@example.com"}).json()["users"] == []
    assert mx.call("GET", "/users/person-1").json() == {"user": made}
    older = open_mx(version="v20111101")
    assert older.call("GET", "/users/person-1").status_code == 404
    assert older.call("GET", f"/users/{made['guid']}").json() == {"user": made}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"user": {}}, 400),
        ({}, 400),
        ([], 400),
        ({"user": {"id": "USR-mine"}}, 400),
        ({"user": {"id": "i" * 1025}}, 400),
        ({"user": {"id": 7}}, 400),
        ({"user": {"is_disabled": "no"}}, 400),
        ({"user": {"id": "taken"}}, 409),
    ],
)
def test_a_wrong_user_is_refused(mx, body, status: int) -> None:
    """And none is made."""
    mx.call("POST", "/users", {"user": {"id": "taken"}})
    assert mx.call("POST", "/users", body).status_code == status
    assert mx.call("GET", "/users").json()["pagination"]["total_entries"] == 1


def test_a_deleted_user_takes_its_members_along(mx) -> None:
    """Finally."""
    member = mx.member()
    assert mx.call("DELETE", mx.user).status_code == 204
    assert mx.call("GET", member).status_code == 404
    assert mx.control.members() == ()


def test_a_client_sees_its_own_alone(mx, open_mx) -> None:
    """To another, the user is as unknown as one that never was; its ids are its own too."""
    guid = mx.call("POST", "/users", {"user": {"id": "person-1"}}).json()["user"]["guid"]
    other = open_mx(client="other")
    for named in (guid, "person-1"):
        assert other.call("GET", f"/users/{named}").status_code == 404
        assert mx.call("GET", f"/users/{named}").status_code == 200
    assert other.call("GET", "/users").json()["users"] == []
    assert other.call("POST", "/users", {"user": {"id": "person-1"}}).status_code == 200


def test_institutions_look_different_in_the_two_versions(mx, open_mx) -> None:
    """Flags became a list of products; guids are new."""
    newer = mx.call("GET", "/institutions", params={"name": "mx bank"}).json()["institutions"]
    older = open_mx(version="v20111101").call("GET", "/institutions/mxbank").json()["institution"]
    assert [bank["code"] for bank in newer] == ["mxbank"]
    assert "account_verification" in newer[0]["supported_products"]
    assert mx.call("GET", f"/institutions/{newer[0]['guid']}/credentials").status_code == 200
    assert older["supports_account_verification"] is True
    assert "guid" not in older
    assert mx.call("GET", "/institutions/no_bank/credentials").status_code == 404
    assert len(mx.call("GET", "/institutions/favorites").json()["institutions"]) == 2


def test_a_wrong_member_is_refused_before_any_bank_is_reached(mx) -> None:
    """Each with the code of its kind."""
    mx.create(login="test_atrium", id="taken")
    good = mx.credentials("mxuser", "p")
    cases = [
        ({"institution_code": "no_bank", "credentials": good}, 404),
        ({"institution_code": "mxbank"}, 400),
        ({"institution_code": "mxbank", "credentials": good[:1]}, 400),
        ({"institution_code": "mxbank", "credentials": [{"guid": "CRD-1", "value": "v"}]}, 400),
        ({"institution_code": "mxbank", "credentials": [{"guid": good[0]["guid"]}]}, 400),
        ({"institution_code": "mxbank", "credentials": good, "is_oauth": True}, 400),
        ({"institution_code": "mxbank", "credentials": good, "id": "MBR-1"}, 400),
        ({"institution_code": "mxbank", "credentials": good, "id": "taken"}, 409),
        ({"institution_code": "mxbank", "credentials": mx.credentials("test_atrium", "p")}, 409),
    ]
    for member, status in cases:
        assert mx.call("POST", f"{mx.user}/members", {"member": member}).status_code == status, member
    wrong = {"member": {"institution_code": "mxbank", "credentials": good}, "data_request": {"products": ["money"]}}
    assert mx.call("POST", f"{mx.user}/members", wrong).status_code == 400
    assert mx.control.attempts("mxuser") == 0


def test_a_conflict_does_not_tell_the_members_guid(mx) -> None:
    """The vendor is not known to: whoever meets a 409 looks the member up."""
    made = mx.create(id="mine").json()["member"]
    answer = mx.create(id="mine")
    assert made["guid"] not in answer.text
    assert mx.call("GET", f"{mx.user}/members").json()["members"][0]["id"] == "mine"


def test_a_user_has_at_most_25_members(mx) -> None:
    """A rule of the older API."""
    for number in range(25):
        mx.member(login=f"person-{number}")
    assert mx.create(login="one-too-many").status_code == 405


def test_credentials_cannot_be_changed_while_a_job_runs(mx) -> None:
    """Other fields can."""
    member = mx.member()
    change = {"member": {"credentials": mx.credentials("mxuser", "new")}}
    assert mx.call("PUT", member, change).status_code == 409
    answer = mx.call("PUT", member, {"member": {"metadata": "m", "id": "mine"}})
    assert (answer.json()["member"]["metadata"], answer.json()["member"]["id"]) == ("m", "mine")
    mx.settle()
    assert mx.call("PUT", member, change).status_code == 200


@pytest.mark.parametrize("form", ["object", "text", "absent"])
def test_how_a_member_shows_its_error_is_a_switch(fresh_mx, form: str) -> None:
    """Three sources say three things, and a client must take all."""
    mx = fresh_mx(MxConfig(assumptions=Assumptions(member_error=form)))
    member = mx.member("INVALID")
    mx.settle()
    body = mx.call("GET", member).json()["member"]
    assert type(body.get("error")) is {"object": dict, "text": str, "absent": type(None)}[form]


@pytest.mark.parametrize(("status", "word"), [(429, "too_many_requests"), (500, "internal_server_error")])
def test_a_planted_status_has_the_vendors_own_body(mx, status: int, word: str) -> None:
    """And nothing has happened."""
    mx.control.fault(FaultKind.STATUS, operation="create-user", status=status, times=1)
    answer = mx.call("POST", "/users", {"user": {"id": "u"}})
    assert (answer.status_code, answer.json()["error"]["status"]) == (status, word)
    assert mx.control.effects() == ()
    assert [call.outcome for call in mx.control.calls().calls] == [str(status)]


def test_unknown_paths_and_methods_are_told_apart(mx) -> None:
    """404 and 405."""
    assert mx.call("GET", "/nothing").status_code == 404
    assert mx.call("PATCH", "/users").status_code == 405
    assert mx.call("GET", "/control/mx/effects").status_code == 404
