"""What a running service shows to operators over HTTP."""

import http.client
import json
import urllib.error
import urllib.request
from typing import Any

from bankrails_cli.errors import NotThere, Unusable

FETCH_SECONDS = 5.0  # one read from a service that is up
PAGE_BYTES_MAX = 16_777_216  # some twenty thousand entries


def read(address: str, path: str, name: str) -> list[dict[str, Any]]:
    """The list that the page has under `name`. Raises Unusable or NotThere."""
    if not address.startswith(("http://", "https://")):
        raise Unusable(f"{address} is not an http(s) address")
    url = address.rstrip("/") + path
    try:
        with urllib.request.urlopen(url, timeout=FETCH_SECONDS) as answer:  # noqa: S310 - http(s) alone, checked above
            page = json.loads(answer.read(PAGE_BYTES_MAX))
    except (OSError, http.client.HTTPException, ValueError) as error:
        why = error.reason if isinstance(error, urllib.error.URLError) else error
        raise NotThere(f"no answer at {url}: {why}") from error
    found = page.get(name) if isinstance(page, dict) else None
    if not isinstance(found, list):
        raise Unusable(f"{url} shows no {name}")
    return found
