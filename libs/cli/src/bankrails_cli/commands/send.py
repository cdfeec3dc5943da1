"""`bankrails send`."""

from pathlib import Path
from typing import Annotated

import typer

from bankrails_cli.commands.options import AsJson, Bootstrap, Jwks
from bankrails_cli.output import Output


def send(
    command: Annotated[str, typer.Argument(metavar="TYPE", help="CollectPayment, or a full type.")],
    data: Annotated[str | None, typer.Option(metavar="JSON", help="The body.")] = None,
    file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The body, from a file; - is standard input.")
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="A.B=VALUE", help="A field, over the body's own.")
    ] = None,
    secrets: Annotated[
        list[str] | None,
        typer.Option(
            "--seal", metavar="A.B=VALUE", help="A field, sealed first; - reads the value from standard input."
        ),
    ] = None,
    jwks: Jwks = None,
    id_: Annotated[
        str | None, typer.Option("--id", metavar="ID", help="The command's id, to send it again; by default a new one.")
    ] = None,
    key: Annotated[str | None, typer.Option(metavar="KEY", help="Kafka's key; by default the aggregate's id.")] = None,
    source: Annotated[str, typer.Option(help="Who sends: ids are unique per source.")] = "/bankrails/cli",
    correlation: Annotated[str | None, typer.Option(metavar="ID", help="What this belongs to.")] = None,
    validate: Annotated[bool, typer.Option(help="Check it against its contract before it is sent.")] = True,
    wait: Annotated[
        float | None, typer.Option(metavar="SECONDS", min=0.1, help="Wait for the answer; a no exits with 1.")
    ] = None,
    bootstrap: Bootstrap = None,
    as_json: AsJson = False,
) -> None:
    """Send a command, as any upstream system would."""
    import asyncio

    from bankrails_cli import command_body, sending
    from bankrails_cli import jwks as sealing
    from bankrails_cli.catalogue import command_named
    from bankrails_cli.errors import Unusable
    from bankrails_cli.running_suite import bootstrap_servers, jwks_url
    from bankrails_cli.secret import read_secret

    model = command_named(command)
    if data is not None and file is not None:
        raise Unusable("--data and --file both give the body; take one")
    text = data if file is None else sending.read_file(file)

    def seal(value: str) -> str:
        plaintext = read_secret("value to seal") if value == "-" else value
        return sealing.seal(plaintext, jwks_url(jwks, model.service))

    body = command_body.assembled(model, text, settings=settings or (), secrets=secrets or (), seal=seal)
    if validate:
        command_body.check(model, body)
    letter = sending.letter(model, body, id_=id_, key=key, source=source, correlation_id=correlation)
    asyncio.run(sending.send(Output(as_json=as_json), bootstrap_servers(bootstrap), letter, wait_seconds=wait))
