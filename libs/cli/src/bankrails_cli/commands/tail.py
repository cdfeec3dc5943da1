"""`bankrails tail`."""

from typing import Annotated

import typer

from bankrails_cli.catalogue import Stream
from bankrails_cli.commands.options import AsJson, Bootstrap
from bankrails_cli.output import Output


def tail(
    topic: Annotated[Stream, typer.Option(help="Which topics, of all services.")] = Stream.EVENTS,
    from_start: Annotated[bool, typer.Option("--from-start", help="What is there already, then what comes.")] = False,
    aggregate: Annotated[
        str | None, typer.Option(metavar="ID", help="Of this payment, payer, account, mandate or connection alone.")
    ] = None,
    type_: Annotated[
        str | None, typer.Option("--type", metavar="TYPE", help="PaymentApproved, or a full type; of these alone.")
    ] = None,
    count: Annotated[int | None, typer.Option(min=1, help="End after so many.")] = None,
    bootstrap: Bootstrap = None,
    as_json: AsJson = False,
) -> None:
    """Follow the topics, until Ctrl-C."""
    import asyncio

    from bankrails_cli import following
    from bankrails_cli.running_suite import bootstrap_servers

    wanted = following.Wanted(aggregate, type_)
    output = Output(as_json=as_json)
    asyncio.run(following.follow(output, bootstrap_servers(bootstrap), topic, wanted, from_start, count))
