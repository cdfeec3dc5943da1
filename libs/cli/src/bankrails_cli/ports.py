"""Ports that are known before anybody listens there, so that services can be told of each other."""

import itertools
import random
import socket
from collections.abc import Container

from bankrails_cli.errors import NotThere

CHOICE = range(20_000, 32_000)
"""Below what systems give to outgoing connections: nobody else comes upon one between our look and its use."""
LOOKS_MAX = 50


def free_port(usual: int | None = None, *, besides: Container[int] = ()) -> int:
    """`usual` where it is free, else any; none of `besides`. Raises NotThere."""
    drawn = (random.choice(CHOICE) for _ in range(LOOKS_MAX))
    for port in itertools.chain(() if usual is None else (usual,), drawn):
        if port not in besides and _is_free(port):
            return port
    raise NotThere(f"no free port found between {CHOICE.start} and {CHOICE.stop}")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
