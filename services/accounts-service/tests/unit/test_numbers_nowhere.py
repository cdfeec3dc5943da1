"""Account numbers, by every way in: in no file, event or line in the clear."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from accounts_service.domain.program import Program
from accounts_service.store.repositories import PROGRAMS
from bankrails_contracts.accounts import (
    ApplyNotificationOfChange,
    ApproveOverLimit,
    ArchiveExternalAccount,
    InitiateExternalAccount,
    LinkExternalAccount,
    LockExternalAccount,
    UpdateExternalAccount,
)
from bankrails_messaging.store import Store
from bankrails_testkit.accounts_bench import AccountsBench
from bankrails_testkit.accounts_desk import AccountsDesk
from bankrails_testkit.engine import START, record_of
from bankrails_testkit.stores import put

HOLDER = {"holder_type": "personal", "first_name": "Ada", "last_name": "Lovelace"}


NUMBERS = ("000123456701", "000123456702", "000123456703", "000123456704", "000123456705")


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_no_number_of_any_way_in_is_left_in_the_clear(
    tmp_path: Path, database: Path, store: Store, capfd: pytest.CaptureFixture[str]
) -> None:
    """By link, initiation, notice of change, the vendor's own correction, and beyond the limit: in no file, no event, no
    line; nor where a sender put it by mistake."""
    bench = AccountsBench(tmp_path, store)
    linked, corrected, shown, initiated, beyond = NUMBERS
    common = {"user_id": "ada", "account_type": "checking", "holder": HOLDER, "helix_customer_id": 1001}

    def details(number: str) -> dict[str, Any]:
        return {"account": bench.american("a", number)["details"]}

    async with bench.engine as engine:
        program = Program(external_accounts_max=2, version=1)
        await store.write(lambda connection: put(connection, (PROGRAMS, program)))
        await engine.send(
            LinkExternalAccount.model_validate(common | details(linked) | {"external_account_id": "x1"}),
        )
        await bench.at_rest()
        await engine.send(
            InitiateExternalAccount.model_validate(common | details(initiated) | {"external_account_id": "x2"})
        )
        await bench.at_rest()
        await engine.send(
            LinkExternalAccount.model_validate(common | details(beyond) | {"external_account_id": "x3"}),
            ApplyNotificationOfChange.model_validate(
                {
                    "external_account_id": "x1",
                    "code": "C01",
                    "account_number": bench.sealed(corrected),
                    "received_on": START.date(),
                }
            ),
        )
        await bench.at_rest()
        await engine.send(ApproveOverLimit(external_account_id="x3", by="m", reason="r"))
        await bench.at_rest()
        await in_hours(bench, 4)
        bench.helix.notice_of_change(4001, "C01", shown)
        await in_hours(bench, 4)
        await in_hours(bench, 4)
        corrections = [item.data for item in engine.published if item.name == "external-account-corrected"]
        assert [bench.payments.open(each["account"]["account_number"]) for each in corrections] == [corrected, shown]
        written = repr(engine.landed)  # each commit as it was, what is erased since included
        published = "".join(item.row.value for item in engine.published)
    found = (published + written).encode() + b"".join(
        path.read_bytes() for path in database.parent.glob("accounts.db*")
    )
    found += capfd.readouterr().err.encode() + capfd.readouterr().out.encode()
    assert b"x1" in found  # so the look for the numbers is not in vain
    assert [number for number in NUMBERS if number.encode() in found] == []


async def in_hours(bench: AccountsBench, hours: int) -> None:
    bench.engine.clock.advance(timedelta(hours=hours))
    await bench.at_rest()


MISPLACED = {
    "account_type": {"account_type": NUMBERS[0]},
    "an unknown field": {"account_no": NUMBERS[0], "user_id": 7},
    "beside the seal": {"account": {"country": "US", "routing_number": "121042882", "account_number": NUMBERS[0]}},
    "in the bank's place": {"account": NUMBERS[0]},
}


@pytest.mark.parametrize("name", MISPLACED)
@pytest.mark.parametrize("message", [InitiateExternalAccount, ApplyNotificationOfChange])
@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_a_number_in_a_wrong_place_is_refused_and_kept_nowhere(
    tmp_path: Path, database: Path, store: Store, message: Any, name: str
) -> None:
    """Of a message that breaks its contract nothing is stored: it is the likeliest to carry a secret."""
    bench = AccountsBench(tmp_path, store)
    body = {"external_account_id": "x1", "code": "C01", **MISPLACED[name]}
    if "account" not in body:
        body["account_number"] = NUMBERS[0]
    async with bench.engine as engine:
        record = record_of(ArchiveExternalAccount(external_account_id="x1"), "c1")
        record.topic, record.value = "bankrails.accounts.commands", json.dumps(body).encode()
        record.headers = [(key, text if key != "ce_type" else message.type.encode()) for key, text in record.headers]
        await engine.receive(record)
        await engine.until(lambda: engine.answers("c1"), "an answer")
        await bench.at_rest()
        assert {item.name for item in engine.answers("c1")} == {"command-refused"}
        published = "".join(item.row.value for item in engine.published)
    assert NUMBERS[0] not in published
    assert NUMBERS[0].encode() not in b"".join(path.read_bytes() for path in database.parent.glob("accounts.db*"))


SPELLINGS = ("0001 2345 6701", "my 000-123-456701 account", NUMBERS[0])


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize(
    "where", ["nickname", "bank_name", "holder.last_name", "custom_fields.custom_field_3", "update", "lock", "approve"]
)
def test_a_number_in_a_free_text_is_refused_and_told_to_nobody(desk: AccountsDesk, where: str, spelling: str) -> None:
    """A nickname is published; whoever puts the number there means well, and is told the field."""
    account = {"country": "US", "routing_number": "121042882", "account_number": desk.keys.sealed(NUMBERS[0])}
    link: dict[str, Any] = {"external_account_id": "x1", "user_id": "ada", "account": account, "holder": dict(HOLDER)}
    link |= {"account_type": "checking", "helix_customer_id": 1001}
    texts = {
        "update": UpdateExternalAccount(external_account_id="x1", nickname=spelling),
        "lock": LockExternalAccount(external_account_id="x1", reason=spelling),
        "approve": ApproveOverLimit(external_account_id="x1", by="m", reason=spelling),
    }
    if where in texts:
        desk.send(LinkExternalAccount.model_validate(link))
        (refused,) = desk.send(texts[where])
    else:
        outer, _, inner = where.partition(".")
        link[outer] = {**link.get(outer, {}), inner: spelling} if inner else spelling
        (refused,) = desk.send(LinkExternalAccount.model_validate(link))
    assert refused.data["code"] == "SECRET_IN_CLEAR"
    stored = "".join(desk.connection.connection.driver_connection.iterdump())  # type: ignore[union-attr]  # SQLite's own
    assert spelling not in stored + "".join(event.row.value for event in desk.published)


def test_a_text_that_only_looks_alike_is_nobodys_number(desk: AccountsDesk) -> None:
    """Dates and telephone numbers stand in texts too."""
    account = {"country": "US", "routing_number": "121042882", "account_number": desk.keys.sealed(NUMBERS[0])}
    link = {"external_account_id": "x1", "user_id": "ada", "account": account, "holder": HOLDER, "nickname": "5550100"}
    events = desk.send(
        LinkExternalAccount.model_validate(link | {"account_type": "checking", "helix_customer_id": 1001})
    )
    assert events[0].name == "external-account-linked"
