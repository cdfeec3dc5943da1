"""How a part of the suite is, asked now."""

import http.client
import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

ASK_SECONDS = 1.0  # a health report is small and local; one that takes longer is itself the news


class Condition(StrEnum):
    WAITING = "waiting"
    """Not started yet."""
    STARTING = "starting"
    READY = "ready"
    UNHEALTHY = "unhealthy"
    ENDED = "ended"
    """Its process is gone, and nobody here stopped it."""


@dataclass(frozen=True)
class Health:
    condition: Condition
    address: str = ""
    detail: str = ""

    @property
    def news(self) -> tuple[str, str, str]:
        """What differs when something has changed: ages, which tick while nothing does, left out."""
        return self.condition, self.address, re.sub(r"[0-9]+(\.[0-9]+)?", "#", self.detail)


def ask(address: str, path: str) -> Health:
    """By an HTTP report: 200 is ready; anything else, silence included, is unhealthy with what was said."""
    try:
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=ASK_SECONDS)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
    except (OSError, http.client.HTTPException) as error:
        return Health(Condition.UNHEALTHY, address, f"{path}: {error or type(error).__name__}")
    if response.status == http.HTTPStatus.OK:
        return Health(Condition.READY, address)
    return Health(Condition.UNHEALTHY, address, _reasons(body) or f"{path}: status {response.status}")


def _reasons(body: bytes) -> str:
    try:
        checks: dict[str, Any] = json.loads(body)["checks"]
        return "; ".join(f"{name}: {check['reason']}" for name, check in checks.items() if not check["healthy"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
