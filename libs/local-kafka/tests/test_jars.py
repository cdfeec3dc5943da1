import os
import shutil
from pathlib import Path

import pytest
from bankrails_local_kafka.errors import JarMismatch, JarsUnavailable
from bankrails_local_kafka.jars import verified_jars
from bankrails_local_kafka.pins import PinnedJar, kafka_version, read_lock

SMALL = PinnedJar("org.example", "small", "1.0", "9834876dcfb05cb167a5c24953eba58c4ac89b1adf57f28f2f9d09af107ee8f0")
SMALL_BYTES = b"aaa"


@pytest.fixture
def maven_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Maven's own cache with the small jar in it; nothing else can be had."""
    home = tmp_path / "m2" / "org" / "example" / "small" / "1.0"
    home.mkdir(parents=True)
    (home / "small-1.0.jar").write_bytes(SMALL_BYTES)
    monkeypatch.setenv("M2_REPO", str(tmp_path / "m2"))
    monkeypatch.setenv("JGO_OFFLINE", "1")
    return tmp_path / "m2"


def test_the_committed_lock_has_one_kafka_version() -> None:
    """With kafka-clients of another version the broker starts and breaks later, in words that point elsewhere."""
    assert kafka_version(read_lock()) == "4.3.1"


def test_a_lock_that_mixes_kafka_versions_is_refused() -> None:
    """It happened: a resolver took kafka-clients 3.8.0 for Kafka 4.1.1."""
    pins = read_lock(f"org.apache.kafka:kafka_2.13:4.1.1 {'0' * 64}\norg.apache.kafka:kafka-clients:3.8.0 {'0' * 64}\n")
    with pytest.raises(ValueError, match="mixes Kafka versions"):
        kafka_version(pins)


@pytest.mark.usefixtures("maven_cache")
def test_a_pinned_jar_is_kept_and_found_again(tmp_path: Path) -> None:
    """After the first run neither the network nor Maven's cache is needed."""
    store = tmp_path / "store"
    [first] = verified_jars([SMALL], store=store)
    shutil.rmtree(tmp_path / "m2")
    assert verified_jars([SMALL], store=store) == [first]
    assert first.read_bytes() == SMALL_BYTES
    assert os.listdir(store) == [first.name]


@pytest.mark.usefixtures("maven_cache")
def test_a_jar_changed_in_the_store_is_refused_in_one_line(tmp_path: Path) -> None:
    """Code that nobody pinned does not run, and whoever reads the message knows which file to look at."""
    store = tmp_path / "store"
    [path] = verified_jars([SMALL], store=store)
    path.write_bytes(SMALL_BYTES + b"\0")
    with pytest.raises(JarMismatch) as refusal:
        verified_jars([SMALL], store=store)
    assert str(path) in str(refusal.value)
    assert SMALL.sha256 in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_wrong_jar_never_enters_the_store(maven_cache: Path, tmp_path: Path) -> None:
    """A download cut short, or a log-in page in place of a file, must not be what the next start finds."""
    (maven_cache / "org/example/small/1.0/small-1.0.jar").write_bytes(SMALL_BYTES[:2])
    store = tmp_path / "store"
    with pytest.raises(JarMismatch):
        verified_jars([SMALL], store=store)
    assert os.listdir(store) == []


@pytest.mark.usefixtures("maven_cache")
def test_a_jar_that_cannot_be_had_is_named(tmp_path: Path) -> None:
    """This error, and no other, lets the in-memory cluster stand in."""
    absent = PinnedJar("org.example", "absent", "2.0", "0" * 64)
    with pytest.raises(JarsUnavailable, match=r"org\.example:absent:2\.0"):
        verified_jars([SMALL, absent], store=tmp_path / "store")


def test_where_jgo_cannot_reach_a_repository_an_installed_maven_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a company's mirror Maven is configured and jgo is not; the jar is verified all the same."""
    bin_dir = tmp_path / "bin"
    bin_dir.mkdir()
    maven = bin_dir / "mvn"
    maven.write_text(
        "#!/bin/sh\nfor word; do case $word in -DoutputDirectory=*) out=${word#*=};; esac; done\n"
        'mkdir -p "$out" && printf aaa > "$out/small-1.0.jar"\n'
    )
    maven.chmod(0o755)
    monkeypatch.setenv("PATH", str(bin_dir), prepend=os.pathsep)
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")  # nobody listens there, so jgo fails at once
    monkeypatch.setenv("M2_REPO", str(tmp_path / "m2"))
    monkeypatch.delenv("JGO_OFFLINE", raising=False)
    [path] = verified_jars([SMALL], store=tmp_path / "store")
    assert path.read_bytes() == SMALL_BYTES
