"""One story out of made-up records: what belongs to it, in which order, and what of it is shown."""

import itertools
import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bankrails_cli.timeline import NOT_SHOWN, Entry, timeline
from bankrails_cli.told import Told
from bankrails_contracts.envelope import Envelope

REAL = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
VIRTUAL = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
JWE = "eyJhbGciOiJFQ0RILUVTIn0..aaaaaaaaaaaaaaaa.bbbb.cccccccccccccccccccccc"
ACCOUNT = {"country": "CA", "institution_number": "003", "transit_number": "10202", "account_number": JWE}


class Topics:
    """Records in the order in which they are written, a real second and a virtual day apart."""

    def __init__(self) -> None:
        self.records: list[Told] = []
        self._numbers = itertools.count()

    def write(
        self,
        type_: str,
        key: str | None,
        data: Any,
        *,
        id_: str | None = None,
        answers: str | None = None,
        correlation: str = "story",
        says_when: bool = True,
    ) -> Told:
        number = next(self._numbers)
        envelope = Envelope(
            id_ or f"message-{number}",
            "/test",
            f"bankrails.{type_}.v1",
            time=VIRTUAL + timedelta(days=number) if says_when else None,
            subject=key,
            causationid=answers,
            correlationid=correlation,
        )
        told = Told("topic", 0, number, key, REAL + timedelta(seconds=number), envelope, data)
        self.records.append(told)
        return told

    def story(self, mark: str) -> None:
        """From a login to a settled payment; every id ends in `mark`."""
        user, connection, external = f"user-{mark}", f"connection-{mark}", f"external-{mark}"
        payer, account, mandate, payment = f"payer-{mark}", f"account-{mark}", f"mandate-{mark}", f"payment-{mark}"
        self.write("auth.authentication-started", connection, {"connection_id": connection, "user_id": user})
        linked = {"external_account_id": external, "connection_id": connection, "user_id": user}
        self.write("accounts.external-account-linked", external, linked)
        self.write("payments.payer-registered", payer, {"payer_id": payer})
        registered = {"bank_account_id": account, "payer_id": payer, "external_account_id": external}
        self.write("payments.bank-account-registered", account, registered)
        self.write("payments.mandate-requested", mandate, {"mandate_id": mandate, "bank_account_id": account})
        self.payment(payment, mark)

    def payment(self, payment: str, mark: str) -> None:
        body = {"payment_id": payment, "payer_id": f"payer-{mark}", "bank_account_id": f"account-{mark}"}
        command = self.write("payments.collect-payment", payment, body, id_=f"collect-{payment}", says_when=False)
        assert command.envelope is not None
        self.write("payments.payment-accepted", payment, body, answers=command.envelope.id)
        batch = {"payment_id": payment, "vendor_batch_id": f"batch-{mark}"}
        self.write("settlement.payment-in-settlement", payment, batch, correlation="sweep")
        self.write(
            "settlement.batch-closed", f"batch-{mark}", {"vendor_batch_id": f"batch-{mark}"}, correlation="sweep"
        )


WHOLE = [
    "AuthenticationStarted",
    "ExternalAccountLinked",
    "PayerRegistered",
    "BankAccountRegistered",
    "MandateRequested",
    "CollectPayment",
    "PaymentAccepted",
    "PaymentInSettlement",
    "BatchClosed",
]


@pytest.fixture
def topics() -> Topics:
    return Topics()


def names(entries: list[Entry]) -> list[str]:
    return [entry.name for entry in entries]


@pytest.mark.parametrize("thing", ["payment", "payer", "account", "mandate", "external", "connection", "batch"])
def test_the_whole_story_is_found_from_each_of_its_things(thing: str, topics: Topics) -> None:
    """Whatever id somebody has in hand, the answer is the same."""
    topics.story("a")
    topics.story("b")
    entries = timeline(f"{thing}-a", topics.records)
    if thing == "mandate":  # no payment names its mandate
        assert names(entries) == WHOLE[:5]
    else:
        assert names(entries) == WHOLE
    assert all("-b" not in (entry.about or "") for entry in entries)


def test_another_payment_of_the_same_payer_is_another_story(topics: Topics) -> None:
    """Years of payments share a payer, an account and a correlation; one of them was asked for."""
    topics.story("a")
    topics.payment("payment-later", "a")
    entries = timeline("payment-a", topics.records)
    assert "payment-later" not in {entry.about for entry in entries}
    assert [entry.about for entry in timeline("payer-a", topics.records)].count("payment-later") == 3


def test_an_unknown_id_is_no_story(topics: Topics) -> None:
    """An empty list is what the command line turns into its one line."""
    topics.story("a")
    assert timeline("payment-of-nobody", topics.records) == []


