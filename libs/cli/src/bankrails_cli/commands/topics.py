"""`bankrails topics`."""

from bankrails_cli.commands.options import AsJson
from bankrails_cli.output import Output


def topics(as_json: AsJson = False) -> None:
    """The topics of the contracts: partitions, retention, compaction."""
    from rich.table import Table

    from bankrails_cli import catalogue

    output = Output(as_json=as_json)
    table = Table("topic", "partitions", "retention", "cleanup", box=None, pad_edge=False, header_style="dim")
    for topic in catalogue.topics():
        policy = topic.config["cleanup.policy"]
        table.add_row(topic.name, str(topic.partitions), f"{topic.retention.days} days", policy)
        output.tell({"topic": topic.name, "partitions": topic.partitions, "config": topic.config})
    if not as_json:
        output.console.print(table)
