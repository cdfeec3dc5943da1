"""Sealing for those who send by other means."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from bankrails_cli.main import app
from bankrails_sealing import SealingKeys

SECRET = "123456789"

Answering = Callable[[int, bytes], AbstractContextManager[str]]


@pytest.fixture
def keys(tmp_path: Path) -> SealingKeys:
    SealingKeys.generate(tmp_path / "keys.json")
    return SealingKeys.load(tmp_path / "keys.json")


@pytest.fixture
def jwks(keys: SealingKeys, answering: Answering) -> Iterator[str]:
    with answering(200, json.dumps(keys.jwks()).encode()) as address:
        yield f"{address}/.well-known/jwks.json"


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_what_is_sealed_here_opens_there(
    keys: SealingKeys, jwks: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the line end that `echo` adds: it is no part of an account number."""
    typed(monkeypatch, f"{SECRET}\n")
    assert app(["seal", "--jwks", jwks]) == 0
    said = capsys.readouterr().out
    assert SECRET not in said
    assert keys.open(said.strip()) == SECRET


def test_a_command_is_sealed_on_its_way(
    keys: SealingKeys,
    jwks: str,
    bootstrap_servers: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Kafka never sees the number, and the contract's check is content with what it sees."""
    typed(monkeypatch, f"{SECRET}\n")
    body = {
        "bank_account_id": "account-sealed",
        "payer_id": "payer-1",
        "merchant_id": "maple-books",
        "account": {"country": "CA", "institution_number": "001", "transit_number": "12345"},
        "account_type": "checking",
        "holder_type": "personal",
        "first_name": "Ada",
        "last_name": "Tremblay",
    }
    sealing = ["--seal", "account.account_number=-", "--jwks", jwks]
    kafka = ["--bootstrap", bootstrap_servers, "--json"]
    assert app(["send", "RegisterBankAccount", "--data", json.dumps(body), *sealing, *kafka]) == 0
    capsys.readouterr()
    following = ["--topic", "commands", "--from-start", "--aggregate", "account-sealed", "--count", "1"]
    assert app(["tail", *following, *kafka]) == 0
    told = json.loads(capsys.readouterr().out)
    assert keys.open(told["data"]["account"]["account_number"]) == SECRET


def test_nothing_to_seal_is_an_error(
    jwks: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An empty pipe would become a sealed nothing, refused only by the bank."""
    typed(monkeypatch, "\n")
    assert app(["seal", "--jwks", jwks]) == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("body", [b"", b"[]", b'{"keys": []}', b"<html>"])
def test_without_a_usable_key_nothing_is_sealed_and_nothing_is_repeated(
    body: bytes, answering: Answering, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The secret is in none of the errors."""
    typed(monkeypatch, SECRET)
    with answering(200, body) as address:
        assert app(["seal", "--jwks", address]) in (2, 3)
    said = capsys.readouterr()
    assert SECRET not in said.out + said.err
    assert said.err.count("\n") == 1


@pytest.mark.parametrize("url", ["file:///etc/passwd", "127.0.0.1:8603"])
def test_keys_come_over_http_alone(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An address without its scheme is a slip; a file is no service's published key."""
    typed(monkeypatch, SECRET)
    assert app(["seal", "--jwks", url]) == 2
