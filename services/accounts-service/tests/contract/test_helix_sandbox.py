"""The client and the creating call against the vendor's sandbox, lost answers and repeats included."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from accounts_service.account_numbers import AccountNumbers
from accounts_service.domain.external_account import ExternalAccount
from accounts_service.domain.vendor_fault import Fault
from accounts_service.vendor.client import HelixClient
from accounts_service.vendor.errors import HelixRejected
from accounts_service.vendor.mapping import TYPES
from accounts_service.vendor.new_account import NewHelixAccount
from accounts_service.vendor.opening_calls import CreateAtHelix
from bankrails_contracts.accounts import ExternalAccountState
from bankrails_sandbox import FaultKind, Moment, SandboxProcess
from bankrails_vendor_http.client import open_client
from bankrails_vendor_http.errors import OutcomeUnknown, VendorRejected, VendorUnavailable

Build = Callable[..., NewHelixAccount]
Send = Callable[..., Awaitable[dict[str, Any]]]

ACCOUNT = ExternalAccount(
    id="external-" + "x" * 55,
    user_id="user",
    state=ExternalAccountState.LINKING,
    country="US",
    institution_number=None,
    transit_number=None,
    routing_number="121042882",
    account_number_encrypted="encrypted",
    number_fingerprint="fingerprint",
    account_last4="6789",
    account_type="checking",
    holder_type="personal",
    first_name="Ada",
    last_name="Lovelace",
    company_name=None,
    bank_name="B" * 80,
    connection_id=None,
    helix_customer_id=1001,
    customer_id="helix:1001",
    tag="bankrails-of-this-account",
)


class InTheClear(AccountNumbers):
    """Whose accounts all have one number."""

    def __init__(self, number: str) -> None:
        object.__setattr__(self, "number", number)

    def decrypt(self, account: ExternalAccount) -> str:
        return str(self.number)  # type: ignore[attr-defined]  # set above


@pytest.fixture
def send(helix: HelixClient) -> Send:
    """`send(account, number)`: the call, as the worker makes it."""

    async def call(account: ExternalAccount = ACCOUNT, number: str = "000123456789") -> dict[str, Any]:
        async def load_account(account_id: str) -> ExternalAccount:
            assert account_id == account.id
            return account

        call = CreateAtHelix(helix, load_account, InTheClear(number))
        return await call.send({"external_account_id": account.id})

    return call


async def test_an_account_is_made_and_found_by_its_tag(helix: HelixClient, a_new_account: Build) -> None:
    """Verified from the first moment."""
    made = await helix.create(a_new_account())
    row = await helix.get_by_tag(1001, "bankrails-1")
    assert row is not None
    assert (row.external_account_id, row.customer_id, row.status, row.is_locked) == (made, 1001, "Verified", False)
    assert (row.account_number_masked, row.routing_number) == ("******6789", "121042882")
    assert await helix.get_by_tag(1001, "another") is None
    assert await helix.get_by_tag(1002, "bankrails-1") is None


@pytest.mark.parametrize(
    ("fields", "faults"),
    [
        ({"tag": "bankrails-1"}, {Fault.TAG_TAKEN}),
        ({"tag": "bankrails-1", "customer_id": 1002}, {Fault.TAG_TAKEN}),
        ({"tag": "t2", "type": "checking"}, {Fault.BAD_TYPE}),
        ({"tag": "t2", "routing_number": "121042883"}, {Fault.ROUTING_NUMBER_BAD}),
        ({"tag": "t2", "customer_id": 99}, set()),
    ],
)
async def test_the_vendors_noes_are_read_by_code(
    helix: HelixClient, a_new_account: Build, fields: dict[str, Any], faults: set[Fault]
) -> None:
    """A tag is taken for every customer of the program."""
    await helix.create(a_new_account())
    with pytest.raises(HelixRejected) as raised:
        await helix.create(a_new_account(**fields))
    assert set(raised.value.faults) == faults


@pytest.mark.parametrize("pair", TYPES, ids=str)
async def test_every_type_and_holder_is_taken(send: Send, pair: tuple[str, str]) -> None:
    """Spelt exactly as the vendor does."""
    names = {"first_name": None, "last_name": None, "company_name": "Harbor Light Bakery LLC"}
    given = names if pair[1] == "business" else {}
    account = replace(ACCOUNT, account_type=pair[0], holder_type=pair[1], **given)  # type: ignore[arg-type]  # names alone
    assert (await send(account))["adopted"] is False


async def test_a_lost_answer_makes_no_second_account(send: Send, sandbox: SandboxProcess) -> None:
    """The repeat is told that the tag is taken, and takes the account that carries it."""
    sandbox.control.helix.fault(FaultKind.CUT, operation="create", moment=Moment.AFTER_EFFECT, times=1)
    with pytest.raises(OutcomeUnknown):
        await send()
    answer = await send()
    (made,) = sandbox.control.helix.effects(kind="helix.external_account.created")
    assert (answer["helix_external_account_id"], answer["adopted"]) == (str(made.id), True)


async def test_the_last_place_that_a_lost_answer_took_is_ours(send: Send, sandbox: SandboxProcess) -> None:
    """The repeat finds the customer's places full, by its own account."""
    sandbox.control.helix.switch_program(external_accounts_max=1)
    sandbox.control.helix.fault(FaultKind.CUT, operation="create", moment=Moment.AFTER_EFFECT, times=1)
    with pytest.raises(OutcomeUnknown):
        await send()
    assert (await send())["adopted"] is True


