"""`bankrails seal`."""

from bankrails_cli.commands.options import AsJson, Jwks
from bankrails_cli.output import Output


def seal(jwks: Jwks = None, service: str = "payments", as_json: AsJson = False) -> None:
    """Seal a value, read from standard input, to a service's public key.

    For whoever sends commands without this command line: put what it prints in the sealed field.
    """
    from bankrails_cli import jwks as sealing
    from bankrails_cli.running_suite import jwks_url
    from bankrails_cli.secret import read_secret

    sealed = sealing.seal(read_secret("value to seal"), jwks_url(jwks, service))
    if as_json:
        Output(as_json=True).tell({"sealed": sealed})
    else:
        print(sealed)  # without line breaks of ours on a terminal too: it is there to be copied
