"""The vendor's rules for external accounts, held by the sandbox over HTTP and by the Helix in memory alike."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from accounts_service.domain.vendor_fault import Fault
from accounts_service.vendor.client import HelixClient
from accounts_service.vendor.errors import HelixRejected
from accounts_service.vendor.fake import FakeHelix
from accounts_service.vendor.new_account import NewHelixAccount
from bankrails_sandbox import SandboxProcess
from bankrails_sandbox.helix.records import Status
from bankrails_vendor_http.client import open_client

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
CUSTOMER = 1001


@dataclass
class InMemory:
    client: FakeHelix
    now: datetime = START

    def lock(self, id: int) -> None:
        self.client.lock_as_admin(id, "fraud")

    def deny(self, id: int) -> None:
        self.client.becomes(id, "Denied")

    def reopen(self, id: int) -> None:
        self.client.becomes(id, "Unverified")

    def correct(self, id: int, code: str, number: str) -> None:
        self.client.notice_of_change(id, code, number)

    def as_a_person(self, new: NewHelixAccount) -> int:
        return self.client.made_by_a_person(new)

    def limit(self, most: int) -> None:
        self.client.program = self.client.program.__class__(external_accounts_max=most, time_zone="America/Chicago")

    def later(self, by: timedelta) -> None:
        self.now += by


@dataclass
class OverHttp:
    client: HelixClient
    sandbox: SandboxProcess

    def lock(self, id: int) -> None:
        self.sandbox.control.helix.lock(id, "fraud")

    def deny(self, id: int) -> None:
        self.sandbox.control.helix.deny(id)

    def reopen(self, id: int) -> None:
        self.sandbox.control.helix.review(id, Status.UNVERIFIED)

    def correct(self, id: int, code: str, number: str) -> None:
        self.sandbox.control.helix.apply_noc(id, code, account_number=number)

    def as_a_person(self, new: NewHelixAccount) -> int:
        return self.sandbox.control.helix.create_as_admin(new.body()).id

    def limit(self, most: int) -> None:
        self.sandbox.control.helix.switch_program(external_accounts_max=most)

    def later(self, by: timedelta) -> None:
        self.sandbox.control.jump(seconds=by.total_seconds())


Side = InMemory | OverHttp


@pytest.fixture(params=["in memory", "over HTTP"])
async def side(request: pytest.FixtureRequest) -> AsyncIterator[Side]:
    if request.param == "in memory":
        made = InMemory(FakeHelix(lambda: made.now))
        yield made
        return
    sandbox: SandboxProcess = request.getfixturevalue("sandbox")
    sandbox.control.helix.switch_program(throttled=False)
    async with open_client(sandbox.helix_url, read_timeout_seconds=10) as http:
        yield OverHttp(HelixClient(http, api_key="example1", api_secret="example1"), sandbox)


def new(number: int = 1, **fields: Any) -> NewHelixAccount:
    made: dict[str, Any] = {
        "customer_id": CUSTOMER,
        "account_number": f"00012345678{number}",
        "routing_number": "121042882",
        "type": "Checking",
        "tag": f"tag-{number}",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "nickname": f"name {number}",
        "custom_fields": {"custom_field_1": "one"},
    }
    return NewHelixAccount(**(made | fields))


async def refused(call: Any) -> HelixRejected:
    with pytest.raises(HelixRejected) as raised:
        await call
    return raised.value


async def test_what_was_made_is_shown_whole(side: Side) -> None:
    """Every property that we keep has come back as it was given."""
    id = await side.client.create(new())
    row = await side.client.get(CUSTOMER, id)
    assert row is not None
    assert (row.nick_name, row.tag, row.custom_fields) == ("name 1", "tag-1", {"custom_field_1": "one"})
    assert (row.first_name, row.last_name, row.type) == ("Ada", "Lovelace", "Checking")
    assert (row.status, row.is_locked, row.account_number_masked) == ("Verified", False, "******6781")
    assert row.status_date is not None
    assert row.last_modified_date is not None
    assert [each.external_account_id for each in await side.client.list_accounts(CUSTOMER)] == [id]
    assert await side.client.get(CUSTOMER + 1, id) is None


@pytest.mark.parametrize("amounts", [(18, 28), (28, 18)])
async def test_the_right_amounts_verify(side: Side, amounts: tuple[int, int]) -> None:
    """In either order; once verified there is nothing left to verify."""
    id = await side.client.initiate(new())
    row = await side.client.get(CUSTOMER, id)
    assert row is not None
    assert row.last_verify_sent_date is not None
    assert row.last_verify_expired_date == row.last_verify_sent_date + timedelta(days=10)
    await side.client.verify(CUSTOMER, id, amounts)
    assert (await refused(side.client.verify(CUSTOMER, id, amounts))).fault is Fault.ALREADY_VERIFIED


async def test_wrong_amounts_cost_attempts(side: Side) -> None:
    """How many are left is in the text; after the last one right amounts help no more; a person may reopen it."""
    id = await side.client.initiate(new())
    for left in (2, 1):
        no = await refused(side.client.verify(CUSTOMER, id, (1, 2)))
        assert (no.fault, no.attempts_left) == (Fault.AMOUNTS_DIFFER, left)
    assert (await refused(side.client.verify(CUSTOMER, id, (1, 2)))).fault is Fault.ATTEMPTS_USED_UP
    assert (await refused(side.client.verify(CUSTOMER, id, (18, 28)))).fault is Fault.VERIFY_LOCKED
    side.reopen(id)
    await side.client.verify(CUSTOMER, id, (18, 28))


async def test_the_window_closes(side: Side) -> None:
    """Ten days; an expired account takes no place."""
    side.limit(1)
    id = await side.client.initiate(new())
    assert (await refused(side.client.initiate(new(2)))).fault is Fault.LIMIT_REACHED
    side.later(timedelta(days=10, seconds=1))
    assert (await refused(side.client.verify(CUSTOMER, id, (18, 28)))).fault is Fault.WINDOW_OVER
    row = await side.client.get(CUSTOMER, id)
    assert row is not None
    assert row.status == "Expired"
    await side.client.initiate(new(2))


async def test_a_denied_account_takes_no_place(side: Side) -> None:
    """And is never verified."""
    side.limit(1)
    id = await side.client.initiate(new())
    side.deny(id)
    assert (await refused(side.client.verify(CUSTOMER, id, (18, 28)))).fault is Fault.DENIED
    await side.client.initiate(new(2))


@pytest.mark.parametrize("way", ["create", "initiate"])
async def test_the_limit_and_the_tag_each_have_their_code(side: Side, way: str) -> None:
    """62001 or 62609, 62003 or 62008: read as one word each. A person may go beyond."""
    side.limit(1)
    await getattr(side.client, way)(new())
    assert (await refused(getattr(side.client, way)(new(2)))).fault is Fault.LIMIT_REACHED
    assert Fault.TAG_TAKEN in (await refused(getattr(side.client, way)(new(2, tag="tag-1")))).faults
    id = side.as_a_person(new(3))
    assert id in [row.external_account_id for row in await side.client.list_accounts(CUSTOMER)]


async def test_lock_and_unlock(side: Side) -> None:
    """Twice is a no; an administrator's lock is not ours to lift; a locked account is not changed."""
    id = await side.client.create(new())
    assert (await refused(side.client.unlock(CUSTOMER, id))).fault is Fault.UNLOCKED_ALREADY
    await side.client.lock(CUSTOMER, id, "why")
    row = await side.client.get(CUSTOMER, id)
    assert row is not None
    assert (row.is_locked, row.locked_reason, row.locked_date is not None) == (True, "why", True)
    assert (await refused(side.client.lock(CUSTOMER, id, "why"))).fault is Fault.LOCKED_ALREADY
    assert (await refused(side.client.update(CUSTOMER, id, {"nickname": "n"}))).fault is Fault.LOCKED
    await side.client.unlock(CUSTOMER, id)
    side.lock(id)
    assert (await refused(side.client.unlock(CUSTOMER, id))).fault is Fault.LOCKED_BY_ADMIN


