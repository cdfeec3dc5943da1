"""Waiting for a service to have read a command."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bankrails_cli.consumption import wait_until_taken
from bankrails_cli.story import Place


def test_it_waits_for_the_record_after_the_command() -> None:
    """Offsets name the next record: one that equals the command's says that it has not been read."""
    answers = [{}, {"commands/3": 7}, {"commands/2": 9}, {"commands/3": 8}]
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            consumed = answers[min(len(asked), len(answers) - 1)]
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"consumed": consumed}).encode())

        def log_message(self, format: str, *arguments: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            wait_until_taken(f"http://127.0.0.1:{server.server_port}", Place("commands", 3, 7))
        finally:
            server.shutdown()
            thread.join()
    assert asked == ["/idle"] * len(answers)
