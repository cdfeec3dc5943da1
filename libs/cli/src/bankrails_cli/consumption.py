"""How far a service has read, asked at its `/idle`."""

import http.client
import json
import time
from urllib.parse import urlsplit

from bankrails_cli.errors import NotThere
from bankrails_cli.story import Place

TAKEN_SECONDS = 25.0  # reading a command takes milliseconds; as with an answer, the machine may be busy
LOOK_SECONDS = 0.02
ASK_SECONDS = 5.0


def wait_until_taken(address: str, place: Place) -> None:
    """Raises NotThere."""
    deadline = time.monotonic() + TAKEN_SECONDS
    while _next_to_read(address, place) <= place.offset:
        if time.monotonic() > deadline:
            raise NotThere(f"{address} has not read {place.topic}/{place.partition} up to {place.offset}")
        time.sleep(LOOK_SECONDS)


def _next_to_read(address: str, place: Place) -> int:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=ASK_SECONDS)
    try:
        connection.request("GET", "/idle")
        consumed: dict[str, int] = json.loads(connection.getresponse().read())["consumed"]
    finally:
        connection.close()
    return consumed.get(f"{place.topic}/{place.partition}", 0)
