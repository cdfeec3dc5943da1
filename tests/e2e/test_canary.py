"""Planted secrets, searched for in every byte that the suite leaves: Kafka's logs, databases, logs, metrics, traces."""

import asyncio
import base64
import http.server
import json
import threading
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from bankrails_cli import catalogue
from bankrails_cli.catalogue import Stream
from bankrails_cli.demonstration import VIRTUAL_START
from bankrails_cli.jwks import seal
from bankrails_cli.kafka_client import open_reader, open_writer
from bankrails_cli.output import Output
from bankrails_cli.stories import canada
from bankrails_cli.stories.cast import canadian
from bankrails_cli.stories.scene import Scene
from bankrails_cli.story import Teller
from bankrails_cli.suite import Suite
from bankrails_contracts.accounts import LinkExternalAccount
from bankrails_contracts.auth import AnswerChallenge, StartAuthentication
from bankrails_contracts.message import Command
from bankrails_contracts.payments import RegisterBankAccount
from bankrails_sandbox import AsyncControlClient
from bankrails_sandbox.helium.bank import Challenge, ChallengeKind, ChallengeType, Script
from bankrails_sandbox.helium.people import AccountType, BankAccount, Person

LOGIN, PASSWORD, ANSWER = "canary-login-7f3a", "canary-password-91bd", "canary-answer-c05e"
FROM_LOGIN, BY_COMMAND, AT_HELIX = "730184925517", "730184925524", "730184925531"
"""Account numbers: one that the login shows, one by RegisterBankAccount, one by LinkExternalAccount."""
SEALED = (LOGIN, PASSWORD, ANSWER, FROM_LOGIN, BY_COMMAND, AT_HELIX)

IN_CLEAR = {
    "start": "canary-clear-password-22d1",
    "misplaced": "canary-clear-misplaced-48aa",
    "answer": "canary-clear-answer-6b0f",
    "link": "730184925548",
    "register": "730184925555",
    "nonsense": "canary-clear-nonsense-e3c7",
}
"""What senders put on Kafka unsealed by mistake. Their own record is theirs; it must go no further."""


@dataclass
class Collector:
    """Takes what an OpenTelemetry exporter sends, as it comes."""

    url: str
    bodies: list[bytes] = field(default_factory=list)


@contextmanager
def collecting() -> Iterator[Collector]:
    bodies: list[bytes] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Collector(f"http://127.0.0.1:{server.server_port}", bodies)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def live_through(suite: Suite) -> Scene:
    """A login with everything planted, the account that it proves, a debit; and every other way in for a number."""
    async with (
        open_reader(
            suite.bootstrap_servers,
            (*catalogue.topics(Stream.EVENTS), *catalogue.topics(Stream.DEAD_LETTERS)),
            from_start=False,
        ) as reader,
        open_writer(suite.bootstrap_servers) as writer,
        AsyncControlClient(suite.sandbox.address) as control,
    ):
        teller = Teller(Output(as_json=True), reader.records(), writer)
        cast = replace(canadian(), login=LOGIN, password=PASSWORD, answer=ANSWER)
        scene = Scene(teller, suite, control, Output(as_json=True), canadian=cast)
        holder = Person(
            "Benoit Tremblay",
            (BankAccount(AccountType.CHEQUING, "10202", FROM_LOGIN, 100_000, 100_000, institution_number="003"),),
        )
        question = Challenge(ChallengeKind.MFA, ChallengeType.QUESTION, "Who sings?", ANSWER)
        await control.helium.make_login(LOGIN, Script(challenges=(question,), password=PASSWORD, person=holder))
        for chapter in (
            canada.register_payer,
            canada.log_in,
            canada.prove_account,
            canada.agree_on_debits,
            canada.collect,
            canada.settle,
        ):
            await chapter(scene)
        await by_command(scene)
        await by_mistake(scene)
        return scene


async def by_command(scene: Scene) -> None:
    cast, suite = scene.canadian, scene.suite
    where = {"country": "CA", "institution_number": "003", "transit_number": "10202"}

    def keys(service: str) -> str:
        return f"{suite.services[service].address}/.well-known/jwks.json"

    registered = await scene.teller.send(
        RegisterBankAccount,
        merchant_id=cast.merchant_id,
        bank_account_id="canary-account",
        payer_id=cast.payer_id,
        account={**where, "account_number": seal(BY_COMMAND, keys("payments"))},
        account_type="checking",
        **cast.holder,
    )
    await scene.teller.expect("BankAccountRegistered", answering=registered)
    customer = await scene.control.helix.add_customer()
    linked = await scene.teller.send(
        LinkExternalAccount,
        external_account_id="canary-external",
        user_id=cast.user_id,
        account={
            "country": "US",
            "routing_number": "091000019",
            "account_number": seal(AT_HELIX, keys("accounts")),
        },
        account_type="checking",
        holder=cast.holder,
        helix_customer_id=customer,
    )
    await scene.teller.expect("ExternalAccountLinked", answering=linked)


