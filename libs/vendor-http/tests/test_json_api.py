"""What each answer of a vendor that speaks JSON means."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx2
import pytest
from bankrails_vendor_http.errors import OutcomeUnknown, VendorError, VendorRejected, VendorUnavailable
from bankrails_vendor_http.json_api import Endpoint, JsonApi, read_json

READ = Endpoint("read", "GET", "things/{thing}")
WRITE = Endpoint("write", "POST", "things", writes=True)

Vendor = Callable[..., JsonApi]


@pytest.fixture
def asked() -> list[httpx2.Request]:
    return []


@pytest.fixture
def vendor(asked: list[httpx2.Request]) -> Vendor:
    def build(answer: httpx2.Response | Exception) -> JsonApi:
        def handle(request: httpx2.Request) -> httpx2.Response:
            asked.append(request)
            if isinstance(answer, Exception):
                raise answer
            return answer

        http = httpx2.AsyncClient(transport=httpx2.MockTransport(handle), base_url="https://vendor.example/v1")
        return JsonApi(http, {"x-key": "k"}, lambda body: body.get("message"), deadline_seconds=5)

    return build


def answered(status: int, body: Any = None, **more: Any) -> httpx2.Response:
    return httpx2.Response(status, content=b"" if body is None else json.dumps(body).encode(), **more)


async def test_a_success_is_exact(vendor: Vendor, asked: list[httpx2.Request]) -> None:
    """Fractions as decimals; ids escaped, so that none leads elsewhere."""
    api = vendor(httpx2.Response(202, content=b'{"amount": 0.10}'))
    answer = await api.call(READ, {"thing": "a/../b"}, query={"page": "1"})
    assert (answer.status, answer.body) == (202, {"amount": Decimal("0.10")})
    assert (asked[0].url.raw_path, asked[0].headers["x-key"]) == (b"/v1/things/a%2F..%2Fb?page=1", "k")


async def test_an_empty_success_has_no_body(vendor: Vendor) -> None:
    """204."""
    assert (await vendor(answered(204)).call(WRITE, body={})).body is None


@pytest.mark.parametrize(
    ("answer", "reading", "writing"),
    [
        (answered(400, {"message": "no"}), VendorRejected, VendorRejected),
        (answered(404), VendorRejected, VendorRejected),
        (answered(409), VendorRejected, VendorRejected),
        (answered(410), VendorRejected, VendorRejected),
        (answered(422), VendorRejected, VendorRejected),
        (answered(401), VendorUnavailable, VendorUnavailable),
        (answered(403), VendorUnavailable, VendorUnavailable),
        (answered(429), VendorUnavailable, VendorUnavailable),
        (answered(302), VendorUnavailable, OutcomeUnknown),
        (answered(500), VendorUnavailable, OutcomeUnknown),
        (answered(503), VendorUnavailable, OutcomeUnknown),
        (httpx2.Response(200, content=b"<html>"), VendorUnavailable, OutcomeUnknown),
        (httpx2.Response(200, content=b'{"amount": NaN}'), VendorUnavailable, OutcomeUnknown),
        (httpx2.Response(200, content=b"[" * 100_000), VendorUnavailable, OutcomeUnknown),
        (httpx2.ConnectError("refused"), VendorUnavailable, VendorUnavailable),
        (httpx2.ReadError("cut"), VendorUnavailable, OutcomeUnknown),
        (httpx2.ReadTimeout("silence"), VendorUnavailable, OutcomeUnknown),
    ],
)
async def test_whatever_else_comes_is_one_error(
    vendor: Vendor, answer: Any, reading: type[VendorError], writing: type[VendorError]
) -> None:
    """Silence after a write may mean that it happened; after a read it means nothing."""
    for endpoint, kind in ((READ, reading), (WRITE, writing)):
        with pytest.raises(VendorError) as raised:
            await vendor(answer).call(endpoint, {"thing": "1"}, body={} if endpoint.writes else None)
        assert type(raised.value) is kind
        assert raised.value.operation == endpoint.operation


@pytest.mark.parametrize(
    ("answer", "reason", "wait"),
    [
        (answered(429, {"message": "slow down"}, headers={"retry-after": "90"}), "slow down", 90.0),
        (answered(429, {"message": None}, headers={"retry-after": "soon"}), "429 Too Many Requests", None),
        (answered(429, headers={"retry-after": "999999"}), "429 Too Many Requests", 999_999.0),
        (answered(429, headers={"retry-after": "1000000"}), "429 Too Many Requests", None),
        (httpx2.Response(429, content=b"<html>"), "429 Too Many Requests", None),
    ],
)
async def test_a_quota_says_how_long(vendor: Vendor, answer: httpx2.Response, reason: str, wait: float | None) -> None:
    """Where it says so readably."""
    with pytest.raises(VendorUnavailable) as raised:
        await vendor(answer).call(READ, {"thing": "1"})
    assert (raised.value.reason, raised.value.retry_after_seconds) == (reason, wait)


def test_numbers_are_read_as_they_are_written() -> None:
    """A float would have lost a cent by now."""
    assert read_json(b"[0.1, 2, 1e3]") == [Decimal("0.1"), 2, Decimal("1e3")]
