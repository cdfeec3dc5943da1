"""A PostgreSQL for tests, found in this order: named from outside, Docker, the pgserver wheel, installed binaries.

`initdb` on the path refuses to run as root, so it comes last, and then under an unprivileged user.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from bankrails_testkit.waiting import until

ENVIRONMENT = "DATABASE_URL_TEST"
IMAGE = "postgres:16-alpine"
PING_SECONDS = 5.0
"""A Docker client without a daemon is common, and answers at once."""
START_SECONDS = 120.0
"""A first pull of the image, or a first unpacking; the server itself takes a second."""
UNPRIVILEGED = ("postgres", "nobody")


class NoPostgres(Exception):
    """Nowhere to be had; the text says what was tried, and why each failed."""


@contextmanager
def open_postgres() -> Iterator[str]:
    """The address of a server whose user may create databases. Raises NoPostgres."""
    if address := os.environ.get(ENVIRONMENT):
        yield address
        return
    tried = [f"{ENVIRONMENT} is not set"]
    with ExitStack() as stack:
        for name, start in (("Docker", _docker), ("pgserver", _wheel), ("installed binaries", _binaries)):
            try:
                address = start(stack)
                break
            except Exception as error:  # whatever is wrong with one way, the next is tried, and all are told
                tried.append(f"{name}: {_first_line(error)}")
        else:
            raise NoPostgres("no PostgreSQL: " + "; ".join(tried))
        yield address


def _first_line(error: Exception) -> str:
    said = getattr(error, "stderr", None) or str(error) or type(error).__name__
    return (said.decode(errors="replace") if isinstance(said, bytes) else said).strip().splitlines()[0]


def _run(*command: str | Path, timeout_seconds: float = START_SECONDS) -> str:
    return subprocess.run(  # noqa: S603 - our own arguments, no shell
        [str(part) for part in command], check=True, capture_output=True, text=True, timeout=timeout_seconds
    ).stdout.strip()


def _docker(stack: ExitStack) -> str:
    _run("docker", "version", "--format", "{{.Server.Version}}", timeout_seconds=PING_SECONDS)
    container = _run("docker", "run", "-d", "--rm", "-e", "POSTGRES_PASSWORD=test", "-p", "127.0.0.1::5432", IMAGE)
    stack.callback(_quietly, lambda: _run("docker", "rm", "-f", container))
    until(lambda: _succeeds("docker", "exec", container, "pg_isready", "-h", "127.0.0.1"), "PostgreSQL is not ready")
    return f"postgresql://postgres:test@{_run('docker', 'port', container, '5432').splitlines()[0]}/postgres"


def _wheel(stack: ExitStack) -> str:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bankrails-postgres-")))
    folder.chmod(0o755)  # as root it runs under a user of its own, who must get here
    with warnings.catch_warnings(action="ignore"):  # it minds that root has no XDG_RUNTIME_DIR
        from pgserver.postgres_server import get_server  # it unpacks itself, for which nobody else needs to wait

        server = get_server(folder / "data", cleanup_mode="stop")
        address = str(server.get_uri())
    stack.callback(_quietly, server.cleanup)
    return address


def _binaries(stack: ExitStack) -> str:
    initdb = shutil.which("initdb") or next(map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))), None)
    if initdb is None:
        raise FileNotFoundError("there is no initdb")
    binaries = Path(initdb).resolve().parent
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bankrails-postgres-")))
    as_user: list[str] = []
    if os.getuid() == 0:
        user = next(name for name in UNPRIVILEGED if _exists(name))
        shutil.chown(folder, user)
        as_user = ["setpriv", f"--reuid={user}", f"--regid={pwd.getpwnam(user).pw_gid}", "--clear-groups"]
    data = folder / "data"
    _run(*as_user, binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync")
    options = f"-k {folder} -c listen_addresses="
    _run(*as_user, binaries / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start")
    stop: list[str | Path] = [*as_user, binaries / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"]
    stack.callback(_quietly, lambda: _run(*stop))
    return f"postgresql://postgres@/postgres?host={folder}"


def _exists(user: str) -> bool:
    with suppress(KeyError):
        return bool(pwd.getpwnam(user))
    return False


def _succeeds(*command: str) -> bool:
    with suppress(subprocess.SubprocessError):
        _run(*command)
        return True
    return False


def _quietly(action: Callable[[], object]) -> None:
    """The end of a test run is not the place to fail."""
    with suppress(OSError, subprocess.SubprocessError):
        action()
