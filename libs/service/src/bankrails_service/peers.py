"""Another service's public key, to seal a field of an event to it."""

import time
from collections.abc import Mapping

import httpx2
import orjson
from bankrails_sealing import PublicKeyUnusable, preferred_key, seal
from bankrails_vendor_http.client import exchange
from bankrails_vendor_http.errors import VendorUnavailable

KEPT_SECONDS = 300.0
"""A key that was rotated out goes on opening for days; five minutes is how soon the new one is used."""
DEADLINE_SECONDS = 5.0
OPERATION = "read peer's keys"


class PeerKeys:
    """Fetched when first needed, so that services may start in any order."""

    def __init__(self, url: str, client: httpx2.AsyncClient) -> None:
        """`url` of the JWKS: `http://payments-service:8603/.well-known/jwks.json`."""
        self._url = url
        self._client = client
        self._key: Mapping[str, object] | None = None
        self._fetched_at = 0.0

    async def seal(self, text: str) -> str:
        """A compact JWE. Raises VendorUnavailable while the peer cannot be asked and no key of it is known."""
        if self._key is None or time.monotonic() - self._fetched_at > KEPT_SECONDS:
            try:
                self._key, self._fetched_at = await self._fetch(), time.monotonic()
            except VendorUnavailable:
                if self._key is None:
                    raise
        return seal(text, self._key)

    async def _fetch(self) -> Mapping[str, object]:
        request = self._client.build_request("GET", self._url)
        answer = await exchange(self._client, OPERATION, request, deadline_seconds=DEADLINE_SECONDS, writes=False)
        if answer.status != 200:
            raise VendorUnavailable(OPERATION, f"{self._url} answered {answer.status}")
        try:
            key = preferred_key(orjson.loads(answer.content))
            seal("", key)
        except (ValueError, AttributeError, PublicKeyUnusable) as error:
            raise VendorUnavailable(OPERATION, f"{self._url} holds no usable key") from error
        return key
