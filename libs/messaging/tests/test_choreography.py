"""What an event of another service sets off: several aggregates in one commit, and commands to oneself."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from bankrails_contracts.accounts import ExternalAccountVerified
from bankrails_contracts.answers import DeadLetterReason
from bankrails_contracts.payments import DefaultBankAccountSet, SetDefaultBankAccount
from bankrails_messaging.decisions import Decision, Handling
from bankrails_messaging.rows import DeadLetterRow
from bankrails_messaging.store import Store
from bankrails_testkit.commands import set_default
from bankrails_testkit.engine import Engine, Thing, ThingReads, record_of

Open = Callable[[dict[str, Any]], Store]
VERIFIED = ExternalAccountVerified(external_account_id="x1", user_id="u1", method="bank_login")


def load(reads: ThingReads, messages: Sequence[Any]) -> list[list[Thing | None]]:
    return [reads.things(["x1", "x2", "p1"]) for _ in messages]


def touch(command: SetDefaultBankAccount, things: list[Thing | None], now: datetime) -> Decision:
    told = DefaultBankAccountSet(
        merchant_id=command.merchant_id, payer_id=command.payer_id, bank_account_id=command.bank_account_id
    )
    return Decision(things[2] or Thing("p1"), (told,))


def heard(event: ExternalAccountVerified, things: list[Thing | None], now: datetime) -> Decision:
    first, second, _ = things
    return Decision(
        first or Thing("x1", "seen"),
        also=(Decision(second or Thing("x2", "seen too")),),
        commands=(set_default("p1", "a1"),),
    )


def engine(store: Store) -> Engine:
    return Engine(
        store,
        handlings=[Handling(ExternalAccountVerified, load, heard), Handling(SetDefaultBankAccount, load, touch)],
    )


async def test_one_fact_changes_several_aggregates_and_sets_off_a_command(open_sqlite: Open) -> None:
    store = open_sqlite({})
    async with engine(store) as running:
        await running.hear(("e1", VERIFIED))
        await running.until(lambda: running.published)
        (told,) = running.published
        assert (told.name, told.subject, told.data["bank_account_id"]) == ("default-bank-account-set", "p1", "a1")
        found = await store.read(lambda connection: ThingReads(connection).things(["x1", "x2", "p1"]))
        assert [thing.version if thing else None for thing in found] == [1, 1, 1]


async def test_a_fact_that_comes_twice_commands_once(open_sqlite: Open) -> None:
    """Kafka delivers a suffix again after a crash; a payment that a fact sets off must not be made again by it."""
    async with engine(open_sqlite({})) as running:
        await running.hear(("e1", VERIFIED), ("e1", VERIFIED))
        await running.hear(("e1", VERIFIED))
        await running.until(lambda: running.published)
        await running.idle()
        assert len(running.published) == 1


async def test_facts_that_touch_one_aggregate_at_once_all_count(open_sqlite: Open) -> None:
    """Their keys are decided side by side, so the second must be decided again on what the first has made."""
    store = open_sqlite({})
    facts = 300  # several waves at once: the losers of one must not beat those of the next for ever
    others = [VERIFIED.model_copy(update={"external_account_id": f"y{n}"}) for n in range(facts)]
    async with engine(store) as running:
        await running.hear(*((f"e{n}", event) for n, event in enumerate(others)))
        await running.until(lambda: running.dispatcher.waiting == 0, "all facts")
        found = await store.read(lambda connection: ThingReads(connection).things(["x1", "x2"]))
        assert dict(running.dispatcher.parked) == {}
    assert [thing.version if thing else None for thing in found] == [facts, facts]


async def test_what_nobody_here_listens_to_is_not_even_stored(open_sqlite: Open) -> None:
    unheard = DefaultBankAccountSet(merchant_id="m", payer_id="p", bank_account_id="a")
    async with engine(open_sqlite({})) as running:
        assert await running.receive(record_of(unheard, "e1")) == [None]


async def test_a_fact_that_breaks_its_contract_is_a_dead_letter_not_a_refusal(open_sqlite: Open) -> None:
    """Nobody asked, so there is nobody to refuse; and guessing at facts about money is worse than stopping there."""
    broken, misplaced = record_of(VERIFIED, "e1"), record_of(VERIFIED, "e2")
    broken.value, misplaced.key = b'{"external_account_id": "x1"}', b"another"
    async with engine(open_sqlite({})) as running:
        rows = await running.receive(broken, misplaced)
        assert [row.reason for row in rows if isinstance(row, DeadLetterRow)] == [DeadLetterReason.INVALID_EVENT] * 2
        await running.idle()
        assert running.published == []
