"""The test build of a service: `python -m bankrails_testkit.with_crash PACKAGE FILE`.

Whoever writes the name of a stop into FILE has the process end itself, by SIGKILL, the next time that it passes that
stop. It removes the file before it dies, so that the same build lives when it is started again.
"""

import importlib
import os
import signal
import sys
from pathlib import Path

from bankrails_messaging.stops import Probe, Stop


def crash_where_told(file: Path) -> Probe:
    def probe(passed: Stop) -> None:
        if file.exists() and file.read_text() == passed:
            file.unlink()
            os.kill(os.getpid(), signal.SIGKILL)

    return probe


if __name__ == "__main__":
    package, crash_file = sys.argv[1:]
    sys.exit(importlib.import_module(f"{package}.main").main([], probe=crash_where_told(Path(crash_file))))
