"""`.run/up.json`: where the suite that `bankrails up` keeps running can be found."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from bankrails_cli.errors import NotThere

FILE = "up.json"
DEFAULT_DATA_DIR = Path(".run")


@dataclass(frozen=True)
class RunningSuite:
    pid: int
    """Of `bankrails up`; the file of a suite whose process is gone counts for nothing."""
    bootstrap_servers: str
    sandbox: str
    services: dict[str, str]
    """Operations address by service: /metrics, /health/ready, /.well-known/jwks.json."""

    @property
    def alive(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True  # somebody else's process is one all the same
        return True

    def write(self, data_dir: Path) -> None:
        """Renamed into place, so that a reader finds all of it or nothing."""
        partial = data_dir / f"{FILE}.partial"
        partial.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")
        partial.replace(data_dir / FILE)


def running_in(data_dir: Path) -> RunningSuite | None:
    try:
        content = json.loads((data_dir / FILE).read_text(encoding="utf-8"))
        suite = RunningSuite(**content)
    except (OSError, ValueError, TypeError):
        return None
    return suite if suite.alive else None


def nearest() -> RunningSuite | None:
    """The suite of this folder or of one above it, as git looks for its own."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if suite := running_in(folder / DEFAULT_DATA_DIR):
            return suite
    return None


def bootstrap_servers(given: str | None) -> str:
    """--bootstrap or KAFKA_BOOTSTRAP_SERVERS if given, else those of the running suite. Raises NotThere."""
    if given:
        return given
    if suite := nearest():
        return suite.bootstrap_servers
    raise NotThere("no Kafka known: start `bankrails up`, or set --bootstrap or KAFKA_BOOTSTRAP_SERVERS")


def operations_url(given: str | None, service: str) -> str:
    """--url if given, else that of the running suite's service. Raises NotThere."""
    if given:
        return given
    suite = nearest()
    if suite is None or service not in suite.services:
        raise NotThere(f"no {service} known to ask: start `bankrails up`, or set --url")
    return suite.services[service]


def jwks_url(given: str | None, service: str) -> str:
    """--jwks if given, else that of the running suite's service. Raises NotThere."""
    if given:
        return given
    suite = nearest()
    if suite is None or service not in suite.services:
        raise NotThere(f"no {service} known to seal to: start `bankrails up`, or set --jwks")
    return f"{suite.services[service]}/.well-known/jwks.json"
