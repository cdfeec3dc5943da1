"""`unknowns`: what a service shows, as a table for people and as lines for programs."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from bankrails_cli.main import app

ITEM = {
    "payment_id": "payment-1",
    "merchant_id": "maple-books",
    "call": "withdraw",
    "refund_id": None,
    "amount_minor": 4_995,
    "currency": "CAD",
    "vendor_payment_id": None,
    "since": "2026-03-02T15:00:00Z",
    "age_seconds": 5_460,
    "needs_operator": True,
    "reason": "2 effects at the vendor could be this one",
    "candidates": ["801", "802"],
}


@pytest.fixture
def page() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A service's address, and what it shows."""
    shown: list[dict[str, Any]] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/unknowns" else 404)
            self.end_headers()
            self.wfile.write(json.dumps({"unknowns": shown}).encode())

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", shown
        server.shutdown()
        thread.join()


def test_programs_get_one_line_each(page: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """With everything that the service says."""
    address, shown = page
    shown += [ITEM, {**ITEM, "payment_id": "payment-2"}]
    assert app(["unknowns", "--url", address, "--json"]) == 0
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == shown


def test_people_get_what_they_need_to_decide(
    page: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which payment, since when, how much, why, and what it could be."""
    monkeypatch.setenv("COLUMNS", "200")
    address, shown = page
    shown.append(ITEM)
    assert app(["unknowns", "--url", address]) == 0
    told = capsys.readouterr().out
    for part in ("payment-1", "withdraw", "1 h 31 min", "49.95 CAD", "operator", "2 effects", "801, 802"):
        assert part in told


def test_nothing_unknown_is_said_in_a_line(page: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty table would leave one wondering whether it was asked at all."""
    assert app(["unknowns", "--url", page[0]]) == 0
    assert capsys.readouterr().out == "Nothing is unknown.\n"


def test_a_service_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """One line, and an exit status of its own."""
    assert app(["unknowns", "--url", "http://127.0.0.1:9"]) != 0
    assert "http://127.0.0.1:9/unknowns" in capsys.readouterr().err
