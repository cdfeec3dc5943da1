"""The Canadian story on four processes that keep their state in PostgreSQL, and what can be seen of it from outside."""

import json
import subprocess
import sys
import urllib.request
from typing import Any

import pytest
from bankrails_cli.demonstration import Performance
from bankrails_cli.services import SERVICES

pytestmark = pytest.mark.timeout(300)  # the first of them waits for the suite and its story

COMMAND_SECONDS = 30
HTTP_SECONDS = 5
SERVICE_NAMES = [program.name for program in SERVICES]


def bankrails(told: Performance, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = "import sys; from bankrails_cli.main import app; sys.exit(app())"
    command = [sys.executable, "-c", program, *arguments, "--bootstrap", told.scene.suite.bootstrap_servers]
    return subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_SECONDS)


def trace(told: Performance, id_: str) -> list[dict[str, Any]]:
    done = bankrails(told, "trace", id_, "--json")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def get(told: Performance, service: str, path: str) -> bytes:
    address = told.scene.suite.services[service].address
    with urllib.request.urlopen(address + path, timeout=HTTP_SECONDS) as answer:  # noqa: S310 - our own address
        content: bytes = answer.read()
    return content


def test_the_story_ends_as_on_sqlite(told: Performance) -> None:
    """The store is a setting: what is collected, and when it becomes final, must not depend on it."""
    assert [chapter.event for chapter in told.chapters][-3:] == ["PaymentApproved", "PaymentCleared", "PaymentFinal"]
    assert [chapter.debits for chapter in told.chapters] == [0, 0, 0, 0, 1, 1, 1]
    assert not list(told.scene.suite.folder.glob("*.db")), "a service kept its state elsewhere"


def test_a_payments_trace_spans_the_four_services(told: Performance) -> None:
    """Whoever asks what became of a payment gets one answer, from the login that proved the account to the end."""
    lines = trace(told, told.scene.canadian.payment_id)
    assert {line["service"] for line in lines} == set(SERVICE_NAMES)
    names = [line["name"] for line in lines]
    steps = ["StartAuthentication", "BankDataFetched", "ExternalAccountVerified", "BankAccountRegistered"]
    steps += ["MandateAccepted", "CollectPayment", "PaymentApproved", "PaymentInSettlement", "PaymentCleared"]
    steps += ["FundsAvailable", "PaymentFinal"]
    assert [name for name in names if name in steps] == steps
    assert "BatchClosed" in names
    assert not any(line["refused"] or line["again"] for line in lines)


def test_the_trace_has_virtual_and_real_times(told: Performance) -> None:
    """Ninety days passed in seconds: only both times together say what happened when."""
    events = [line for line in trace(told, told.scene.canadian.payment_id) if line["kind"] == "event"]
    virtual = [line["virtual_time"] for line in events]
    assert virtual == sorted(virtual)
    assert (virtual[0][:10], virtual[-1][:7]) == ("2026-03-02", "2026-06")
    assert all(not line["real_time"].startswith("2026-0") for line in events)


def test_the_trace_shows_no_secret_and_no_person(told: Performance) -> None:
    """A trace is pasted into tickets."""
    printed = json.dumps(trace(told, told.scene.canadian.connection_id))
    assert "account_number sealed" in printed
    assert "eyJ" not in printed
    for personal in (
        told.scene.canadian.login,
        told.scene.canadian.answer,
        told.scene.canadian.last_name,
        "Sherbrooke",
        "@example.com",
    ):
        assert personal not in printed


@pytest.mark.parametrize("id_", ["payer_id", "bank_account_id", "external_account_id", "connection_id"])
def test_the_same_story_is_found_from_each_of_its_ends(told: Performance, id_: str) -> None:
    """Support starts from whatever the caller has at hand."""
    names = {line["name"] for line in trace(told, getattr(told.scene.canadian, id_))}
    assert {"BankDataFetched", "PaymentFinal"} <= names


def test_an_unknown_id_is_one_clear_line(told: Performance) -> None:
    """Silence would read as "nothing happened"."""
    done = bankrails(told, "trace", "payment-of-nobody")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "bankrails: nothing in the topics is about payment-of-nobody\n"


@pytest.mark.parametrize("service", SERVICE_NAMES)
def test_each_service_shows_health_metrics_and_keys(told: Performance, service: str) -> None:
    """An orchestrator, a scraper and a sender need these before anything else."""
    assert get(told, service, "/health/live")
    assert get(told, service, "/health/ready")
    assert b"bankrails_" in get(told, service, "/metrics")
    assert json.loads(get(told, service, "/.well-known/jwks.json"))["keys"]
