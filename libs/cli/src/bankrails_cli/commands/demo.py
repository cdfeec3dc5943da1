"""`bankrails demo`."""

from bankrails_cli.commands.options import HERE, AsJson, DataDir
from bankrails_cli.output import Output


def demo(as_json: AsJson = False, data_dir: DataDir = HERE) -> None:
    """Tell two stories, from a bank login to settled money, each line backed by an event read from Kafka.

    Canada, the United States, then four short lessons on what goes wrong in real life. Starts Kafka, the vendors' sandbox
    and four services, and stops them all, also after Ctrl-C. Exits with 1 when something does not go as told; the logs
    are kept then.
    """
    from bankrails_cli import demonstration

    demonstration.run(Output(as_json=as_json), data_dir)