async def test_a_no_for_another_reason_does_not_hide_what_is_there(send: Send, sandbox: SandboxProcess) -> None:
    """The program may lose its permission between an unanswered attempt and its repeat."""
    await send()
    sandbox.control.helix.switch_program(create_enabled=False)
    assert (await send())["adopted"] is True


async def test_a_full_customer_is_an_answer_and_not_an_error(send: Send, sandbox: SandboxProcess) -> None:
    """It has a refusal of its own: only a person may go beyond the limit."""
    sandbox.control.helix.switch_program(external_accounts_max=1)
    await send()
    answer = await send(replace(ACCOUNT, id="another", tag="another"), "000987654321")
    assert answer["fault"] == "limit_reached"
    assert "62001" in answer["reason"]


@pytest.mark.parametrize(
    ("account", "number"), [({}, "000123450000"), ({"routing_number": "011401533"}, "000123456789")]
)
async def test_a_tag_on_another_account_is_not_adopted(send: Send, account: dict[str, Any], number: str) -> None:
    """Money would go to an account that nobody has asked for."""
    await send()
    with pytest.raises(VendorRejected, match="another account"):
        await send(replace(ACCOUNT, **account), number)


async def test_a_tag_of_another_customer_is_not_adopted_and_tried_again(
    send: Send, helix: HelixClient, a_new_account: Build
) -> None:
    """Nothing shows whose it is, and a vendor may list late what it has just made: bounded tries, then a refusal."""
    await helix.create(a_new_account(customer_id=1002, tag=ACCOUNT.tag))
    with pytest.raises(VendorUnavailable, match="taken"):
        await send()


async def test_what_may_not_be_used_is_not_adopted(send: Send, sandbox: SandboxProcess) -> None:
    """`Verified` is what we would tell, and locked it is not usable."""
    made = int((await send())["helix_external_account_id"])
    sandbox.control.helix.lock(made, "fraud")
    with pytest.raises(VendorRejected, match="locked"):
        await send()
    sandbox.control.helix.unlock(made)
    async with httpx2.AsyncClient(base_url=sandbox.helix_url, auth=("example1", "example1")) as http:
        body = {"customerId": 1001, "externalAccountId": made}
        assert (await http.post("externalAccount/archive", json=body)).status_code == 200
    with pytest.raises(VendorRejected, match="Archived"):
        await send()


@pytest.mark.parametrize(
    ("status", "error"), [(503, OutcomeUnknown), (401, VendorUnavailable), (429, VendorUnavailable)]
)
async def test_trouble_at_the_vendor_is_not_a_no(
    send: Send, sandbox: SandboxProcess, status: int, error: type[Exception]
) -> None:
    """It is tried again, and the account is not refused."""
    sandbox.control.helix.fault(FaultKind.STATUS, operation="create", status=status, times=1)
    with pytest.raises(error):
        await send()
    assert (await send())["adopted"] is False


async def test_more_than_fifteen_a_second_are_told_so(helix: HelixClient, sandbox: SandboxProcess) -> None:
    """And for how long."""
    for _ in range(15):
        await helix.get_by_tag(1001, "t")
    with pytest.raises(VendorUnavailable) as raised:
        await helix.get_by_tag(1001, "t")
    assert (raised.value.status, raised.value.retry_after_seconds) == (429, 1)


async def test_a_wrong_secret_is_the_operators_to_mend(sandbox: SandboxProcess, a_new_account: Build) -> None:
    """The command waits for it; nothing has happened."""
    async with open_client(sandbox.helix_url, read_timeout_seconds=10) as http:
        with pytest.raises(VendorUnavailable):
            await HelixClient(http, api_key="example1", api_secret="wrong").create(a_new_account())


async def test_a_document_is_uploaded_for_a_person_to_look_at(
    helix: HelixClient, sandbox: SandboxProcess, a_new_account: Build
) -> None:
    """Known from one SDK alone; nothing here sends one."""
    made = await helix.create(a_new_account())
    await helix.upload_document(1001, made, "statement.pdf", b"%PDF", type="Statement", reason="Verification")
    assert len(sandbox.control.helix.effects(kind="helix.external_account.document_uploaded")) == 1


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("121042882", None),
        ("123456789", None),
        ("121042883", Fault.ROUTING_NUMBER_BAD),
        ("12104288", Fault.ROUTING_NUMBER_BAD),
        ("12104288a", Fault.ROUTING_NUMBER_BAD),
        ("011000992", Fault.ROUTING_NUMBER_UNKNOWN),
    ],
)
async def test_a_routing_number_is_looked_up(helix: HelixClient, number: str, fault: Fault | None) -> None:
    """The sandbox's own is taken although its check digit is wrong."""
    if fault is None:
        assert (await helix.verify_routing_number(number)).bank_name
        return
    with pytest.raises(HelixRejected) as raised:
        await helix.verify_routing_number(number)
    assert raised.value.fault is fault