def test_the_order_is_kafkas_however_the_partitions_were_read(topics: Topics) -> None:
    """Partitions are read one after the other; a story is told in time."""
    topics.story("a")
    random.Random(7).shuffle(topics.records)
    assert names(timeline("payment-a", topics.records)) == WHOLE


def test_each_line_has_both_times_and_a_command_only_kafkas(topics: Topics) -> None:
    """A sender's command says nothing of virtual time, and nothing is invented for it."""
    topics.story("a")
    entries = timeline("payment-a", topics.records)
    assert (entries[0].virtual_time, entries[0].real_time) == (VIRTUAL, REAL)
    [command] = [entry for entry in entries if entry.kind == "command"]
    assert (command.virtual_time, command.service) == (None, "payments")


def a_refusal(topics: Topics, command: str, **data: str) -> None:
    body = {"command_id": command, "command_type": "bankrails.payments.collect-payment.v1", "code": "INVALID", **data}
    topics.write("payments.command-refused", command, body, answers=command)


def test_a_refusal_stands_in_the_story_of_its_command_and_no_other(topics: Topics) -> None:
    """It is keyed by the command where there is no aggregate, and shares its correlation with everything."""
    topics.story("a")
    topics.payment("payment-other", "a")
    a_refusal(topics, "collect-payment-a")
    a_refusal(topics, "collect-payment-other")
    a_refusal(topics, "unknown-command", aggregate_id="payment-a")
    refused = [entry for entry in timeline("payment-a", topics.records) if entry.refused]
    assert [entry.causation_id for entry in refused] == ["collect-payment-a", "unknown-command"]
    assert refused[0].about == "payment-a"


def test_a_dead_letter_is_found_by_the_key_of_the_record_that_it_was(topics: Topics) -> None:
    """Nobody can read the record itself; Kafka's key is all that says whose it is."""
    topics.story("a")
    broken = topics.write("payments.collect-payment", "payment-a", "{oops", says_when=False)
    other = topics.write("payments.collect-payment", "payment-z", "{oops", says_when=False)
    for told in (broken, other):
        data = {"topic": told.topic, "partition": told.partition, "offset": told.offset, "reason": "NOT_JSON"}
        topics.write("payments.dead-letter", None, data)
    entries = timeline("payment-a", topics.records)
    assert names(entries)[-2:] == ["CollectPayment", "DeadLetter"]
    assert names(entries).count("DeadLetter") == 1
    assert (entries[-2].facts, entries[-1].refused) == ("", True)


def test_a_copy_is_marked(topics: Topics) -> None:
    """Delivery is at least once: the second line is no second event."""
    topics.story("a")
    body = {"payment_id": "payment-a", "payer_id": "payer-a", "bank_account_id": "account-a"}
    topics.write("payments.collect-payment", "payment-a", body, id_="collect-payment-a")
    assert [entry.again for entry in timeline("payment-a", topics.records) if entry.kind == "command"] == [False, True]


def test_what_another_vendor_row_shows_is_not_pulled_in_by_the_sweep(topics: Topics) -> None:
    """One look at the vendor tells of many payments, under one correlation."""
    topics.story("a")
    row = {"vendor_payment_id": "999", "auth": "approved", "clearing": "opened"}
    topics.write("settlement.vendor-payment-observed", "999", row, correlation="sweep")
    assert "VendorPaymentObserved" not in names(timeline("payment-a", topics.records))


@pytest.mark.parametrize("number", [JWE, "123456789"])
def test_no_account_number_is_shown_sealed_or_not(number: str, topics: Topics) -> None:
    """A number sent in the clear by mistake lies in Kafka; a trace must not spread it further."""
    body = {
        "bank_account_id": "account-a",
        "payer_id": "payer-a",
        "account": ACCOUNT | {"account_number": number},
        "first_name": "Ada",
        "holder_type": "personal",
        "password": "hunter2",
    }
    topics.write("payments.register-bank-account", "account-a", body)
    [entry] = timeline("account-a", topics.records)
    printed = json.dumps(entry.__dict__, default=str)
    assert number not in printed
    assert "Ada" not in printed
    assert "hunter2" not in printed
    assert ("account_number sealed" in printed, NOT_SHOWN in printed) == (number == JWE, number != JWE)


def test_no_record_stops_a_trace(topics: Topics) -> None:
    """Anybody may write to a topic, also a dead letter that names itself."""
    topics.story("a")
    topics.write("payments.dead-letter", None, {"topic": "topic", "partition": 0, "offset": 9})
    topics.write("payments.dead-letter", None, {"topic": ["a"], "partition": {}, "offset": None, "headers": 3})
    topics.write("payments.command-refused", None, {"command_type": ["x"], "aggregate_id": 7})
    topics.records.append(Told("topic", 0, 99, None, REAL, None, b"\xff"))
    assert set(WHOLE) <= set(names(timeline("payment-a", topics.records)))
