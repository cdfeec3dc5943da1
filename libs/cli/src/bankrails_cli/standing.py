"""A suite that stands until somebody ends it, and the screen that shows how it is."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from rich.console import Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from bankrails_cli.errors import AnswerIsNo, Unusable
from bankrails_cli.health import Condition, Health
from bankrails_cli.output import Output
from bankrails_cli.running_suite import FILE, RunningSuite, running_in
from bankrails_cli.signals import ending_signals_unwind
from bankrails_cli.suite import Part, Suite
from bankrails_cli.supervision import Supervisor

LOOK_EVERY_SECONDS = 1.0  # a person looks no more often, and each look asks every process
STYLES = {
    Condition.WAITING: "dim",
    Condition.STARTING: "yellow",
    Condition.READY: "green",
    Condition.UNHEALTHY: "bold yellow",
    Condition.ENDED: "bold red",
}
ANSWERS = frozenset({Condition.READY, Condition.UNHEALTHY})


class Screen:
    """What is known of each part. Told again, to a pipe or as JSON, only when it changes."""

    def __init__(self, output: Output, suite: Suite) -> None:
        self._output = output
        self._suite = suite
        self._known: dict[str, Health] = {}
        self.stopping = False

    @property
    def ended(self) -> list[str]:
        return [name for name, health in self._known.items() if health.condition is Condition.ENDED]

    def look(self) -> None:
        for part in self._suite.parts:
            health = part.health()
            before = self._known.get(part.name)
            if before is not None and before.news == health.news:
                continue
            self._known[part.name] = health
            if self._live:
                continue
            record = {
                "name": part.name,
                "condition": health.condition,
                "address": health.address,
                "pid": part.pid,
                "restarts": part.restarts,
                "detail": health.detail,
            }
            shown = (f"{part.name:<18}", f"{health.condition:<10}", f"{health.address:<24}", health.detail)
            self._output.tell_line(record, *map(Text, shown))

    @contextmanager
    def shown(self) -> Iterator[None]:
        """On a terminal one screen, drawn anew while this lasts."""
        if not self._live:
            yield
            return
        with Live(get_renderable=self._drawn, console=self._output.console, refresh_per_second=4):
            yield

    @property
    def _live(self) -> bool:
        return not self._output.as_json and self._output.console.is_terminal

    def _drawn(self) -> RenderableType:
        headings = ("part", "state", "health", "address", "pid", "restarts")
        table = Table(*headings, box=None, pad_edge=False, header_style="dim")
        table.columns[-1].justify = "right"
        below: list[RenderableType] = []
        for part in self._suite.parts:
            known = self._known.get(part.name, Health(Condition.WAITING))
            style, ended = STYLES[known.condition], known.condition is Condition.ENDED
            state = Text("running" if known.condition in ANSWERS else known.condition, style=style if ended else "dim")
            said = Text(_health(known), style=style)
            pid = "" if part.pid is None else str(part.pid)
            table.add_row(part.name, state, said, known.address, pid, str(part.restarts))
            if ended:
                below += _last_words(part, known)
        hint = "stopping everything …" if self.stopping else f"logs in {self._suite.folder} · Ctrl-C stops everything"
        return Group(table, *below, "", Text(hint, style="dim"))


def _health(known: Health) -> str:
    """What its health report says; nothing of one that gives none."""
    match known.condition:
        case Condition.READY:
            return f"ready · {known.detail}" if known.detail else "ready"
        case Condition.UNHEALTHY:
            return known.detail
        case _:
            return ""


def _last_words(part: Part, health: Health) -> Iterator[RenderableType]:
    yield Text(f"\n{health.detail.splitlines()[0] if health.detail else part.name}", style="red")
    for line in part.log_tail():
        yield Text(f"  {line}", style="dim", no_wrap=True, overflow="ellipsis")
    if part.log is not None:
        yield Text(f"  all of it in {part.log}", style="dim")


def run(output: Output, data_dir: Path) -> None:
    """Until Ctrl-C. Raises NotThere when something does not start, AnswerIsNo when something ended by itself for good."""
    if other := running_in(data_dir):
        raise Unusable(f"a suite is up in {data_dir} already (process {other.pid})")
    folder = data_dir / "up"
    shutil.rmtree(folder, ignore_errors=True)  # what an earlier suite left, for whoever wanted to read its logs
    with ending_signals_unwind(), ExitStack() as stack:
        suite = Suite(folder, known_ports=True, ready=lambda part: screen.look())
        screen = Screen(output, suite)
        stack.enter_context(screen.shown())
        screen.look()
        stack.enter_context(suite)
        stack.callback((data_dir / FILE).unlink, missing_ok=True)
        RunningSuite(
            pid=os.getpid(),
            bootstrap_servers=suite.bootstrap_servers,
            sandbox=suite.sandbox.address,
            services={name: child.address for name, child in suite.services.items()},
        ).write(data_dir)
        _stand(screen, Supervisor(suite.services.values()))
    if screen.ended:
        raise AnswerIsNo(f"{', '.join(screen.ended)} ended by itself; its log is in {folder}")


def _stand(screen: Screen, supervisor: Supervisor) -> None:
    try:
        while True:
            screen.look()
            supervisor.look()
            time.sleep(LOOK_EVERY_SECONDS)
    except KeyboardInterrupt:
        screen.stopping = True  # the way in which this is meant to end
