"""Who time waits for: vendors in this process, which act at once, and services in processes of their own, which are
asked over HTTP."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import aiohttp
from bankrails_clock import IdleReport

# A party answers from memory; one that takes this long is stuck, and the round goes on without it.
ANSWER_SECONDS = 5.0
NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")


class TimedVendor(Protocol):
    """A vendor of this process. Its state is that of the last `catch_up`, or of a call since."""

    def next_due(self, now: datetime) -> datetime | None:
        """The first instant strictly after `now` at which something happens here by itself; None if nothing will."""
        ...

    def catch_up(self, now: datetime) -> None:
        """Does all that was due up to `now`, in order, each at the instant at which it was due."""
        ...


@dataclass(frozen=True, slots=True)
class Party:
    name: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}{self.path}"

    @classmethod
    def from_json(cls, body: dict[str, Any], host: str) -> "Party":
        """Raises ValueError."""
        match body:
            case {"name": str() as name, "port": int() as port, **rest} if rest.keys() <= {"path"}:
                path = rest.get("path", "/idle")
                if not NAME.fullmatch(name):
                    raise ValueError("name: letters, digits, dots, dashes and underscores")
                if isinstance(port, bool) or not 0 < port < 65536:
                    raise ValueError("port: 1 to 65535")
                if not isinstance(path, str) or not path.startswith("/"):
                    raise ValueError("path: begins with /")
                return cls(name, host, port, path)
            case _:
                raise ValueError('the body must be {"name": "<name>", "port": n, "path": "/idle"}')


class Parties:
    """The processes, by name. Joining again under a name replaces: the process was started again."""

    def __init__(self) -> None:
        self._parties: dict[str, Party] = {}

    def __iter__(self) -> Iterator[Party]:
        return iter(tuple(self._parties.values()))

    def join(self, party: Party) -> None:
        self._parties[party.name] = party

    def leave(self, name: str) -> bool:
        """Whether it was there."""
        return self._parties.pop(name, None) is not None

    async def ask(self, session: aiohttp.ClientSession) -> dict[str, IdleReport | str]:
        """One round: each party's report or, in words, why there is none. Those who left meanwhile are left out."""
        asked = tuple(self)
        answers = await asyncio.gather(*(_ask(session, party) for party in asked))
        return {
            party.name: answer
            for party, answer in zip(asked, answers, strict=True)
            if self._parties.get(party.name) is party
        }


async def _ask(session: aiohttp.ClientSession, party: Party) -> IdleReport | str:
    try:
        async with session.get(party.url, timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS)) as response:
            if response.status != 200:
                return f"answers {response.status} at {party.url}"
            return IdleReport.from_json(await response.json(content_type=None))
    except TimeoutError:
        return f"did not answer within {ANSWER_SECONDS:g} s at {party.url}"
    except (aiohttp.ClientError, OSError) as error:
        return f"cannot be reached at {party.url}: {error}"
    except ValueError as error:
        return f"does not answer with an idle report at {party.url}: {error}"
