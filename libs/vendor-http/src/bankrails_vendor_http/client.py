"""One HTTP client for all vendors, and the only place that decides what a transport error means.

The transport is httpx2's own: it never repeats a request by itself. aiohttp's client does (a PUT or GET on a connection
that the server closed is sent again, without asking), which for a debit or for a GET that sends mail is the one thing
that must not happen (docs/adr/0004-http-client.md).
"""

import asyncio
import ssl
from dataclasses import dataclass
from functools import cache

import httpx2

from bankrails_vendor_http.errors import VendorUnavailable, unusable

CONNECT_SECONDS = 5.0
"""A vendor's door that does not open in five seconds is shut; nothing has been sent by then."""
POOL_SECONDS = 5.0
"""Waiting for one of our own connections; nothing has been sent by then."""
CONNECTIONS_MAX = 1_000
"""Above what any budget lets fly: the budget limits calls, the pool only holds them."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: httpx2.Headers
    content: bytes


def open_client(
    base_url: str, *, read_timeout_seconds: float, connections_max: int = CONNECTIONS_MAX
) -> httpx2.AsyncClient:
    """An HTTP/1.1 client without redirects, environment proxies or retries."""
    return httpx2.AsyncClient(
        base_url=base_url,
        verify=_certificates(),
        timeout=httpx2.Timeout(
            connect=CONNECT_SECONDS, read=read_timeout_seconds, write=read_timeout_seconds, pool=POOL_SECONDS
        ),
        limits=httpx2.Limits(max_connections=connections_max, max_keepalive_connections=connections_max),
        follow_redirects=False,
        trust_env=False,
    )


@cache
def _certificates() -> ssl.SSLContext:
    """One for all clients: reading the bundle takes 20 ms and about a megabyte each time."""
    return httpx2.create_ssl_context(trust_env=False)


async def exchange(
    client: httpx2.AsyncClient,
    operation: str,
    request: httpx2.Request,
    *,
    deadline_seconds: float,
    writes: bool = True,
) -> Answer:
    """Send one request and read its whole answer, whatever its status.

    `deadline_seconds` bounds the call from here to the last byte of the answer: the client's own timeouts bound each
    step alone, so an answer that drips would never end, and whoever resends under a key must know when a call is over.

    Raises VendorUnavailable when not a byte of the request can have left us, OutcomeUnknown for everything else that
    goes wrong: an error that is not known to be harmless counts as one that is not. Of a call that does not write,
    silence means nothing: that is VendorUnavailable too. A cancellation passes through; the request may have left by
    then.
    """
    try:
        async with asyncio.timeout(deadline_seconds):
            response = await client.send(request)
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol) as error:
        raise VendorUnavailable(operation, f"not reached: {type(error).__name__}") from error
    except httpx2.HTTPError as error:
        raise unusable(operation, f"no answer: {type(error).__name__}", writes=writes) from error
    except TimeoutError as error:
        raise unusable(operation, f"no whole answer in {deadline_seconds:g} s", writes=writes) from error
    return Answer(response.status_code, response.headers, response.content)
