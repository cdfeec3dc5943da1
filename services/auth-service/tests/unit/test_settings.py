"""What the service refuses to start with."""

import pytest
from auth_service.settings import Settings
from bankrails_testkit.environment import put_environment
from pydantic import ValidationError

NEEDED = {
    "AUTH_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9092",
    "AUTH_DATABASE_URL": "sqlite:///auth.db",
    "AUTH_SEALING_KEYS_FILE": "sealing-keys.json",
    "AUTH_VAULT_FILE": "vault.json",
}
HELIUM = {"AUTH_HELIUM_URL": "http://127.0.0.1:8900/helium", "AUTH_HELIUM_API_KEY": "planted-key"}
MX = {"AUTH_MX_URL": "http://127.0.0.1:8900/mx", "AUTH_MX_CLIENT_ID": "client", "AUTH_MX_API_KEY": "planted-key"}


def read(monkeypatch: pytest.MonkeyPatch, *some: dict[str, str]) -> Settings:
    for variables in some:
        put_environment(monkeypatch, variables)
    return Settings()


@pytest.mark.parametrize("vendors", [(HELIUM,), (MX,), (HELIUM, MX)])
def test_one_vendor_is_enough(monkeypatch: pytest.MonkeyPatch, vendors: tuple[dict[str, str], ...]) -> None:
    """A lender of one country has a contract with one."""
    settings = read(monkeypatch, NEEDED, *vendors)
    assert settings.ops_port == 8601
    assert "planted-key" not in repr(settings)


@pytest.mark.parametrize(
    ("vendors", "missing", "said"),
    [
        ((), "", "without a vendor"),
        ((HELIUM,), "AUTH_HELIUM_API_KEY", "belong together"),
        ((HELIUM, MX), "AUTH_MX_CLIENT_ID", "belong together"),
        ((HELIUM,), "AUTH_DATABASE_URL", "database_url"),
    ],
)
def test_half_a_vendor_is_none(
    monkeypatch: pytest.MonkeyPatch, vendors: tuple[dict[str, str], ...], missing: str, said: str
) -> None:
    """A misspelt variable is silently absent."""
    given = {name: value for some in (NEEDED, *vendors) for name, value in some.items() if name != missing}
    with pytest.raises(ValidationError, match=said):
        read(monkeypatch, given)
