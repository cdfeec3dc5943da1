"""Credentials, routes and bodies, before any rule of external accounts; and reading them."""

import socket
from urllib.parse import urlsplit

import pytest


def code(answer) -> int:
    (error,) = answer.json()["errors"]
    assert answer.json()["status"] == answer.status_code
    assert "data" not in answer.json()
    return int(error["code"])


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Basic",
        "Basic !",
        "Bearer ZXhhbXBsZTE6ZXhhbXBsZTE=",
        "Basic ZXhhbXBsZTE6d3Jvbmc=",
        "ZXhhbXBsZTE6ZXhhbXBsZTE=",
    ],
)
def test_without_the_key_and_secret_nothing_is_told(helix, authorization: str) -> None:
    """Not even which routes there are."""
    for method, path in (("GET", "/program/get"), ("GET", "/nothing"), ("PUT", "/program/get")):
        answer = helix.http.request(method, path, headers={"authorization": authorization}, auth=None)
        assert (answer.status_code, code(answer)) == (401, 50401)


def test_the_address_must_be_trusted(helix) -> None:
    """Calls go from server to server, from listed addresses."""
    helix.control.switch_program(ip_trusted=False)
    answer = helix.call("GET", "/program/get")
    assert (answer.status_code, code(answer)) == (403, 50403)


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/externalAccount/create", 50405),
        ("PUT", "/externalAccount/update", 50405),
        ("DELETE", "/externalAccount/get/1001/4001", 50405),
        ("POST", "/program/get", 50405),
        ("POST", "/externalAccount/deactivate", 50404),
        ("GET", "/externalAccountDocument/upload", 50405),
        ("GET", "/transfer/create", 50405),
        ("POST", "/transaction/get/1001/5000000001", 50405),
        ("GET", "/externalAccount", 50404),
        ("GET", "/", 50404),
    ],
)
def test_a_wrong_method_or_route_is_told(helix, method: str, path: str, expected: int) -> None:
    """Reads are GET, every write is POST; the dead older name of archive is gone."""
    answer = helix.call(method, path)
    assert (answer.status_code, code(answer)) == (expected - 50000, expected)


def test_paths_are_matched_in_any_case(helix) -> None:
    """Older SDKs write them small, one ends some with a slash; a tag keeps its case."""
    account = helix.created(tag="Tag")
    for path in (
        f"/externalaccount/get/1001/{account}",
        f"/EXTERNALACCOUNT/GET/1001/{account}/",
        "/externalaccount/getbytag/1001/Tag",
    ):
        assert helix.call("GET", path).json()["data"]["externalAccountId"] == account
    assert code(helix.call("GET", "/externalAccount/getByTag/1001/tag")) == 62402


def test_http_1_0_is_refused(helix) -> None:
    """HTTP/1.1 is required, and nothing else is offered either."""
    address = urlsplit(str(helix.http.base_url))
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(b"GET /helix/program/get HTTP/1.0\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    assert b" 505 " in answer.splitlines()[0]
    assert b"50505" in answer


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"null", b"[]", b'"create"', b"\xff\xfe", b'{"customerId": NaN}', b"[" * 60_000]
)
def test_a_body_that_is_no_json_object_is_59900(helix, raw: bytes) -> None:
    """The range of invalid JSON; the number within it is assumed."""
    answer = helix.call("POST", "/externalAccount/create", content=raw)
    assert (answer.status_code, code(answer)) == (400, 59900)


def test_a_body_without_end_is_not_read_to_its_end(helix) -> None:
    """A stray upload must not fill the memory."""
    answer = helix.call("POST", "/externalAccount/create", content=b" " * 70_000)
    assert (answer.status_code, code(answer)) == (400, 59900)


@pytest.mark.parametrize("tag", ["a/b", "a b", "ä", "a%2Fb", "a?b#c", "a/", "list/1001"])
def test_a_tag_of_any_characters_is_found(helix, tag: str) -> None:
    """URL-encoded; what a repeat after a lost answer depends on."""
    account = helix.created(tag=tag)
    encoded = "".join(f"%{byte:02X}" for byte in tag.encode())
    answer = helix.call("GET", f"/externalAccount/getByTag/1001/{encoded}")
    assert answer.json()["data"]["externalAccountId"] == account


def test_reading_finds_only_ones_own(helix) -> None:
    """Another customer's account is as unknown as none, though its tag is unique in the program."""
    account = helix.created(tag="t-1")
    for path in (
        f"/externalAccount/get/1002/{account}",
        "/externalAccount/get/1001/9999",
        "/externalAccount/get/1001/x",
        f"/externalAccount/get/x/{account}",
        f"/externalAccount/get/1001/{'9' * 30}",
        "/externalAccount/getByTag/1002/t-1",
        "/externalAccount/getByTag/1001/t-2",
    ):
        assert code(helix.call("GET", path)) == 62402


def test_a_list_has_all_of_a_customer_page_by_page(helix) -> None:
    """In the order of making, archived ones too; pages are numbered from 0, with 200 rows unless told."""
    assert helix.call("GET", "/externalAccount/list/1001").json()["data"] == []
    ids = [helix.created() for _ in range(3)]
    helix.act("archive", ids[0])

    def listed(query: str = "") -> list[int]:
        return [
            row["externalAccountId"] for row in helix.call("GET", f"/externalAccount/list/1001{query}").json()["data"]
        ]

    assert listed() == listed("/4001") == listed("?pageSize=0&pageNumber=x") == ids
    assert (listed("?pageNumber=0&pageSize=2"), listed("?pageNumber=1&pageSize=2")) == (ids[:2], ids[2:])
    assert listed("?pageNumber=2&pageSize=2") == []
    assert helix.call("GET", "/externalAccount/list/1002").json()["data"] == []
    assert code(helix.call("GET", "/externalAccount/list/999")) == 60000


@pytest.mark.parametrize(
    ("routing", "expected"),
    [("021000022", 69208), ("12345678", 69208), ("x", 69206), ("011000992", 69205), ("%20", 69203)],
)
def test_a_routing_number_can_be_asked_about(helix, routing: str, expected: int) -> None:
    """The same judgement as on create."""
    assert code(helix.call("GET", f"/tools/verifyRoutingNumber/{routing}")) == expected
    magic = helix.call("GET", "/tools/verifyRoutingNumber/123456789").json()["data"]
    assert magic["bankName"] == "COREPRO SANDBOX BANK"
