"""`bankrails trace`: all topics from their beginning to where they end now, and one story out of them."""

from dataclasses import asdict

from rich.text import Text

from bankrails_cli import catalogue
from bankrails_cli.errors import AnswerIsNo
from bankrails_cli.facts import printable
from bankrails_cli.kafka_client import open_reader
from bankrails_cli.output import Output
from bankrails_cli.timeline import Entry, timeline


async def trace(output: Output, bootstrap_servers: str, id_: str) -> None:
    """Raises AnswerIsNo when no record is about that id."""
    with output.progress("reading the topics"):
        async with open_reader(bootstrap_servers, catalogue.topics(), from_start=True) as reader:
            records = [told async for told in reader.records_so_far()]
    entries = timeline(id_, records)
    if not entries:
        raise AnswerIsNo(f"nothing in the topics is about {printable(id_)}")
    for entry in entries:
        output.tell_line(asdict(entry), *_cells(entry))


def _cells(entry: Entry) -> tuple[Text, ...]:
    virtual = "" if entry.virtual_time is None else f"{entry.virtual_time:%Y-%m-%d %H:%M:%S}"
    name = f"→ {entry.name}" if entry.kind == "command" else f"  {entry.name}"
    style = (
        "bold red" if entry.refused else "yellow" if entry.trouble else "cyan" if entry.kind == "command" else "green"
    )
    facts = Text(entry.facts, style="red" if entry.refused else "")
    if entry.again:
        facts.append("  (again)", style="dim")
    return (
        Text(f"{virtual:<19}"),
        Text(f"{entry.real_time:%m-%d %H:%M:%S.%f}"[:-3], style="dim"),
        Text(f"{entry.service:<10}", style="dim"),
        Text(f"{printable(name):<26}", style=style),
        facts.append(f"  {printable(entry.about or '')}", style="dim"),
    )
