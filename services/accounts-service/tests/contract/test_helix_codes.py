"""Each error code of the vendor's reference pages has one word of ours, by endpoint; and each amount is written exactly."""

import json
import re
from typing import Any

import httpx2
import pytest
from accounts_service.domain.vendor_fault import REFUSALS, Fault
from accounts_service.vendor import endpoints
from accounts_service.vendor.errors import HelixRejected
from accounts_service.vendor.faults import BY_ENDPOINT, attempts_left, fault_of
from accounts_service.vendor.mapping import dollars

REFERENCE = """
create    62001 limit_reached
create    62002 bad_type
create    62003 tag_taken
create    62004 archive_limit_reached
create    62005 name_missing
create    62006 routing_number_missing
create    62007 account_number_missing
create    62008 account_number_bad
create    62009 account_number_bad
create    62011 name_missing
create    62012 name_missing
create    62013 name_missing
create    62014 not_enabled
create    62618 not_permitted
create    69203 routing_number_missing
create    69205 routing_number_unknown
create    69206 routing_number_bad
create    69208 routing_number_bad
initiate  62008 tag_taken
initiate  62601 bad_type
initiate  62602 nickname_taken
initiate  62604 name_missing
initiate  62605 name_missing
initiate  62607 account_number_missing
initiate  62609 limit_reached
initiate  62612 account_number_bad
initiate  62613 account_number_bad
initiate  62616 name_missing
initiate  62617 not_enabled
initiate  62618 not_permitted
initiate  69203 routing_number_missing
initiate  69205 routing_number_unknown
initiate  69206 routing_number_bad
initiate  69208 routing_number_bad
verify    62201 unknown_account
verify    62202 verify_locked
verify    62203 denied
verify    62204 already_verified
verify    62205 window_over
verify    62206 attempts_used_up
verify    62207 amounts_differ
verify    62301 nickname_taken
verify    62515 locked
verify    62618 not_permitted
update    62401 nickname_taken
update    62402 unknown_account
update    62403 tag_taken
update    62514 locked
update    62618 not_permitted
archive   62501 unknown_account
archive   62502 not_verified
archive   62503 outstanding
archive   62505 outstanding
archive   62506 not_verified
archive   62618 not_permitted
lock      62501 unknown_account
lock      62509 locked_already
lock      62510 not_verified
lock      62618 not_permitted
unlock    62501 unknown_account
unlock    62511 unlocked_already
unlock    62512 not_verified
unlock    62513 locked_by_admin
get       62402 unknown_account
get_by_tag 62402 unknown_account
verify_routing_number 69203 routing_number_missing
verify_routing_number 69205 routing_number_unknown
verify_routing_number 69206 routing_number_bad
verify_routing_number 69208 routing_number_bad
"""
ROWS = [(name, int(code), Fault(fault)) for name, code, fault in map(str.split, REFERENCE.strip().splitlines())]


@pytest.mark.parametrize(("name", "code", "fault"), ROWS, ids=lambda part: str(part))
def test_each_code_is_one_word_of_ours_by_its_endpoint(name: str, code: int, fault: Fault) -> None:
    """Source: docs.helix.q2.com/reference, the page of each endpoint."""
    assert fault_of(getattr(endpoints, name.upper()), code) is fault


def test_a_code_of_another_endpoint_means_nothing_here() -> None:
    """62501 is not update's, and 69999 nobody's."""
    assert fault_of(endpoints.UPDATE, 62501) is None
    assert all(fault_of(endpoint, 69999) is None for endpoint in BY_ENDPOINT)


def test_each_word_has_a_refusal() -> None:
    """A sender is never told a word that it cannot branch on."""
    assert set(REFUSALS) == set(Fault)


@pytest.mark.parametrize(
    ("message", "left"),
    [
        ("The amounts do not match. Attempts left: 2.", 2),
        ("2 attempts left", 2),
        ("Il reste 1 essai", 1),
        ("wrong", None),
        ("1 of 3 attempts", None),
        ("0.18 is wrong, 2 left", 2),
    ],
)
def test_what_is_left_is_read_where_it_is_the_only_number(message: str, left: int | None) -> None:
    """The words depend on the culture; where they could be read in two ways, nobody guesses."""
    assert attempts_left(message) == left


@pytest.mark.parametrize("minor", range(1, 50))
def test_each_amount_is_written_exactly(minor: int) -> None:
    """The vendor compares exact decimals."""
    assert json.dumps(dollars(minor)) == re.sub(r"(\.\d)0$", r"\1", f"0.{minor:02d}")


@pytest.mark.parametrize(
    ("codes", "fault"),
    [
        ((62602, 62609), Fault.LIMIT_REACHED),
        ((62609, 62008), Fault.TAG_TAKEN),
        ((69999,), None),
        ((69999, 62601), Fault.BAD_TYPE),
    ],
)
async def test_of_several_noes_the_one_that_decides_comes_first(
    vendor: Any, a_new_account: Any, codes: tuple[int, ...], fault: Fault | None
) -> None:
    """A taken tag may be our own earlier attempt; a full customer is a person's to decide on."""
    errors = [{"code": code, "message": "m"} for code in codes]
    answered = httpx2.Response(400, json={"errors": errors, "status": 400})
    with pytest.raises(HelixRejected) as raised:
        await vendor(answered).client.initiate(a_new_account())
    assert raised.value.fault is fault


async def test_a_list_ends_where_the_vendor_has_no_more(vendor: Any) -> None:
    """Paging is known from one SDK alone: a vendor that knows none sends all of it each time."""
    row = {"customerId": 1001, "accountNumberMasked": "******6789", "routingNumber": "121042882", "status": "Verified"}
    whole = [{**row, "externalAccountId": number} for number in range(200)]
    envelope = {"errors": [], "status": 200, "data": whole}
    scripted = vendor(httpx2.Response(200, json=envelope))
    assert len(await scripted.client.list_accounts(1001)) == 200
    assert [request.url.params["pageNumber"] for request in scripted.asked] == ["0", "1"]
