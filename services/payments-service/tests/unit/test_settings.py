"""What configuration may say, and that a mistake in it is one readable line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bankrails_helcim.merchants_file import MerchantsUnusable, read_merchants
from bankrails_testkit.environment import put_environment
from payments_service.main import main
from payments_service.settings import Settings
from pydantic import ValidationError

GOOD = {
    "PAYMENTS_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9092",
    "PAYMENTS_DATABASE_URL": "sqlite:///payments.db",
    "PAYMENTS_HELCIM_URL": "http://127.0.0.1:8900/helcim/v2",
    "PAYMENTS_MERCHANTS_FILE": "merchants.json",
    "PAYMENTS_SEALING_KEYS_FILE": "sealing-keys.json",
    "PAYMENTS_VAULT_FILE": "vault.json",
}
MERCHANT: dict[str, Any] = {
    "id": "maple-books",
    "country": "CA",
    "currency": "CAD",
    "time_zone": "America/Toronto",
    "tokens": {"general": "canary-general", "withdraw": "canary-withdraw"},
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    return lambda **changed: put_environment(monkeypatch, GOOD | changed)


@pytest.mark.parametrize("name", GOOD)
def test_nothing_that_decides_where_money_goes_has_a_default(
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
        ("PAYMENTS_KAFKA_BOOTSTRAP_SERVERS", ""),
        ("PAYMENTS_DATABASE_URL", "mysql://canary@host/db"),
        ("PAYMENTS_DATABASE_URL", "sqlite:///"),
        ("PAYMENTS_HELCIM_URL", "canary"),
        ("PAYMENTS_HELCIM_SHARE", "0"),
        ("PAYMENTS_HELCIM_SHARE", "1.1"),
        ("PAYMENTS_HELCIM_IN_FLIGHT", "0"),
        ("PAYMENTS_OPS_PORT", "65536"),
        ("PAYMENTS_LOG_LEVEL", "LOUD"),
    ],
)
def test_a_value_out_of_bounds_is_named_and_not_shown(
    name: str, value: str, environment: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    """A database address may hold a password."""
    environment(**{name: value})
    assert main([]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert name in line
    assert "canary" not in line


def test_an_argument_that_nobody_knows_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """`migrate` misspelt must not start a service."""
    assert main(["migrat"]) == 2
    assert "migrate" in capsys.readouterr().err


def test_settings_do_not_change(environment: Callable[..., None]) -> None:
    """Read once, and the same for all."""
    environment()
    settings = Settings()
    with pytest.raises(ValidationError):
        settings.helcim_share = 1.0
    assert settings.sqlite_path == Path("payments.db")


def merchants(tmp_path: Path, *entries: Any) -> Path:
    file = tmp_path / "merchants.json"
    file.write_text(json.dumps({"merchants": entries}))
    return file


def test_merchants_are_read_by_name(tmp_path: Path) -> None:
    """The rules see a merchant without its tokens."""
    other = MERCHANT | {"id": "liberty", "country": "US", "currency": "USD", "time_zone": "America/New_York"}
    found = read_merchants(merchants(tmp_path, MERCHANT, other))
    assert set(found) == {"maple-books", "liberty"}
    assert found["maple-books"].tokens.withdraw.get_secret_value() == "canary-withdraw"
    assert "canary" not in repr(found)
    assert found["maple-books"].merchant.payment_max_minor == 2_500_000


@pytest.mark.parametrize(
    ("changed", "days"),
    [
        ({}, 10),
        ({"country": "US", "currency": "USD"}, 0),
        ({"pre_notification_days": 0}, 0),
        ({"country": "US", "currency": "USD", "pre_notification_days": 3}, 3),
    ],
)
def test_the_notice_of_a_debit_is_the_countrys_unless_agreed_otherwise(
    changed: dict[str, Any], days: int, tmp_path: Path
) -> None:
    """Rule H1 asks for ten calendar days in Canada; zero is an agreement, and not "none given"."""
    found = read_merchants(merchants(tmp_path, MERCHANT | changed))
    assert found["maple-books"].merchant.pre_notification_days == days


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"currency": "USD"}, "collects CAD"),
        ({"country": "MX"}, "country"),
        ({"time_zone": "Mars/Olympus"}, "Mars/Olympus"),
        ({"time_zone": "../etc/passwd"}, "time_zone"),
        ({"surprise": 1}, "surprise"),
        ({"id": "with blank"}, "id"),
        ({"payment_max_minor": 2_500_001}, "payment_max_minor"),
        ({"payment_max_minor": 0}, "payment_max_minor"),
        ({"pre_notification_days": 31}, "pre_notification_days"),
        ({"tokens": {"general": "canary"}}, "withdraw"),
        ({"tokens": {"general": "canary\n", "withdraw": "canary"}}, "general"),
        ({"tokens": {"general": "canary", "withdraw": ""}}, "withdraw"),
    ],
)
def test_a_merchant_that_makes_no_sense_is_one_line_without_a_token(
    changed: dict[str, Any], says: str, tmp_path: Path
) -> None:
    """Found at the start, not half-way into a debit."""
    with pytest.raises(MerchantsUnusable) as caught:
        read_merchants(merchants(tmp_path, MERCHANT | changed))
    (line,) = str(caught.value).splitlines()
    assert says in line
    assert "canary" not in line


def test_a_merchant_twice_or_none_at_all_is_refused(tmp_path: Path) -> None:
    """Which of the two would be debited for?"""
    for entries in ([MERCHANT, MERCHANT], []):
        with pytest.raises(MerchantsUnusable):
            read_merchants(merchants(tmp_path, *entries))


def test_a_file_that_is_not_there_or_not_json_is_named(tmp_path: Path) -> None:
    """The path is what the operator needs."""
    with pytest.raises(MerchantsUnusable, match="nowhere"):
        read_merchants(tmp_path / "nowhere.json")
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(MerchantsUnusable, match=r"broken\.json"):
        read_merchants(tmp_path / "broken.json")
