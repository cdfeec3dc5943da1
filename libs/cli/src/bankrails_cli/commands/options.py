"""Options that several commands take."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from bankrails_cli.running_suite import DEFAULT_DATA_DIR

AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="JSON lines on standard output, nothing else there.")]
Bootstrap: TypeAlias = Annotated[
    str | None,
    typer.Option(
        envvar="KAFKA_BOOTSTRAP_SERVERS", metavar="HOST:PORT", help="Kafka; by default that of the suite that is up."
    ),
]
Jwks: TypeAlias = Annotated[
    str | None, typer.Option(metavar="URL", help="Public keys to seal to; by default those of the suite that is up.")
]
DataDir: TypeAlias = Annotated[Path, typer.Option(help="Where data and logs go.", metavar="DIR")]

HERE = DEFAULT_DATA_DIR
