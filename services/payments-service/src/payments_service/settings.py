"""The service's settings, read once from the environment (`PAYMENTS_…`)."""

from pathlib import Path
from typing import Annotated

from bankrails_service.settings import ServiceSettings
from pydantic import Field, HttpUrl
from pydantic_settings import SettingsConfigDict


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="PAYMENTS_", frozen=True, extra="ignore")

    helcim_url: HttpUrl
    """With the version: `https://api.helcim.com/v2`, or the sandbox's."""
    merchants_file: Path
    helcim_share: Annotated[float, Field(gt=0, le=1)] = 0.6
    """This service's part of Helcim's quota per merchant; the watcher has the rest."""
    helcim_in_flight: Annotated[int, Field(gt=0, le=2_000)] = 5
    helcim_per_minute: Annotated[int, Field(gt=0, le=1_000_000)] = 100
    helcim_per_hour: Annotated[int, Field(gt=0, le=10_000_000)] = 3_000
    """The quota itself (devdocs.helcim.com, API rate limits); raised only against a stub that has none."""
    ops_port: Annotated[int, Field(ge=0, le=65_535)] = 8603
