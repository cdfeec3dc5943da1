"""The service's settings, read once from the environment (`PAYMENTS_…`).

Nothing that decides where money goes has a default: a misspelt variable is silently absent.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, HttpUrl
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="PAYMENTS_", frozen=True, extra="ignore")

    kafka_bootstrap_servers: Annotated[str, Field(min_length=1)]
    database_url: Annotated[str, Field(pattern=r"^(sqlite:///|postgresql(\+asyncpg)?://|postgres://).+")]
    """`sqlite:///PATH` (one process) or `postgresql://…`."""
    helcim_url: HttpUrl
    """With the version: `https://api.helcim.com/v2`, or the sandbox's."""
    merchants_file: Path
    sealing_keys_file: Path
    """Private keys that open sealed fields (JWKS). Made when absent, in SQLite mode alone."""
    vault_file: Path
    """Keys for what is encrypted at rest. Made when absent, in SQLite mode alone."""
    clock_url: HttpUrl | None = None
    """A virtual clock's address, beside a sandbox. Without it time is the system's."""
    helcim_share: Annotated[float, Field(gt=0, le=1)] = 0.6
    """This service's part of Helcim's quota per merchant; the watcher has the rest."""
    helcim_in_flight: Annotated[int, Field(gt=0, le=2_000)] = 5
    helcim_per_minute: Annotated[int, Field(gt=0, le=1_000_000)] = 100
    helcim_per_hour: Annotated[int, Field(gt=0, le=10_000_000)] = 3_000
    """The quota itself (devdocs.helcim.com, API rate limits); raised only against a stub that has none."""
    ops_host: str = "127.0.0.1"
    ops_port: Annotated[int, Field(ge=0, le=65_535)] = 8603
    ready_file: Path | None = None
    """Written with the operations address once the service is ready, for whoever started it."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @property
    def sqlite_path(self) -> Path | None:
        prefix = "sqlite:///"
        return Path(self.database_url.removeprefix(prefix)) if self.database_url.startswith(prefix) else None
