"""What configuration may say, and that a mistake in it is one readable line."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from accounts_service.main import main
from accounts_service.settings import Settings
from bankrails_testkit.environment import put_environment

GOOD = {
    "ACCOUNTS_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9092",
    "ACCOUNTS_DATABASE_URL": "sqlite:///accounts.db",
    "ACCOUNTS_HELIX_URL": "http://127.0.0.1:8900/helix",
    "ACCOUNTS_HELIX_API_KEY": "example1",
    "ACCOUNTS_HELIX_API_SECRET": "canary-secret",
    "ACCOUNTS_SEALING_KEYS_FILE": "sealing-keys.json",
    "ACCOUNTS_VAULT_FILE": "vault.json",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    return lambda **changed: put_environment(monkeypatch, GOOD | changed)


@pytest.mark.parametrize("name", GOOD)
def test_nothing_that_decides_where_numbers_go_has_a_default(
    name: str, environment: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    """A misspelt variable is silently absent; the line names the right one."""
    environment(**{name: None})
    assert main([]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert name in line


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ACCOUNTS_HELIX_URL", "canary"),
        ("ACCOUNTS_HELIX_API_KEY", "canary:1"),
        ("ACCOUNTS_HELIX_API_SECRET", "canar"),
        ("ACCOUNTS_PAYMENTS_JWKS_URL", "canary"),
        ("ACCOUNTS_SANDBOX_ROUTING_NUMBER", "canary"),
        ("ACCOUNTS_HELIX_SHARE", "0"),
        ("ACCOUNTS_OPS_PORT", "65536"),
        ("ACCOUNTS_OWN_ACCOUNTS_MAX", "0"),
        ("ACCOUNTS_TRIAL_DEPOSIT_BANKING_DAYS", "6"),
        ("ACCOUNTS_HELIX_LOOK_SECONDS", "59"),
    ],
)
def test_a_value_out_of_bounds_is_named_and_not_shown(
    name: str, value: str, environment: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    """What stands in the wrong variable may be a secret."""
    environment(**{name: value})
    assert main([]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert name in line
    assert "canar" not in line


def test_by_itself_the_service_is_a_production_one_and_alone(environment: Callable[..., None]) -> None:
    """The sandbox's number is no bank's, and a number is sealed to nobody who was not named."""
    environment()
    settings = Settings()
    assert (settings.sandbox_routing_number, settings.payments_jwks_url, settings.ops_port) == (False, None, 8602)
    assert "canary" not in repr(settings)


def test_settings_become_rules(environment: Callable[..., None]) -> None:
    """Each with its own variable."""
    changed = {"OWN_ACCOUNTS_MAX": "2", "TRIAL_DEPOSIT_BANKING_DAYS": "1", "PAYMENTS_JWKS_URL": "http://payments/jwks"}
    seconds = {"HELIX_LOOK_SECONDS": "86400", "HELIX_LOOK_OPEN_SECONDS": "600", "HELIX_FIND_SECONDS": "60"}
    environment(**{f"ACCOUNTS_{name}": value for name, value in (changed | seconds).items()})
    rules = Settings().rules()
    assert (rules.own_accounts_max, rules.trial_deposit_banking_days, rules.share) == (2, 1, True)
    assert (rules.look_every, rules.look_every_open, rules.find_every) == (
        timedelta(days=1),
        timedelta(minutes=10),
        timedelta(minutes=1),
    )
