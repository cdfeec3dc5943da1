"""`bankrails`: the commands, and how each ends."""

import sys
from collections.abc import Sequence
from typing import cast

import typer

from bankrails_cli.commands.contracts import contracts
from bankrails_cli.commands.demo import demo
from bankrails_cli.commands.pause import pause, resume
from bankrails_cli.commands.seal import seal
from bankrails_cli.commands.send import send
from bankrails_cli.commands.tail import tail
from bankrails_cli.commands.topics import topics
from bankrails_cli.commands.trace import trace
from bankrails_cli.commands.unknowns import unknowns
from bankrails_cli.commands.up import up
from bankrails_cli.errors import CliError
from bankrails_cli.kafka_client import quiet_client

commands = typer.Typer(
    help="Bankrails on this machine: start it, watch it, send it commands.",
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (up, demo, send, tail, trace, topics, seal, pause, resume, unknowns):
    commands.command()(command)
commands.add_typer(contracts, name="contracts")

# Typer exports the errors of a command line one by one; this is the class that they share.
UsageError = cast(type[typer.BadParameter], typer.BadParameter.__mro__[1])


def app(arguments: Sequence[str] | None = None) -> int:
    """The exit status (errors.py). Standard output is left to the results."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        with quiet_client():
            status = commands(given or ["--help"], standalone_mode=False, prog_name="bankrails")
    except CliError as error:
        print(f"bankrails: {error}", file=sys.stderr)
        return error.exit_status
    except UsageError as error:
        print(f"bankrails: {error.format_message()}", file=sys.stderr)
        return 2
    return status if isinstance(status, int) else 0
