"""What configuration may say, and that a mistake in it is one readable line."""

from datetime import date

import pytest
from bankrails_testkit.environment import put_environment
from pydantic import ValidationError
from settlement_watcher.main import main
from settlement_watcher.settings import Settings

GOOD = {
    "SETTLEMENT_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9092",
    "SETTLEMENT_DATABASE_URL": "sqlite:///settlement.db",
    "SETTLEMENT_HELCIM_URL": "http://127.0.0.1:8900/helcim/v2",
    "SETTLEMENT_MERCHANTS_FILE": "merchants.json",
    "SETTLEMENT_SEALING_KEYS_FILE": "sealing-keys.json",
    "SETTLEMENT_VAULT_FILE": "vault.json",
}


@pytest.fixture
def environment(monkeypatch):
    return lambda **changed: put_environment(monkeypatch, GOOD | changed)


@pytest.mark.parametrize("name", GOOD)
def test_nothing_that_decides_what_is_watched_has_a_default(name, environment, capsys):
    """A misspelt variable is silently absent; the line names the right one."""
    environment(**{name: None})
    assert main([]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert name in line


def test_both_services_shares_of_the_quota_make_one(environment):
    """Helcim counts a merchant's calls over all its tokens."""
    environment()
    assert Settings().helcim_share == 0.4
    assert Settings().ops_port == 8604


def test_disputed_days_are_a_list_of_dates(environment):
    environment(SETTLEMENT_CLOSED_DAYS_CA='["2026-02-16"]')
    assert Settings().closed_days_ca == {date(2026, 2, 16)}
    assert Settings().closed_days_us == frozenset()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SETTLEMENT_HELCIM_SHARE", "0"),
        ("SETTLEMENT_HELCIM_SHARE", "1.1"),
        ("SETTLEMENT_CLOSED_DAYS_CA", '["16 February"]'),
        ("SETTLEMENT_HELCIM_URL", "canary"),
    ],
)
def test_a_wrong_setting_stops_the_start(name, value, environment):
    environment(**{name: value})
    with pytest.raises(ValidationError):
        Settings()
