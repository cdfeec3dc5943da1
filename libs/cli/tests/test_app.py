"""Scripts branch on the exit status and read standard output: neither may surprise them."""

import json
import socket
from pathlib import Path

import pytest
from bankrails_cli.main import app


def test_without_arguments_the_commands_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """The first thing that a newcomer types is an answer, and no error."""
    assert app([]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in ("up", "demo", "send", "tail", "topics", "seal", "contracts"))


@pytest.mark.parametrize(
    "arguments",
    [["fly"], ["tail", "--count", "many"], ["send"], ["topics", "--yaml"], ["send", "CollectPaymnt"]],
)
def test_a_wrong_command_line_is_one_line_and_status_2(
    arguments: list[str], nowhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A script's log has one line to read, and standard output stays empty."""
    assert app(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("bankrails: ")
    assert said.err.count("\n") == 1


def test_an_option_that_was_misused_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """`not a valid integer` alone sends people looking through ten options."""
    app(["tail", "--count", "many"])
    assert "--count" in capsys.readouterr().err


def test_without_any_kafka_known_it_says_how_to_get_one(nowhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever has not started anything is told what to start."""
    assert app(["tail"]) == 3
    assert "bankrails up" in capsys.readouterr().err


def test_a_kafka_that_does_not_answer_is_status_3(nowhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Scripts tell "try later" from "you typed nonsense"."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refused at once
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        assert app(["tail", "--bootstrap", address]) == 3
    assert capsys.readouterr().err == f"bankrails: no Kafka at {address}\n"


def test_topics_as_json_is_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever creates topics elsewhere reads partitions and configuration from here."""
    assert app(["topics", "--json"]) == 0
    topics = {line["topic"]: line for line in map(json.loads, capsys.readouterr().out.splitlines())}
    assert topics["bankrails.payments.commands"]["partitions"] == 12
    assert topics["bankrails.payments.events"]["config"]["cleanup.policy"] == "delete"


def test_topics_for_people_shows_retention_in_days(capsys: pytest.CaptureFixture[str]) -> None:
    """2592000000 is nobody's idea of a month."""
    assert app(["topics"]) == 0
    assert "30 days" in capsys.readouterr().out


def test_contracts_check_passes_on_its_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """CI calls it by this name, and an empty folder of schemas is not "nothing differs"."""
    where = ["--directory", str(tmp_path), "--json"]
    assert app(["contracts", "check", *where]) == 1
    assert json.loads(capsys.readouterr().out)["differences"]
    assert app(["contracts", "export", *where]) == 0
    assert app(["contracts", "check", *where]) == 0
