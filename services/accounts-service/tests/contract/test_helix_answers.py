"""Every answer ends in exactly one error, or in what it says."""

import base64
import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from accounts_service.domain.tags import derived_tag
from accounts_service.domain.vendor_fault import Fault
from accounts_service.vendor.errors import HelixRejected
from accounts_service.vendor.mapping import TYPES
from accounts_service.vendor.new_account import NewHelixAccount
from bankrails_contracts.accounts import ExternalAccountType
from bankrails_contracts.parts import HolderType
from bankrails_vendor_http.errors import OutcomeUnknown, VendorRejected, VendorUnavailable

Build = Callable[..., NewHelixAccount]
ROW = {
    "externalAccountId": 4001,
    "customerId": 1001,
    "accountNumberMasked": "******6789",
    "routingNumber": "121042882",
    "status": "Verified",
    "isLocked": False,
    "aFieldOfTomorrow": {},
}


def answer(status: int = 200, *codes: int, data: Any = None, **more: Any) -> httpx2.Response:
    errors = [{"code": code, "message": f"message of {code}"} for code in codes]
    body = {"errors": errors, "requestId": "8f0c", "status": status} | more
    return httpx2.Response(status, json=body if data is None else body | {"data": data})


async def test_a_call_carries_its_credentials_and_what_is_known(vendor: Any, a_new_account: Build) -> None:
    """Basic, JSON, and no field that has nothing in it."""
    scripted = vendor(answer(data={"externalAccountId": 4001}))
    assert await scripted.client.create(a_new_account()) == 4001
    (request,) = scripted.asked
    assert (request.method, request.url.path) == ("POST", "/externalAccount/create")
    assert base64.b64decode(request.headers["authorization"].removeprefix("Basic ")) == b"key:secret"
    assert json.loads(request.content) == {
        "customerId": 1001,
        "accountNumber": "000123456789",
        "routingNumber": "121042882",
        "type": "Checking",
        "tag": "bankrails-1",
        "firstName": "Ada",
        "lastName": "Lovelace",
    }
    assert "000123456789" not in repr(a_new_account())


@pytest.mark.parametrize(
    ("answered", "write", "read"),
    [
        (answer(400, 62002), VendorRejected, VendorRejected),
        (answer(400, 61400), VendorRejected, VendorRejected),
        (answer(404, 50404), VendorRejected, VendorRejected),
        (answer(200, 62002), VendorRejected, VendorRejected),
        (answer(401, 50401), VendorUnavailable, VendorUnavailable),
        (answer(403, 50403), VendorUnavailable, VendorUnavailable),
        (answer(429, 50429), VendorUnavailable, VendorUnavailable),
        (answer(500, 50500), OutcomeUnknown, VendorUnavailable),
        (answer(200, 50401), VendorUnavailable, VendorUnavailable),
        (answer(400, 50429), VendorUnavailable, VendorUnavailable),
        (answer(200, 50503), OutcomeUnknown, VendorUnavailable),
        (answer(505, 50505), OutcomeUnknown, VendorUnavailable),
        (httpx2.Response(502, text="<html>bad gateway</html>"), OutcomeUnknown, VendorUnavailable),
        (httpx2.Response(400, text="<html>a proxy's</html>"), OutcomeUnknown, VendorUnavailable),
        (httpx2.Response(429), VendorUnavailable, VendorUnavailable),
        (httpx2.Response(302), OutcomeUnknown, VendorUnavailable),
        (httpx2.Response(200, text="{"), OutcomeUnknown, VendorUnavailable),
        (httpx2.Response(200, json=[]), OutcomeUnknown, VendorUnavailable),
        (httpx2.Response(200, json={"data": ROW}), OutcomeUnknown, VendorUnavailable),
        (answer(data={"externalAccountId": "many"}), OutcomeUnknown, VendorUnavailable),
        (httpx2.ReadTimeout("silence"), OutcomeUnknown, VendorUnavailable),
        (httpx2.ConnectError("refused"), VendorUnavailable, VendorUnavailable),
    ],
)
async def test_what_an_answer_means_depends_on_whether_the_call_writes(
    vendor: Any, a_new_account: Build, answered: Any, write: type[Exception], read: type[Exception]
) -> None:
    """A read that got no answer did nothing; a write may have made an account."""
    with pytest.raises(write):
        await vendor(answered).client.create(a_new_account())
    with pytest.raises(read):
        await vendor(answered).client.get_by_tag(1001, "bankrails-1")


