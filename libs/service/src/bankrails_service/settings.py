"""The settings that every service has, read once from the environment under the service's own prefix.

Nothing that decides where money or data go has a default: a misspelt variable is silently absent.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, HttpUrl, SecretStr
from pydantic_settings import BaseSettings


class ServiceSettings(BaseSettings):
    """A service adds its `model_config` with `env_prefix`, its default `ops_port`, and settings of its own."""

    kafka_bootstrap_servers: Annotated[str, Field(min_length=1)]
    database_url: Annotated[str, Field(pattern=r"^(sqlite:///|postgresql(\+asyncpg)?://|postgres://).+")]
    """`sqlite:///PATH` (one process) or `postgresql://…`."""
    sealing_keys_file: Path
    """Private keys that open sealed fields (JWKS). Made when absent, in SQLite mode alone."""
    vault_file: Path
    """Keys for what is encrypted at rest. Made when absent, in SQLite mode alone."""
    clock_url: HttpUrl | None = None
    """A virtual clock's address, beside a sandbox. Without it time is the system's."""
    clock_token: SecretStr | None = None
    """For a clock beyond this machine, which asks those who join it for its control token."""
    ops_host: str = "127.0.0.1"
    ops_port: Annotated[int, Field(ge=0, le=65_535)]
    ready_file: Path | None = None
    """Written with the operations address once the service is ready, for whoever started it."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @property
    def sqlite_path(self) -> Path | None:
        prefix = "sqlite:///"
        return Path(self.database_url.removeprefix(prefix)) if self.database_url.startswith(prefix) else None
