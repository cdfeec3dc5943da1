"""`bankrails up`."""

from bankrails_cli.commands.options import HERE, AsJson, DataDir
from bankrails_cli.output import Output


def up(as_json: AsJson = False, data_dir: DataDir = HERE) -> None:
    """Start everything and leave it running, with one screen, until Ctrl-C.

    It begins with empty books: the sandbox remembers nothing. KAFKA_BOOTSTRAP_SERVERS names a Kafka to use instead of
    one of our own; `send`, `tail` and `trace` find what is running here by themselves. A service that ends by itself is
    started again, a few times.
    """
    from bankrails_cli import standing

    standing.run(Output(as_json=as_json), data_dir)
