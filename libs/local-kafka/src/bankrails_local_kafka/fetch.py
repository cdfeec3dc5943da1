"""Brings missing jars into the store, each by its own coordinate.

No resolver is left anything to choose. (jgo's transitive one takes every root for a bill of materials, and so lets
log4j-core's POM, which manages kafka-clients 3.8.0 for an appender, win over Kafka's own.) A file enters the store by
a rename, after its hash was found right: a download cut short, or a log-in page in its place, never gets there.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from jgo.constants import default_maven_repo
from jgo.maven import MavenContext, PythonResolver

from .errors import JarsUnavailable
from .pins import PinnedJar
from .progress import DownloadProgress

PARALLEL_DOWNLOADS = 6  # enough to hide round trips, few enough that no repository takes offence
DOWNLOAD_TIMEOUT_SECONDS = 10  # to connect, and between two bytes; not for a whole file
MAVEN_TIMEOUT_SECONDS = 180  # 45 MB and Maven's own plug-in over a slow line

_POM = """\
<project><modelVersion>4.0.0</modelVersion>
<groupId>bankrails</groupId><artifactId>kafka-jars</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>{dependencies}</dependencies></project>
"""
_DEPENDENCY = """
<dependency><groupId>{pin.group}</groupId><artifactId>{pin.artifact}</artifactId><version>{pin.version}</version>
<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions></dependency>"""


def fetch(pins: Sequence[PinnedJar], store: Path, *, offline: bool) -> None:
    """Puts each pinned file into `store`: from Maven's cache, by jgo, or, where jgo fails, by a `mvn` on the path.

    An installed Maven knows its user's mirrors and proxies, which jgo does not read.
    Raises JarMismatch, JarsUnavailable.
    """
    # Within the store, so that the last step of each file is a rename on one file system.
    with tempfile.TemporaryDirectory(prefix="fetching-", dir=store) as name:
        scratch = Path(name)
        try:
            _fetch_by_jgo(pins, scratch, store, offline=offline)
        except JarsUnavailable:
            maven = shutil.which("mvn")
            if offline or maven is None or not _fetch_by_maven(maven, pins, scratch, store):
                raise


def _fetch_by_jgo(pins: Sequence[PinnedJar], scratch: Path, store: Path, *, offline: bool) -> None:
    progress = DownloadProgress(len(pins))
    context = MavenContext(
        resolver=PythonResolver(progress_callback=progress.file),
        repo_cache=scratch / "jgo",
        local_repos=[default_maven_repo()],
        timeout=DOWNLOAD_TIMEOUT_SECONDS,
        offline=offline,
    )

    def fetch_one(pin: PinnedJar) -> None:
        try:
            found = context.project(pin.group, pin.artifact).at_version(pin.version).artifact().resolve()
        except (RuntimeError, OSError) as error:  # jgo's "found nowhere"; and every error of requests is an OSError
            raise JarsUnavailable(pin.coordinate, "offline" if offline else type(error).__name__) from error
        pin.verify(found)
        copy = scratch / pin.file_name
        shutil.copyfile(found, copy)
        copy.replace(store / pin.file_name)

    with ThreadPoolExecutor(PARALLEL_DOWNLOADS) as pool:
        try:
            for fetched in as_completed([pool.submit(fetch_one, pin) for pin in pins]):
                fetched.result()
                progress.file_done()
        finally:
            # After the first failure the rest would only wait out one time limit after another.
            pool.shutdown(cancel_futures=True)
            progress.close()


def _fetch_by_maven(maven: str, pins: Sequence[PinnedJar], scratch: Path, store: Path) -> bool:
    """False when Maven could not fetch them either; what it said then concerns its configuration, not ours."""
    pom, out = scratch / "pom.xml", scratch / "maven"
    pom.write_text(_POM.format(dependencies="".join(_DEPENDENCY.format(pin=pin) for pin in pins)), encoding="utf-8")
    command = [maven, "-B", "-q", "-f", str(pom), "dependency:copy-dependencies"]
    command += [f"-DoutputDirectory={out}", f"-Dmaven.repo.local={default_maven_repo()}"]
    try:
        subprocess.run(command, capture_output=True, check=True, timeout=MAVEN_TIMEOUT_SECONDS)  # noqa: S603 (no shell)
    except (OSError, subprocess.SubprocessError):
        return False
    for pin in pins:
        pin.verify(out / pin.file_name)
        (out / pin.file_name).replace(store / pin.file_name)
    return True
