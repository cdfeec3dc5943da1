"""A peer's published keys, without the peer: what a service seals to it can be opened by the test."""

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bankrails_sealing import SealingKeys


@dataclass(frozen=True)
class Peer:
    jwks_url: str
    keys: SealingKeys

    def open(self, sealed: str) -> str:
        """Raises SealError for what is not sealed to it."""
        return self.keys.open(sealed)


@contextmanager
def open_peer(keys_file: Path) -> Iterator[Peer]:
    """Its keys are made in that file."""
    SealingKeys.generate(keys_file)
    keys = SealingKeys.load(keys_file)
    published = json.dumps(keys.jwks()).encode()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-length", str(len(published)))
            self.end_headers()
            self.wfile.write(published)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Peer(f"http://127.0.0.1:{server.server_port}/.well-known/jwks.json", keys)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
