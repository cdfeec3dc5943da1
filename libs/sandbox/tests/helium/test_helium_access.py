"""Keys, limits and paths; frames, whose URL stays the same for a day, and links, which stay for good."""

import httpx2 as httpx
import pytest
from bankrails_sandbox import FaultBody, FaultKind
from bankrails_sandbox.helium.assumptions import Assumptions
from bankrails_sandbox.helium.lenders import HeliumConfig

DAY = 86_400


@pytest.mark.parametrize("given", ["", "helium-sandbox-key", "Bearer", "Bearer helium-sandbox-keY", "Basic abc"])
def test_without_a_known_key_nothing_is_told(sandbox, given: str) -> None:
    """One answer for all, also for a path with a body that could not be read."""
    answer = httpx.post(
        f"{sandbox.helium_url}/rest/bank/authorization", headers={"authorization": given}, content=b"{", verify=False
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")


def test_the_name_of_the_key_header_is_a_switch(fresh_helium) -> None:
    """The public page does not say how a caller is known."""
    helium = fresh_helium(HeliumConfig(assumptions=Assumptions(auth_header="X-Api-Key", auth_scheme="")))
    institutions = "/rest/banks/institutions"
    assert helium.http.get(institutions).status_code == 401
    assert helium.http.get(institutions, headers={"x-api-key": "helium-sandbox-key"}).status_code == 200


def test_sixty_calls_a_minute_and_the_next_is_told_when(helium) -> None:
    """The window slides in virtual time; the other key has its own."""
    path = "/rest/banks/institutions"
    assert {helium.http.get(path).status_code for _ in range(60)} == {200}
    helium.sandbox.control.advance(seconds=20)
    refused = helium.http.get(path)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "40")
    assert helium.http.get(path, headers={"authorization": "Bearer helium-other-key"}).status_code == 200
    helium.sandbox.control.advance(seconds=40)
    assert helium.http.get(path).status_code == 200


def test_limits_can_be_lifted_and_keys_rotated(helium) -> None:
    """For load runs, and for a rotation without a restart."""
    helium.control.switch_lender("bankrails", rate_limited=False)
    path = "/rest/banks/institutions"
    assert {helium.http.get(path).status_code for _ in range(61)} == {200}
    helium.control.switch_lender("bankrails", api_key="rotated")
    assert helium.http.get(path).status_code == 401
    assert helium.http.get(path, headers={"authorization": "Bearer rotated"}).status_code == 200


def test_a_request_id_comes_back(helium) -> None:
    """Also with a refusal: that is when one is needed."""
    for path in ("/rest/banks/institutions", "/rest/bank/authorization/ses_none", "/rest/nothing"):
        assert helium.http.get(path, headers={"x-request-id": "r-1"}).headers["x-request-id"] == "r-1"


def test_paths_and_methods_are_the_vendors(helium) -> None:
    """Nothing else answers below its base, and the control API least of all."""
    assert helium.http.get("/rest/bank/authorization").status_code == 405
    assert helium.http.get("/control/helium/effects").status_code == 404


@pytest.mark.parametrize(("status", "code"), [(429, "rate_limited"), (500, "internal_error"), (503, "maintenance")])
def test_a_planted_status_has_the_vendors_own_body(helium, status: int, code: str) -> None:
    """And nothing has happened."""
    helium.control.fault(FaultKind.STATUS, operation="authorize", status=status, times=1)
    helium.control.fault(FaultKind.STATUS, operation="authorize", status=status, times=2, body=FaultBody.NONE)
    assert helium.start().json()["error"]["code"] == code
    assert helium.start().content == b""
    assert helium.control.logins() == ()


def test_institutions_say_which_need_a_branch(helium) -> None:
    """Numbers as in Canada's payment system."""
    banks = {bank["code"]: bank for bank in helium.http.get("/rest/banks/institutions").json()["institutions"]}
    assert (banks["rbc"]["institution_number"], banks["helium_test"]["institution_number"]) == ("003", "999")
    assert [code for code, bank in banks.items() if bank["branch_required"]] == ["desjardins"]


def frame(helium, client: str = "client-1", **fields) -> str:
    answer = helium.http.post("/rest/banks/start-iframe", json={"client_identifier": client} | fields)
    assert answer.status_code == 200, answer.text
    return answer.json()["iframe_url"]


def test_a_frame_keeps_its_url_for_a_day(helium) -> None:
    """The documented cache is by client and by time alone; `force_fresh` makes a new one, which then stays."""
    first = frame(helium)
    assert frame(helium) == frame(helium, force_fresh="false") == first
    assert frame(helium, "client-2") != first
    assert frame(helium, "Client-1") != first
    helium.sandbox.control.advance(seconds=3600)
    fresh = frame(helium, force_fresh=True)
    assert fresh != first
    helium.sandbox.control.advance(seconds=DAY - 1)
    assert frame(helium) == fresh
    helium.sandbox.control.advance(seconds=1)
    assert frame(helium) != fresh


@pytest.mark.parametrize(
    "body",
    [{}, {"client_identifier": ""}, {"client_identifier": "c" * 256}, {"client_identifier": "c", "force_fresh": "yes"}],
)
def test_a_wrong_frame_is_refused(helium, body: dict) -> None:
    """255 characters are the documented limit."""
    assert helium.http.post("/rest/banks/start-iframe", json=body).status_code == 400


def test_in_a_frame_the_bank_is_reached_only_once_somebody_logs_in(helium) -> None:
    """The page itself is not served; the control API logs in for the person."""
    answer = helium.http.post("/rest/banks/start-iframe", json={"client_identifier": "client-1"}).json()
    session = answer["session_id"]
    assert helium.http.get(f"/rest/bank/authorization/{session}").json()["error"]["code"] == "session_not_ready"
    helium.control.force(session, "success", login="user_mfa")
    assert helium.read("profile-identity", session).json()["name"] == "Benoit Tremblay"


def test_a_link_stays_until_it_is_revoked(helium) -> None:
    """It serves one client, and has no end of its own."""
    made = helium.http.post(
        "/rest/banks/links", json={"client_identifier": "client-1", "email": "a@example.com"}
    ).json()
    helium.sandbox.control.advance(seconds=30 * DAY)
    path = f"/rest/banks/links/{made['link_id']}"
    assert helium.http.get(path).json() == made
    assert helium.http.get(path, headers={"authorization": "Bearer helium-other-key"}).status_code == 404
    assert helium.http.delete(path).status_code == 204
    assert helium.http.get(path).json()["status"] == "revoked"
    assert helium.http.delete(path).json()["error"]["code"] == "link_revoked"
