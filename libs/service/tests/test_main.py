"""What is set up wrongly ends the start with one readable line and status 2."""

from datetime import date
from pathlib import Path

import pytest
from bankrails_service.main import Definition, run_service
from bankrails_service.schema import Schema
from bankrails_service.settings import ServiceSettings
from pydantic_settings import SettingsConfigDict


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="SHELLTEST_", frozen=True, extra="ignore")

    ops_port: int = 0
    closed_days: frozenset[date] = frozenset()


def never(settings: Settings, probe: object) -> object:
    raise AssertionError("built on settings that cannot be read")


def test_a_list_that_is_not_json_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The likeliest mistake of all: a list written as people write one."""
    monkeypatch.setenv("SHELLTEST_CLOSED_DAYS", "2026-02-16")
    definition = Definition("shell-test", Settings, Schema("shell_test", tmp_path, "0001"), never)  # type: ignore[arg-type]  # never called
    assert run_service(definition) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("shell-test: ")
    assert "closed_days" in line
