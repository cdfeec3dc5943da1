"""What is deployed, as the files below k8s/base and the Dockerfile name it."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BASE = ROOT / "k8s/base"
PINNED = re.compile(r".+:v?\d+\.\d+\.\d+[\w.-]*|.+:\d+\.\d+-\w+|.+@sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class Deployed:
    short: str
    """Its folder below k8s/base, its prefix there, and its database."""
    name: str
    module: str
    port: int

    @property
    def variables(self) -> dict[str, str]:
        """What it is told, by docker compose and by Kubernetes alike."""
        files = [BASE / self.short / name for name in ("settings.env", "sandbox-secrets.env")]
        lines = [line for file in files for line in file.read_text().splitlines() if line and not line.startswith("#")]
        return dict(line.split("=", 1) for line in lines)

    def told(self, setting: str) -> str:
        return self.variables[f"{self.short}_{setting}".upper()]


SERVICES = (
    Deployed("auth", "auth-service", "auth_service", 8601),
    Deployed("accounts", "accounts-service", "accounts_service", 8602),
    Deployed("payments", "payments-service", "payments_service", 8603),
    Deployed("settlement", "settlement-watcher", "settlement_watcher", 8604),
)


@pytest.fixture
def services() -> tuple[Deployed, ...]:
    return SERVICES


@pytest.fixture(params=SERVICES, ids=lambda service: service.name)
def service(request: pytest.FixtureRequest) -> Deployed:
    found: Deployed = request.param
    return found


@pytest.fixture
def pinned() -> re.Pattern[str]:
    """An image with a whole version, or a digest."""
    return PINNED
