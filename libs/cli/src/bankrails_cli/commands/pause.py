"""`bankrails pause` and `bankrails resume`."""

from typing import Annotated

import typer

from bankrails_cli.commands.options import AsJson, Bootstrap

Merchant = Annotated[str, typer.Argument(metavar="MERCHANT", help="The merchant's id.")]
By = Annotated[str, typer.Option(metavar="NAME", help="Who says so; it stands in the event.")]
Wait = Annotated[float, typer.Option(metavar="SECONDS", min=0.1, help="How long to wait for the answer.")]


def pause(
    merchant: Merchant,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; it stands in the event.")],
    by: By,
    wait: Wait = 10.0,
    bootstrap: Bootstrap = None,
    as_json: AsJson = False,
) -> None:
    """Send nothing more that moves this merchant's money; what is due waits."""
    _send("PauseMerchant", {"merchant_id": merchant, "reason": reason, "by": by}, wait, bootstrap, as_json)


def resume(merchant: Merchant, by: By, wait: Wait = 10.0, bootstrap: Bootstrap = None, as_json: AsJson = False) -> None:
    """End a merchant's pause; what waited is sent."""
    _send("ResumeMerchant", {"merchant_id": merchant, "by": by}, wait, bootstrap, as_json)


def _send(name: str, body: dict[str, str], wait: float, bootstrap: str | None, as_json: bool) -> None:
    import asyncio

    from bankrails_cli import command_body, sending
    from bankrails_cli.catalogue import command_named
    from bankrails_cli.output import Output
    from bankrails_cli.running_suite import bootstrap_servers

    model = command_named(name)
    command_body.check(model, body)
    letter = sending.letter(model, body, id_=None, key=None, source="/bankrails/cli", correlation_id=None)
    asyncio.run(sending.send(Output(as_json=as_json), bootstrap_servers(bootstrap), letter, wait_seconds=wait))
