"""A merchant's tokens: revoked, rotated, without a right; and a merchant that a person pauses. Nothing is lost."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from bankrails_contracts import payments
from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.payments import PausedFor
from bankrails_helcim.token_watch import TESTS_APART
from bankrails_testkit.commands import MERCHANT
from bankrails_testkit.house import House
from bankrails_testkit.sender import Sender
from bankrails_testkit.topic_reader import TopicReader
from bankrails_testkit.waiting import until

NAME = "withdraw-only"
APPROVED = ["PaymentAccepted", "PaymentSubmitted", "PaymentApproved"]
HELD = f'bankrails_merchant_paused{{merchant="{MERCHANT}",reason="token_rejected"}}'
UNUSABLE = "bankrails_merchants_file_unusable"


@dataclass
class WithdrawToken:
    """The one that debits, at the vendor and in the merchants file; a test leaves both as it found them."""

    house: House
    value: str

    @property
    def file(self) -> Path:
        return Path(self.house.process.settings["PAYMENTS_MERCHANTS_FILE"])

    def at_vendor(self, **switches: bool | str) -> None:
        self.house.sandbox.control.switch_token(MERCHANT, NAME, **switches)

    def in_file(self, value: str) -> None:
        document = json.loads(self.original)
        for merchant in document["merchants"]:
            if merchant["id"] == MERCHANT:
                merchant["tokens"]["withdraw"] = value
        self.file.write_text(json.dumps(document))

    def __post_init__(self) -> None:
        self.original = self.file.read_text()

    def shown(self) -> dict[str, Any]:
        merchants = self.house.process.get("/merchants")["merchants"]
        return next(item for item in merchants if item["id"] == MERCHANT)


@pytest.fixture
def token(house: House) -> Iterator[WithdrawToken]:
    document = json.loads(Path(house.process.settings["PAYMENTS_MERCHANTS_FILE"]).read_text())
    value = next(item["tokens"]["withdraw"] for item in document["merchants"] if item["id"] == MERCHANT)
    token = WithdrawToken(house, value)
    # A test of another token may just have ended a hold; the next one waits five minutes, or it could go in a circle.
    house.sandbox.control.jump(seconds=TESTS_APART.total_seconds())
    yield token
    token.at_vendor(disabled=False, value=value, processing="positive")
    token.file.write_text(token.original)
    until(lambda: token.shown()["tokens"]["withdraw"]["last4"] == value[-4:], "the token as it was")


def seen(reader: TopicReader, model: type[Any]) -> bool:
    return any(item.headers["ce_type"] == model.type for item in reader.seen)


async def test_a_revoked_token_pauses_the_merchant_and_costs_nobody_a_payment(
    house: House, token: WithdrawToken, sender: Sender, reader: TopicReader
) -> None:
    """What is due waits, commands are still taken, and when the token works again each debit goes once."""
    token.at_vendor(disabled=True)
    commands = [house.collect() for _ in range(8)]
    for command in commands[:4]:
        await sender.send(command)
    paused = await reader.event(payments.MerchantPaused, merchant_id=MERCHANT)
    assert (paused.cause, paused.reason.endswith(token.value[-4:])) == (PausedFor.TOKEN_REJECTED, True)
    for command in commands[4:]:
        await sender.send(command)
        await reader.event(payments.PaymentAccepted, payment_id=command.payment_id)
    assert house.process.metric(HELD) == 1
    assert token.shown()["held"] == ["token_rejected"]
    for command in commands:
        assert [item.name for item in reader.of(command.payment_id)] == ["PaymentAccepted"]
        assert house.debits(command.amount.amount_minor) == []

    token.at_vendor(disabled=False)
    ids = {command.payment_id for command in commands}

    def all_approved() -> bool:
        approved = (item for item in reader.seen if item.headers["ce_type"] == payments.PaymentApproved.type)
        return ids <= {item.data["payment_id"] for item in approved} and seen(reader, payments.MerchantResumed)

    await house.pass_time(reader, all_approved, "all payments approved")
    for command in commands:
        assert [item.name for item in reader.of(command.payment_id)] == APPROVED
        (debit,) = house.debits(command.amount.amount_minor)
        assert debit.times == 1
    assert house.process.metric(HELD) == 0


async def test_a_rotation_needs_no_restart_and_no_time(
    house: House, token: WithdrawToken, sender: Sender, reader: TopicReader
) -> None:
    """The old value is dead, the new one is in the file: the next call uses it."""
    token.at_vendor(value="rotated-withdraw-token-8842")
    command = house.collect()
    await sender.send(command)
    await reader.event(payments.MerchantPaused, merchant_id=MERCHANT)
    token.in_file("rotated-withdraw-token-8842")
    await reader.event(payments.MerchantResumed, merchant_id=MERCHANT)
    await reader.event(payments.PaymentApproved, payment_id=command.payment_id)
    assert len(house.debits(command.amount.amount_minor)) == 1
    assert token.shown()["tokens"]["withdraw"]["last4"] == "8842"


async def test_a_broken_file_leaves_the_tokens_that_are_in_use(
    house: House, token: WithdrawToken, sender: Sender, reader: TopicReader
) -> None:
    """A slip in an editor stops no money."""
    token.file.write_text('{"merchants": [')
    until(lambda: house.process.metric(UNUSABLE) == 1, "the broken file noticed")
    command = house.collect()
    await sender.send(command)
    await reader.event(payments.PaymentApproved, payment_id=command.payment_id)
    token.file.write_text(token.original)
    until(lambda: house.process.metric(UNUSABLE) == 0, "the mended file noticed")


async def test_a_missing_right_is_told_learned_and_kept_until_the_token_is_another(
    house: House, token: WithdrawToken, sender: Sender, reader: TopicReader
) -> None:
    """The first payment learns it from the vendor; the next is refused up front, after a restart too."""
    weak = "weaker-withdraw-token-8841"
    token.at_vendor(value=weak, processing="auth")
    token.in_file(weak)
    until(lambda: token.shown()["tokens"]["withdraw"]["last4"] == weak[-4:], "the weaker token")
    first, second, third = house.collect(), house.collect(), house.collect()
    await sender.send(first)
    refused = await reader.event(payments.PaymentRefused, payment_id=first.payment_id)
    assert refused.code == RefusalCode.NOT_PERMITTED
    assert weak[-4:] in refused.reason
    assert list(token.shown()["rights_missing"]) == ["withdraw"]

    id = await sender.send(second)
    answer = await reader.event(payments.CommandRefused, cause=id)
    assert (answer.code, weak[-4:] in answer.reason) == (RefusalCode.NOT_PERMITTED, True)
    house.process.stop()
    house.process.start()
    id = await sender.send(house.collect())
    assert (await reader.event(payments.CommandRefused, cause=id)).code == RefusalCode.NOT_PERMITTED
    assert not seen(reader, payments.MerchantPaused), "a missing right is no bad token"

    token.at_vendor(value="mightier-withdraw-token-8843", processing="positive")
    token.in_file("mightier-withdraw-token-8843")
    until(lambda: token.shown()["rights_missing"] == {}, "the rotation")
    await sender.send(third)
    await reader.event(payments.PaymentApproved, payment_id=third.payment_id)


async def test_a_persons_pause_stops_the_money_outlives_a_restart_and_loses_nothing(
    house: House, sender: Sender, reader: TopicReader
) -> None:
    """Who, why and since when are there to be read."""
    pause = payments.PauseMerchant(merchant_id=MERCHANT, reason="wrong amounts", by="ada")
    id = await sender.send(pause)
    assert (await reader.event(payments.MerchantPaused, cause=id)).by == "ada"
    again = await sender.send(pause)
    refused = await reader.event(payments.CommandRefused, cause=again)
    assert (refused.code, refused.state) == (RefusalCode.WRONG_STATE, "PAUSED")
    command = house.collect()
    await sender.send(command)
    await reader.event(payments.PaymentAccepted, payment_id=command.payment_id)
    house.process.stop()
    house.process.start()
    (merchant,) = [item for item in house.process.get("/merchants")["merchants"] if item["id"] == MERCHANT]
    assert [(item["cause"], item["by"], item["reason"]) for item in merchant["paused"]] == [
        ("command", "ada", "wrong amounts")
    ]
    assert house.debits(command.amount.amount_minor) == []

    id = await sender.send(payments.ResumeMerchant(merchant_id=MERCHANT, by="grace"))
    await reader.event(payments.MerchantResumed, cause=id)
    await reader.event(payments.PaymentApproved, payment_id=command.payment_id)
    assert len(house.debits(command.amount.amount_minor)) == 1


async def test_no_token_is_to_be_found_anywhere(
    house: House, token: WithdrawToken, sender: Sender, reader: TopicReader
) -> None:
    """Neither the one in use nor the one that was refused: not in log, store, events, metrics or the operators' page."""
    planted = ["planted-revoked-token-8844", "planted-working-token-8845"]
    token.in_file(planted[0])
    await reader.event(payments.MerchantPaused, merchant_id=MERCHANT)
    command = house.collect()
    await sender.send(command)
    token.at_vendor(value=planted[1])
    token.in_file(planted[1])
    await reader.event(payments.PaymentApproved, payment_id=command.payment_id)
    said = json.dumps([[item.headers, item.data] for item in reader.seen]) + json.dumps(token.shown())
    for value in (*planted, token.value):
        assert value not in said
        assert house.process.files_with(value) == []
    assert "8845" in said
