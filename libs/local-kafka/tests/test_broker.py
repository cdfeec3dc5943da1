import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from bankrails_local_kafka import Broker, JarMismatch, JarsUnavailable, open_broker
from bankrails_local_kafka.pins import read_lock


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KAFKA_BOOTSTRAP_SERVERS", "BANKRAILS_KAFKA"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def unreachable_jars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which Maven coordinates cannot be resolved and nothing is cached."""
    monkeypatch.setenv("BANKRAILS_KAFKA_JARS", str(tmp_path / "jars"))
    monkeypatch.setenv("M2_REPO", str(tmp_path / "m2"))
    monkeypatch.setenv("JGO_OFFLINE", "1")


def test_a_broker_named_from_outside_is_used_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is somebody's: nothing of ours is started beside it, and nothing of it stopped."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "kafka.example:9092")
    with open_broker(tmp_path / "data", {"letters": 3}) as broker:
        assert broker == Broker("kafka.example:9092", durable=True, pid=None)
    assert not (tmp_path / "data").exists()


@pytest.mark.usefixtures("unreachable_jars")
def test_without_jars_the_memory_cluster_stands_in_and_one_line_says_so(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Where only the Python index is reachable the demo still runs, and nobody takes it for Kafka."""
    with open_broker(tmp_path / "data", {"letters": 3}) as broker:
        assert not broker.durable
        assert broker.pid
    [line] = capfd.readouterr().err.splitlines()
    assert "librdkafka's in-memory cluster stands in for Kafka" in line
    assert "nothing survives" in line


@pytest.mark.usefixtures("unreachable_jars")
def test_a_real_broker_asked_for_by_name_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build that is there to prove durability must fail, not pass on something weaker."""
    monkeypatch.setenv("BANKRAILS_KAFKA", "real")
    with pytest.raises(JarsUnavailable), open_broker(tmp_path / "data"):
        pass


@pytest.mark.usefixtures("unreachable_jars")
def test_a_tampered_jar_stops_everything(tmp_path: Path) -> None:
    """The stand-in is for what is absent. What is wrong has to be looked at; here a jar of the real lock is altered."""
    (tmp_path / "jars").mkdir()
    for pin in read_lock():
        (tmp_path / "jars" / pin.file_name).write_bytes(b"not what was pinned")
    with pytest.raises(JarMismatch), open_broker(tmp_path / "data"):
        pass


def test_a_misspelt_choice_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise BANKRAILS_KAFKA=memry starts the very thing that was to be left out."""
    monkeypatch.setenv("BANKRAILS_KAFKA", "memry")
    with pytest.raises(ValueError, match="memry"), open_broker(tmp_path / "data"):
        pass


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_in_the_foreground_it_prints_its_address_and_ends_on_request(number: signal.Signals, tmp_path: Path) -> None:
    """The address alone is on standard output, so that a script can read it."""
    command = [sys.executable, "-m", "bankrails_local_kafka", "--data-dir", str(tmp_path)]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "BANKRAILS_KAFKA": "memory"},
    ) as process:
        assert process.stdout
        host, port = process.stdout.readline().strip().split(":")
        assert (host, port.isdigit()) == ("127.0.0.1", True)
        process.send_signal(number)
        assert process.wait(20) == 0
        assert process.stdout.read() == ""
