"""Commands that are decided side by side, on a real store: limits hold all the same."""

from pathlib import Path

from accounts_service.domain.program import Program
from accounts_service.store.repositories import PROGRAMS
from bankrails_contracts.accounts import (
    ArchiveExternalAccount,
    LinkExternalAccount,
)
from bankrails_messaging.store import Store
from bankrails_testkit.accounts_bench import AccountsBench
from bankrails_testkit.stores import put

HOLDER = {"holder_type": "personal", "first_name": "Ada", "last_name": "Lovelace"}


def american_links(bench: AccountsBench, many: int) -> list[LinkExternalAccount]:
    """Of one customer, each another account."""
    return [
        LinkExternalAccount.model_validate(
            {
                "external_account_id": f"id-{number}",
                "user_id": f"user-{number}",
                "account": bench.american("a1", f"00012345{number:04d}")["details"],
                "account_type": "checking",
                "holder": HOLDER,
                "helix_customer_id": 1001,
            }
        )
        for number in range(many)
    ]


async def test_of_many_at_once_no_more_get_a_place_than_there_are(tmp_path: Path, store: Store) -> None:
    """Each decision sees the places that the others take, before the vendor is asked; here it would take them all."""
    bench = AccountsBench(tmp_path, store)
    bench.helix.program = Program()
    commands = american_links(bench, 12)
    async with bench.engine as engine:
        await store.write(lambda connection: put(connection, (PROGRAMS, Program(external_accounts_max=3, version=1))))
        ids = await engine.send(*commands)
        await engine.until(lambda: all(engine.answers(each) for each in ids), "an answer to each command")
        names = sorted(engine.answers(each)[0].name for each in ids)
        assert names == ["account-limit-reached"] * 9 + ["external-account-linked"] * 3
        assert len(bench.helix.accounts) == 3
        assert {item.data["counted"] for item in engine.published if item.name == "account-limit-reached"} == {3}


async def test_of_many_at_once_no_more_are_archived_than_a_day_allows(tmp_path: Path, store: Store) -> None:
    """The day's place is taken in the deciding commit."""
    bench = AccountsBench(tmp_path, store)
    bench.helix.program = Program()
    commands = american_links(bench, 8)
    async with bench.engine as engine:
        ids = await engine.send(*commands)
        await engine.until(lambda: all(engine.answers(each) for each in ids), "an answer to each command")
        await bench.at_rest()
        ids = await engine.send(
            *(ArchiveExternalAccount(external_account_id=each.external_account_id) for each in commands)
        )
        await engine.until(lambda: all(engine.answers(each) for each in ids), "an answer to each command")
        names = sorted(engine.answers(each)[0].name for each in ids)
        assert names == ["command-refused"] * 5 + ["external-account-archived"] * 3
        assert bench.helix.calls.count("helix_archive") == 3
