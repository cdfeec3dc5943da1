"""The demonstration: a fresh suite, two stories and four lessons, the table; everything stopped and removed."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bankrails_sandbox import AsyncControlClient, ControlRefused
from rich.console import Group
from rich.table import Table
from rich.text import Text

from bankrails_cli import catalogue
from bankrails_cli.catalogue import Stream
from bankrails_cli.errors import CliError
from bankrails_cli.health import Condition
from bankrails_cli.kafka_client import open_reader, open_writer
from bankrails_cli.output import Output
from bankrails_cli.signals import ending_signals_unwind
from bankrails_cli.stories import canada, lessons, united_states
from bankrails_cli.stories.scene import Scene
from bankrails_cli.story import Chapter, Ended, StoryFailed, Teller
from bankrails_cli.suite import Part, Suite

VIRTUAL_START = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
"""A Monday, nine in the morning at the merchant: no batch closes in the middle of a sentence."""

STORY = (*canada.CHAPTERS, *united_states.CHAPTERS, *lessons.CHAPTERS)


@dataclass(frozen=True)
class Performance:
    """A story that was told to its end."""

    scene: Scene
    chapters: list[Ended]


def run(output: Output, data_dir: Path) -> None:
    """Raises CliError, which names the folder that keeps the logs."""
    began = time.monotonic()
    with ending_signals_unwind(), _folder(data_dir) as folder, ExitStack() as stack:
        with output.progress("starting Kafka, the sandbox and four services"):
            suite = stack.enter_context(
                Suite(folder, virtual_start=VIRTUAL_START, ready=lambda part: _introduce(output, part, began))
            )
        performance = asyncio.run(tell(output, suite, STORY))
    _sum_up(output, performance.chapters, time.monotonic() - began)


@contextmanager
def _folder(data_dir: Path) -> Iterator[Path]:
    """A new one, removed at the end; kept after an error, since the logs are in it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="demo-", dir=data_dir))
    try:
        yield folder
    except CliError as error:
        raise type(error)(f"{error} (logs: {folder})") from error
    except Exception:  # a bug of ours: its logs are kept too
        raise
    except BaseException:  # Ctrl-C and its like: nothing to look into
        shutil.rmtree(folder, ignore_errors=True)
        raise
    else:
        shutil.rmtree(folder, ignore_errors=True)


async def tell(output: Output, suite: Suite, story: Sequence[Chapter[Scene]]) -> Performance:
    """On a suite whose time begins at VIRTUAL_START. Raises CliError, naming the process that ended, if one did."""
    told_on = (*catalogue.topics(Stream.EVENTS), *catalogue.topics(Stream.DEAD_LETTERS))
    async with (
        open_reader(suite.bootstrap_servers, told_on, from_start=False) as reader,
        open_writer(suite.bootstrap_servers) as writer,
        AsyncControlClient(suite.sandbox.address) as control,
    ):
        teller = Teller(output, reader.records(), writer)
        scene = Scene(teller, suite, control, output)
        teller.aside(f"times below are the sandbox's, which begins on {VIRTUAL_START:%A %Y-%m-%d %H:%M} UTC")
        try:
            return Performance(scene, await teller.run(story, scene, scene.count_debits))
        except CliError as error:
            if gone := _gone(suite):
                raise type(error)(f"{error}; {gone}") from error
            raise
        except (ControlRefused, OSError) as error:
            raise StoryFailed(_gone(suite) or f"the sandbox: {error}") from error


def _gone(suite: Suite) -> str:
    """What to say of processes that ended by themselves: the likeliest cause of whatever failed."""
    healths = [part.health() for part in suite.parts]
    return "; ".join(health.detail for health in healths if health.condition is Condition.ENDED)


def _introduce(output: Output, part: Part, began: float) -> None:
    health = part.health()
    seconds = round(time.monotonic() - began, 1)
    shown = (f"{part.name:<18}", f"{health.address:<24}", f"ready after {seconds:.1f} s")
    record = {"kind": "ready", "name": part.name, "address": health.address, "pid": part.pid, "seconds": seconds}
    output.tell_line(record, *(Text(cell, style="dim") for cell in shown))


def _sum_up(output: Output, ended: list[Ended], seconds: float) -> None:
    expected, found = STORY[-1].debits, ended[-1].debits
    table = Table("", "chapter", "last event", "debits", box=None, pad_edge=False, header_style="dim")
    table.columns[3].justify = "right"
    for each in ended:
        table.add_row(str(each.number), each.title, Text(each.event, style="green"), str(each.debits))
    record = {
        "kind": "result",
        "chapters": [asdict(each) for each in ended],
        "debits_expected": expected,
        "debits": found,
        "seconds": round(seconds, 1),
    }
    verdict = f"{expected} debits expected, {found} at the vendor. {seconds:.1f} s, everything stopped."
    output.tell(record, Group("", table, "", Text(verdict, style="bold")))
