"""`python -m bankrails_sandbox`."""

import argparse
import ipaddress
import os
import sys
from pathlib import Path

from bankrails_sandbox.config import SandboxConfig, load_config
from bankrails_sandbox.decoding import DecodingError
from bankrails_sandbox.server import serve


def main() -> int:
    parser = argparse.ArgumentParser(prog="bankrails-sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one (default)")
    parser.add_argument("--config", default="defaults", help="a TOML or JSON file, or `defaults`")
    parser.add_argument("--ready-file", type=Path, help="where to write the address, as JSON, once it can be called")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end with the parent that holds the pipe")
    arguments = parser.parse_args()
    control_token = os.environ.get("BANKRAILS_SANDBOX_CONTROL_TOKEN")
    if not _is_loopback(arguments.host) and not control_token:
        parser.error("beyond loopback BANKRAILS_SANDBOX_CONTROL_TOKEN must be set: the control API can do anything")
    try:
        config = SandboxConfig() if arguments.config == "defaults" else load_config(Path(arguments.config))
    except (DecodingError, OSError) as error:
        parser.error(f"--config: {error}")
    serve(
        config,
        host=arguments.host,
        port=arguments.port,
        ready_file=arguments.ready_file,
        control_token=control_token,
        until_stdin_closes=arguments.until_stdin_closes,
    )
    return 0


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


if __name__ == "__main__":
    sys.exit(main())