async def test_a_code_means_something_at_its_endpoint_alone(vendor: Any, a_new_account: Build) -> None:
    """The same number is two things at two endpoints; what we do not know is reported, and not guessed."""
    for codes, faults in (
        ((62001,), {Fault.LIMIT_REACHED}),
        ((62003, 62001), {Fault.TAG_TAKEN, Fault.LIMIT_REACHED}),
        ((62008,), {Fault.ACCOUNT_NUMBER_BAD}),
        ((62402,), set()),
        ((69999,), set()),
    ):
        with pytest.raises(HelixRejected) as raised:
            await vendor(answer(400, *codes)).client.create(a_new_account())
        assert set(raised.value.faults) == faults
        assert all(f"{code} message of {code}" in raised.value.reason for code in codes)


async def test_a_complaint_does_not_repeat_the_number(vendor: Any, a_new_account: Build) -> None:
    """The vendor fills values into its sentences, and ours go into events."""
    problem = {"code": 62008, "message": "AB-12 is no account number"}
    answered = httpx2.Response(400, json={"errors": [problem], "status": 400})
    with pytest.raises(HelixRejected) as raised:
        await vendor(answered).client.create(a_new_account(account_number="AB-12"))
    assert raised.value.reason == "62008 ****** is no account number"


async def test_over_the_limit_the_vendor_says_for_how_long(vendor: Any, a_new_account: Build) -> None:
    """Its period is a second; without its word the lane would stand for a minute."""
    throttle = {"periodLengthInSeconds": 1, "periodRequestLimit": 15}
    with pytest.raises(VendorUnavailable) as raised:
        await vendor(answer(429, 50429, throttle=throttle)).client.create(a_new_account())
    assert (raised.value.status, raised.value.retry_after_seconds) == (429, 1)


@pytest.mark.parametrize("answered", [answer(400, 62402), answer()])
async def test_a_tag_that_is_not_there_is_an_answer(vendor: Any, answered: Any) -> None:
    """Reads answer an unknown id with update's code, or with no data at all."""
    assert await vendor(answered).client.get_by_tag(1001, "bankrails-1") is None


async def test_a_rows_full_number_is_not_shown(vendor: Any) -> None:
    """A row that is logged by mistake must not tell it."""
    row = await vendor(answer(data=ROW | {"accountNumber": "000123456789"})).client.get_by_tag(1001, "t")
    assert (row.external_account_id, row.status) == (4001, "Verified")
    assert "000123456789" not in repr(row)


def test_every_account_of_the_contract_has_a_type() -> None:
    """A missing pair would be a bug in the middle of a call."""
    every = {(type, holder) for type in ExternalAccountType for holder in HolderType}
    refused = {pair for pair in every if pair[0] == "general_ledger"}
    refused |= {(type, HolderType.BUSINESS) for type in (ExternalAccountType.PREPAID, ExternalAccountType.LOAN)}
    assert set(TYPES) == every - refused


def test_a_tag_fits_and_is_the_ids_own() -> None:
    """The vendor takes 50 characters, and an id of ours may have 64."""
    assert len(derived_tag("x" * 64)) == len(derived_tag("x")) == 50
    assert derived_tag("x" * 64) != derived_tag("x" * 63)
    assert derived_tag("external") == "bankrails-3c4623849a49a53911c4a3e48d8cead8a1858960"  # for ever
