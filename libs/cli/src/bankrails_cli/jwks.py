"""Sealing to a service's public key, fetched from where it publishes it."""

import http.client
import json
import urllib.error
import urllib.request

from bankrails_sealing import SealError, preferred_key
from bankrails_sealing import seal as seal_to

from bankrails_cli.errors import NotThere, Unusable

FETCH_SECONDS = 5.0  # one small document from a service that is up
JWKS_BYTES_MAX = 65_536  # a handful of keys is about 1 KB


def seal(plaintext: str, url: str) -> str:
    """A compact JWE. Raises Unusable or NotThere, without the plaintext."""
    try:
        return seal_to(plaintext, preferred_key(_fetched(url)))
    except SealError as error:
        raise Unusable(f"{url}: {error}") from error


def _fetched(url: str) -> dict[str, object]:
    if not url.startswith(("http://", "https://")):
        raise Unusable(f"{url} is not an http(s) address")
    try:
        with urllib.request.urlopen(url, timeout=FETCH_SECONDS) as answer:  # noqa: S310 - http(s) alone, checked above
            jwks = json.loads(answer.read(JWKS_BYTES_MAX))
    except (OSError, http.client.HTTPException, ValueError) as error:
        why = error.reason if isinstance(error, urllib.error.URLError) else error
        raise NotThere(f"no JWKS at {url}: {why}") from error
    if not isinstance(jwks, dict):
        raise Unusable(f"{url} is not a JWKS")
    return jwks
