"""Secrets come from standard input: a command line ends up in the shell's history and in the list of processes."""

import getpass
import sys

from bankrails_cli.errors import Unusable


def read_secret(prompt: str) -> str:
    """Without its line end; not shown while it is typed. Raises Unusable when there is nothing."""
    text = getpass.getpass(f"{prompt}: ") if sys.stdin.isatty() else sys.stdin.read()
    secret = text.removesuffix("\n").removesuffix("\r")
    if not secret:
        raise Unusable("nothing on standard input to seal")
    return secret
