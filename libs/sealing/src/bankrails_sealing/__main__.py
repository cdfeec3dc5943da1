"""Key files from the command line: generate, rotate, retire, show. Prints key ids and public keys, never secrets."""

import argparse
import json
import sys

from bankrails_sealing.errors import SealError
from bankrails_sealing.sealing_keys import SealingKeys
from bankrails_sealing.vault import Vault

KINDS: dict[str, type[SealingKeys] | type[Vault]] = {"sealing-keys": SealingKeys, "vault": Vault}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bankrails_sealing", description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("action", choices=["generate", "rotate", "retire", "show", "jwks"])
    parser.add_argument("path")
    parser.add_argument("kid", nargs="?", help="which key to retire")
    asked = parser.parse_args(arguments)
    kind = KINDS[asked.kind]
    try:
        keys = kind.generate(asked.path) if asked.action == "generate" else kind.load(asked.path)
        match asked.action:
            case "rotate":
                keys.rotate()
            case "retire":
                if asked.kid is None:
                    parser.error("retire needs the key id (see: show)")
                keys.retire(asked.kid)
            case "jwks":
                if not isinstance(keys, SealingKeys):
                    parser.error("a vault has no public keys")
                sys.stdout.write(json.dumps(keys.jwks(), indent=2) + "\n")
                return 0
    except (SealError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for kid, state in keys.states().items():
        sys.stdout.write(f"{state.value:<9} {kid}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
