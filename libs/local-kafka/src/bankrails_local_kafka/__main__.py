"""A broker in the foreground until Ctrl-C: `python -m bankrails_local_kafka [--data-dir DIR]`."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from .broker import start_cluster
from .errors import LocalKafkaError

LOOK_AGAIN_SECONDS = 1.0  # how long a broker that ended by itself may go unnoticed


def main() -> int:
    """0 after Ctrl-C, 1 when the broker cannot start or ends by itself."""
    parser = argparse.ArgumentParser(prog="python -m bankrails_local_kafka", description=__doc__)
    parser.add_argument("--data-dir", type=Path, default=Path(".run/kafka"), help="default: %(default)s")
    arguments = parser.parse_args()
    asked_to_stop = threading.Event()
    try:
        cluster = start_cluster(arguments.data_dir, {})
    except LocalKafkaError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    try:
        # From here on Ctrl-C is a wish and no exception: pressed twice, it must not leave a broker behind.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: asked_to_stop.set())
        print(cluster.bootstrap_servers, flush=True)
        while not asked_to_stop.wait(LOOK_AGAIN_SECONDS):
            if not cluster.running:
                print("the broker ended by itself", file=sys.stderr)
                return 1
    finally:
        cluster.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
