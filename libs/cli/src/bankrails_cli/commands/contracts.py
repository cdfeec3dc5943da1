"""`bankrails contracts`."""

from pathlib import Path
from typing import Annotated

import typer

from bankrails_cli.commands.options import AsJson

contracts = typer.Typer(help="The committed JSON Schemas of the messages.")

Directory = Annotated[Path | None, typer.Option(help="Where the schemas are; by default the contracts' own.")]


@contracts.command()
def export(directory: Directory = None, as_json: AsJson = False) -> None:
    """Write the schemas. Exits with 1, and writes nothing, where that would break a reader."""
    _delegate("export", directory, as_json)


@contracts.command()
def check(directory: Directory = None, as_json: AsJson = False) -> None:
    """Compare the schemas with the models. Exits with 1 when they differ."""
    _delegate("check", directory, as_json)


def _delegate(verb: str, directory: Path | None, as_json: bool) -> None:
    from bankrails_contracts.__main__ import main

    where = [] if directory is None else ["--directory", str(directory)]
    raise typer.Exit(main([verb, *where, *(["--json"] if as_json else [])]))
