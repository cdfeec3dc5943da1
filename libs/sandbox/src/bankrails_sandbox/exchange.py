"""One request to a vendor and what becomes of it, planted faults included. What a vendor says is the vendor's own."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.types import Receive, Scope, Send

from bankrails_sandbox.calls import CallCounter
from bankrails_sandbox.connection import cut
from bankrails_sandbox.faults import CutConnectionFault, SpoiltAnswerFault

# Many times the largest lawful body; only there so that a stray upload is not held in memory.
BODY_BYTES_MAX = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is sent as it is; `headers` come on top of its length and type."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    content_type: bytes = b"application/json"


class Exchange:
    """`merchant` is whoever the caller turned out to be, as calls and faults name it; empty until that is known."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self._receive, self._send = receive, send
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.merchant = ""

    async def body(self) -> bytes:
        """Raises ValueError when it is too long or the caller went away before it was complete."""
        body = bytearray()
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ValueError("incomplete")
            body += message.get("body", b"")
            if len(body) > BODY_BYTES_MAX:
                raise ValueError("too long")
            if not message.get("more_body", False):
                return bytes(body)

    async def conclude(
        self, path: str, calls: CallCounter, answer: Awaitable[Answer], usual: Callable[[int], Answer]
    ) -> None:
        """Sends what `answer` comes to, or what a fault made of it, and counts the call under `path`.

        `usual` is what the vendor answers of itself with a status that a fault put in place of the answer.
        """
        method = self.scope["method"]
        try:
            answered = await answer
        except SpoiltAnswerFault as spoilt:
            answered = usual(spoilt.status) if spoilt.body is None else Answer(spoilt.status, spoilt.body)
        except CutConnectionFault:
            calls.count(self.merchant, method, path, "cut")
            await cut(self.scope, self._receive)
            return
        # Counted before it is sent: whoever has the answer finds it counted.
        calls.count(self.merchant, method, path, str(answered.status))
        headers = [(b"content-length", str(len(answered.body)).encode())]
        if answered.body:
            headers.append((b"content-type", answered.content_type))
        await self._send(
            {"type": "http.response.start", "status": answered.status, "headers": [*headers, *answered.headers]}
        )
        await self._send({"type": "http.response.body", "body": answered.body})
