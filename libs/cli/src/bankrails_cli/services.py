"""The services of the suite as data: which module, which settings, which address."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bankrails_sandbox import AMERICAN_MERCHANT, CANADIAN_MERCHANT, HelcimConfig, Merchant

WITHDRAW_TOKEN = "withdraw-only"  # noqa: S105 - a token's name in the sandbox, not its value
REFUND_TOKEN = "refund"  # noqa: S105 - as above


@dataclass(frozen=True)
class Surroundings:
    """What a service is told of the others."""

    bootstrap_servers: str
    sandbox_url: str
    folder: Path
    ops_ports: Mapping[str, int]
    """By service."""
    database_urls: Mapping[str, str] = field(default_factory=dict)
    """By service; a file in the folder for those that are not named."""

    def keys_of(self, service: str) -> str:
        return f"http://127.0.0.1:{self.ops_ports[service]}/.well-known/jwks.json"

    def merchants_file(self) -> Path:
        path = self.folder / "merchants.json"
        path.write_text(json.dumps({"merchants": [_merchant(each) for each in HelcimConfig().merchants]}, indent=2))
        return path


@dataclass(frozen=True)
class ServiceProgram:
    name: str
    """As in the contracts: `payments`. In capitals, the prefix of its settings."""
    process: str
    """As in logs and on the screen: `payments-service`."""
    module: str
    ops_port: int
    """Taken by `up` when it is free, so that bookmarks and scrape configurations outlive a restart."""
    own: Callable[[Surroundings], dict[str, str]]
    """The settings that no other service has, without their prefix; of secrets, the sandbox's published ones alone."""

    def sealing_keys(self, folder: Path) -> Path:
        return folder / f"{self.name}-sealing-keys.json"

    def vault(self, folder: Path) -> Path:
        return folder / f"{self.name}-vault.json"

    def database_url(self, around: Surroundings) -> str:
        return around.database_urls.get(self.name, f"sqlite:///{around.folder / f'{self.name}.db'}")

    def environment(self, around: Surroundings, ready_file: Path) -> dict[str, str]:
        """Its settings; writes the files that they name, besides those that a service makes itself."""
        settings = {
            "KAFKA_BOOTSTRAP_SERVERS": around.bootstrap_servers,
            "DATABASE_URL": self.database_url(around),
            "CLOCK_URL": f"{around.sandbox_url}/clock",
            "SEALING_KEYS_FILE": str(self.sealing_keys(around.folder)),
            "VAULT_FILE": str(self.vault(around.folder)),
            "OPS_PORT": str(around.ops_ports[self.name]),
            "READY_FILE": str(ready_file),
            **self.own(around),
        }
        return {f"{self.name.upper()}_{name}": value for name, value in settings.items()}


def auth_settings(around: Surroundings) -> dict[str, str]:
    return {
        "HELIUM_URL": f"{around.sandbox_url}/helium",
        "HELIUM_API_KEY": "helium-sandbox-key",
        "MX_URL": f"{around.sandbox_url}/mx",
        "MX_CLIENT_ID": "mx-sandbox-client",
        "MX_API_KEY": "mx-sandbox-key",
        "ACCOUNTS_JWKS_URL": around.keys_of("accounts"),
    }


def accounts_settings(around: Surroundings) -> dict[str, str]:
    return {
        "HELIX_URL": f"{around.sandbox_url}/helix",
        "HELIX_API_KEY": "example1",
        "HELIX_API_SECRET": "example1",
        "PAYMENTS_JWKS_URL": around.keys_of("payments"),
        # Virtual months pass in seconds here: time that stops for six looks a day is what they would be spent on.
        "HELIX_LOOK_SECONDS": "86400",
    }


def helcim_settings(around: Surroundings, share: str) -> dict[str, str]:
    return {
        "HELCIM_URL": f"{around.sandbox_url}/helcim/v2",
        "MERCHANTS_FILE": str(around.merchants_file()),
        "HELCIM_SHARE": share,
    }


def settlement_settings(around: Surroundings) -> dict[str, str]:
    return {
        **helcim_settings(around, "0.4"),
        "ACCOUNTS_JWKS_URL": around.keys_of("accounts"),
        # Months pass in seconds here, and each look is a step of the clock.
        "LOOK_EVERY_MINUTES": "450",
    }


def _merchant(merchant: Merchant) -> dict[str, object]:
    tokens = {token.name: token.value for token in merchant.tokens}
    return {
        "id": merchant.name,
        "country": merchant.country.value,
        "currency": merchant.currency.name,
        "time_zone": merchant.timezone,
        # Two, so that what collects money cannot give it back.
        "tokens": {
            "general": tokens[WITHDRAW_TOKEN],
            "withdraw": tokens[WITHDRAW_TOKEN],
            "refund": tokens[REFUND_TOKEN],
        },
        # Waived by agreement, or a Canadian debit would wait ten days for its notice.
        "pre_notification_days": 0,
    }


SERVICES = (
    ServiceProgram("auth", "auth-service", "auth_service", 8601, auth_settings),
    ServiceProgram("accounts", "accounts-service", "accounts_service", 8602, accounts_settings),
    ServiceProgram(
        "payments", "payments-service", "payments_service", 8603, lambda around: helcim_settings(around, "0.6")
    ),
    ServiceProgram("settlement", "settlement-watcher", "settlement_watcher", 8604, settlement_settings),
)

CANADIAN = CANADIAN_MERCHANT.name
AMERICAN = AMERICAN_MERCHANT.name
"""The merchants of the stories."""
