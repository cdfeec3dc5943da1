"""`bankrails trace`."""

from typing import Annotated

import typer

from bankrails_cli.commands.options import AsJson, Bootstrap
from bankrails_cli.output import Output


def trace(
    id_: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="A payment; or a payer, bank account, mandate, external account, connection."
        ),
    ],
    bootstrap: Bootstrap = None,
    as_json: AsJson = False,
) -> None:
    """Print one payment's whole story across the services: virtual time, real time, who, what.

    Exits with 1 when nothing is known of that id.
    """
    import asyncio

    from bankrails_cli import tracing
    from bankrails_cli.running_suite import bootstrap_servers

    asyncio.run(tracing.trace(Output(as_json=as_json), bootstrap_servers(bootstrap), id_))
