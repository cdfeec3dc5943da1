"""The services of the suite as data: which module, which settings, which address."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bankrails_sandbox import CANADIAN_MERCHANT, HelcimConfig, Merchant

WITHDRAW_TOKEN = "withdraw-only"  # noqa: S105 - a token's name in the sandbox, not its value


@dataclass(frozen=True)
class Surroundings:
    """What a service is told of the others."""

    bootstrap_servers: str
    sandbox_url: str
    folder: Path
    ready_file: Path
    ops_port: int


@dataclass(frozen=True)
class ServiceProgram:
    name: str
    """As in the contracts: `payments`."""
    module: str
    ops_port: int
    """Taken by `up` when it is free, so that bookmarks and scrape configurations outlive a restart."""
    environment: Callable[[Surroundings], dict[str, str]]
    """Its settings, without secrets; it may write the files that they name."""


def payments_environment(around: Surroundings) -> dict[str, str]:
    merchants = around.folder / "merchants.json"
    merchants.write_text(json.dumps({"merchants": [_merchant(each) for each in HelcimConfig().merchants]}, indent=2))
    return {
        "PAYMENTS_KAFKA_BOOTSTRAP_SERVERS": around.bootstrap_servers,
        "PAYMENTS_DATABASE_URL": f"sqlite:///{around.folder / 'payments.db'}",
        "PAYMENTS_HELCIM_URL": f"{around.sandbox_url}/helcim/v2",
        "PAYMENTS_CLOCK_URL": f"{around.sandbox_url}/clock",
        "PAYMENTS_MERCHANTS_FILE": str(merchants),
        "PAYMENTS_SEALING_KEYS_FILE": str(around.folder / "payments-sealing-keys.json"),
        "PAYMENTS_VAULT_FILE": str(around.folder / "payments-vault.json"),
        "PAYMENTS_OPS_PORT": str(around.ops_port),
        "PAYMENTS_READY_FILE": str(around.ready_file),
    }


def _merchant(merchant: Merchant) -> dict[str, object]:
    token = next(token.value for token in merchant.tokens if token.name == WITHDRAW_TOKEN)
    return {
        "id": merchant.name,
        "country": merchant.country.value,
        "currency": merchant.currency.name,
        "time_zone": merchant.timezone,
        # It may do all that the service does today, and nothing more: a refund under it is refused by the vendor.
        "tokens": {"general": token, "withdraw": token},
    }


SERVICES = (ServiceProgram("payments", "payments_service", 8603, payments_environment),)

MERCHANT_ID = CANADIAN_MERCHANT.name
"""The merchant of the story."""