async def test_only_what_is_verified_is_locked_and_archived(side: Side) -> None:
    """Failed rows stay for ever, and their tags stay taken."""
    id = await side.client.initiate(new())
    assert (await refused(side.client.lock(CUSTOMER, id, "why"))).fault is Fault.NOT_VERIFIED
    assert (await refused(side.client.unlock(CUSTOMER, id))).fault is Fault.NOT_VERIFIED
    assert (await refused(side.client.archive(CUSTOMER, id))).fault is Fault.NOT_VERIFIED


async def test_what_is_locked_is_not_verified(side: Side) -> None:
    """The flag is not the status: 62515 is the one, 62202 the other."""
    id = await side.client.initiate(new())
    side.lock(id)
    assert (await refused(side.client.verify(CUSTOMER, id, (18, 28)))).fault is Fault.LOCKED


async def test_an_update_changes_what_it_names(side: Side) -> None:
    """What is left out stays; a nickname is the customer's once."""
    id = await side.client.create(new())
    await side.client.create(new(2))
    await side.client.update(CUSTOMER, id, {"nickname": "n", "custom_fields": {"custom_field_2": "two"}})
    row = await side.client.get(CUSTOMER, id)
    assert row is not None
    assert (row.nick_name, row.first_name) == ("n", "Ada")
    assert row.custom_fields == {"custom_field_1": "one", "custom_field_2": "two"}
    assert (await refused(side.client.update(CUSTOMER, id, {"nickname": "name 2"}))).fault is Fault.NICKNAME_TAKEN


async def test_three_a_day_are_archived(side: Side) -> None:
    """By the program's clock, whose day begins at five."""
    side.limit(9)
    ids = [await side.client.create(new(number)) for number in range(1, 5)]
    for id in ids[:3]:
        await side.client.archive(CUSTOMER, id)
    assert (await refused(side.client.archive(CUSTOMER, ids[3]))).fault is Fault.ARCHIVE_LIMIT_REACHED
    side.later(timedelta(days=1))
    await side.client.archive(CUSTOMER, ids[3])
    row = await side.client.get(CUSTOMER, ids[3])
    assert row is not None
    assert row.status == "Archived"


@pytest.mark.parametrize("call", ["update", "archive", "lock", "unlock", "verify"])
async def test_an_account_of_another_customer_is_unknown(side: Side, call: str) -> None:
    """Each endpoint has its own code for it."""
    id = await side.client.create(new())
    more = {"update": [{"nickname": "n"}], "lock": ["why"], "verify": [(18, 28)]}.get(call, [])
    assert (await refused(getattr(side.client, call)(1002, id, *more))).fault is Fault.UNKNOWN_ACCOUNT


async def test_a_notice_of_change_shows_in_the_row(side: Side) -> None:
    """Code, masked number and the number in full; the status stays."""
    id = await side.client.create(new())
    side.correct(id, "C01", "000999888777")
    row = await side.client.get(CUSTOMER, id)
    assert row is not None
    assert (row.noc_code, row.account_number_masked, row.status) == ("C01", "******8777", "Verified")
    assert row.account_number is not None
    assert row.account_number.get_secret_value() == "000999888777"
    assert "000999888777" not in repr(row)


async def test_the_program_tells_its_limit(side: Side) -> None:
    """And by which clock its days run."""
    side.limit(7)
    program = await side.client.get_program()
    assert (program.external_accounts_max, program.time_zone) == (7, "America/Chicago")