async def by_mistake(scene: Scene) -> None:
    teller, cast = scene.teller, scene.canadian
    login = {"user_id": cast.user_id, "country": "CA", "institution": "helium_test"}
    where = {"country": "CA", "institution_number": "003", "transit_number": "10202"}
    mistakes: list[tuple[type[Command], dict[str, object], str]] = [
        (
            StartAuthentication,
            {"connection_id": "clear-1", **login, "credentials": [{"field": "password", "value": IN_CLEAR["start"]}]},
            "SECRET_IN_CLEAR",
        ),
        (
            StartAuthentication,
            {"connection_id": "clear-2", **login, "credentials": [], "password": IN_CLEAR["misplaced"]},
            "INVALID",
        ),
        (
            AnswerChallenge,
            {
                "connection_id": cast.connection_id,
                "challenge_id": "any",
                "answers": [{"field": "answer", "value": IN_CLEAR["answer"]}],
            },
            "SECRET_IN_CLEAR",
        ),
        (
            LinkExternalAccount,
            {
                "external_account_id": "clear-3",
                "user_id": cast.user_id,
                "account": {**where, "account_number": IN_CLEAR["link"]},
                "account_type": "checking",
                "holder": cast.holder,
            },
            "SECRET_IN_CLEAR",
        ),
        (
            RegisterBankAccount,
            {
                "merchant_id": cast.merchant_id,
                "bank_account_id": "clear-4",
                "payer_id": cast.payer_id,
                "account": {**where, "account_number": IN_CLEAR["register"]},
                "account_type": "checking",
                **cast.holder,
            },
            "SECRET_IN_CLEAR",
        ),
    ]
    for model, body, code in mistakes:
        sent = await teller.send(model, **body)
        await teller.expect("CommandRefused", answering=sent, code=code)
    nonsense = f"{{password: {IN_CLEAR['nonsense']}".encode()
    sent = await teller.send_bytes(StartAuthentication, nonsense, key="clear-5")
    await teller.expect("DeadLetter", answering=sent, reason="NOT_JSON")


def spellings(secret: str) -> set[bytes]:
    """As it is, and as base64 has it at each of the three places where it can begin."""
    found = {secret.encode(), json.dumps(secret)[1:-1].encode(), secret.encode("utf-16-le")}
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + secret.encode())
        found.add(coded[4 if shift else 0 : -4])
    return found


def where_found(secret: str, places: Mapping[str, bytes]) -> list[str]:
    return [name for name, content in places.items() if any(spelling in content for spelling in spellings(secret))]


@pytest.mark.timeout(300)
def test_planted_secrets_are_found_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        suite = Suite(tmp_path / "suite", virtual_start=VIRTUAL_START)
        metrics: dict[str, bytes] = {}
        with suite:
            scene = asyncio.run(live_through(suite))
            for name, service in suite.services.items():
                for page in ("metrics", "idle", "parked", "health/ready"):
                    with urllib.request.urlopen(f"{service.address}/{page}", timeout=10) as answer:  # noqa: S310 - ours
                        metrics[f"{name} {page}"] = answer.read()
    files = {
        str(path.relative_to(suite.folder)): path.read_bytes() for path in suite.folder.rglob("*") if path.is_file()
    }
    traces = {f"trace {number}": body for number, body in enumerate(collector.bodies)}
    places = {**files, **metrics, **traces}
    # The search itself works: what is no secret is found in each kind of place.
    for service, known in (
        ("auth", scene.canadian.connection_id),
        ("accounts", scene.canadian.external_account_id),
        ("payments", scene.canadian.payment_id),
        ("settlement", scene.canadian.payment_id),
    ):
        where = where_found(known, places)
        assert any(name.startswith(f"{service}.db") for name in where), f"{service}'s store"
        assert any(name.startswith("kafka/") and f"bankrails.{service}.events" in name for name in where), "Kafka"
        assert any(name.endswith(".log") and not name.startswith("kafka/") for name in where), "logs"
    assert where_found("start-authentication", metrics), "metrics"
    assert where_found("vendor withdraw", traces), "traces"
    assert {secret: where_found(secret, places) for secret in SEALED} == {secret: [] for secret in SEALED}
    elsewhere = {name: content for name, content in places.items() if ".commands-" not in name}
    assert {each: where_found(each, elsewhere) for each in IN_CLEAR.values()} == {
        each: [] for each in IN_CLEAR.values()
    }
