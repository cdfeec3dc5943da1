"""A vendor of raw TCP: the faults that matter happen below HTTP, where no HTTP server can be asked to misbehave."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest

Reply = Callable[[asyncio.StreamWriter], Awaitable[None]]
"""What to do once a whole request has arrived. The connection stays open unless the reply closes it."""


@dataclass
class RawVendor:
    replies: list[Reply]
    """One per request, in order of arrival over all connections; the last one serves for all that follow."""
    requests: list[bytes] = field(default_factory=list)
    """The first line of each request that arrived whole."""
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    """Set with the first of them."""
    connections: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                for line in head.lower().split(b"\r\n"):
                    if line.startswith(b"content-length:"):
                        await reader.readexactly(int(line.split(b":")[1]))
                reply = self.replies[min(len(self.requests), len(self.replies) - 1)]
                self.requests.append(head.split(b"\r\n", 1)[0])
                self.arrived.set()
                await reply(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@pytest.fixture
async def raw_vendor() -> AsyncIterator[Callable[..., Awaitable[RawVendor]]]:
    servers: list[asyncio.Server] = []

    async def start(*replies: Reply) -> RawVendor:
        vendor = RawVendor(list(replies))
        server = await asyncio.start_server(vendor.serve, "127.0.0.1", 0)
        servers.append(server)
        vendor.port = server.sockets[0].getsockname()[1]
        return vendor

    yield start
    for server in servers:
        server.close()
