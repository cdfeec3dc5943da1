"""A broker and a web server for commands that need one, and a place without any suite for those that must not find one."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from bankrails_cli import catalogue
from bankrails_local_kafka import MemoryCluster


@pytest.fixture(scope="session")
def bootstrap_servers() -> Iterator[str]:
    """In memory: what is tested here is ours, and no broker's durability."""
    with MemoryCluster() as cluster:
        for topic in catalogue.topics():
            cluster.create_topic(topic.name, topic.partitions)
        yield cluster.bootstrap_servers


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder as the current one, and no Kafka in the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KAFKA_BOOTSTRAP_SERVERS", raising=False)
    return tmp_path


@pytest.fixture
def answering() -> Callable[[int, bytes], AbstractContextManager[str]]:
    """`with answering(200, b"…") as address`: an HTTP server that says the same to everybody."""
    return _answering


@contextmanager
def _answering(status: int, body: bytes) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
