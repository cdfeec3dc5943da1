"""The service's settings, read once from the environment (`SETTLEMENT_…`)."""

from datetime import date
from pathlib import Path
from typing import Annotated

from bankrails_service.settings import ServiceSettings
from pydantic import Field, HttpUrl
from pydantic_settings import SettingsConfigDict

RATIO_DEBITS_MIN = 100
"""One of three is no rate; one of a hundred is above the lowest limit by itself."""


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="SETTLEMENT_", frozen=True, extra="ignore")

    helcim_url: HttpUrl
    """With the version: `https://api.helcim.com/v2`, or the sandbox's."""
    merchants_file: Path
    """The same file as payments-service's."""
    helcim_share: Annotated[float, Field(gt=0, le=1)] = 0.4
    """This service's part of Helcim's quota per merchant; payments-service has the rest."""
    helcim_in_flight: Annotated[int, Field(gt=0, le=2_000)] = 5
    helcim_per_minute: Annotated[int, Field(gt=0, le=1_000_000)] = 100
    helcim_per_hour: Annotated[int, Field(gt=0, le=10_000_000)] = 3_000
    """The quota itself (devdocs.helcim.com, API rate limits); raised only against a stub that has none."""
    accounts_jwks_url: HttpUrl | None = None
    """accounts-service's public keys. Without it a corrected account number is told masked alone."""
    look_every_minutes: Annotated[int, Field(ge=15, le=480)] = 45
    """While banks work and something is followed. Up to 45, each change is told within the hour."""
    return_ratio_debits_min: Annotated[int, Field(ge=1, le=1_000_000)] = RATIO_DEBITS_MIN
    """Among fewer debits in sixty days no return ratio is said to be near its limit."""
    closed_days_ca: frozenset[date] = frozenset()
    """Dates on which no Canadian bank works, beyond the national holidays: `["2026-02-16"]`. Family Day is disputed."""
    closed_days_us: frozenset[date] = frozenset()
    ops_port: Annotated[int, Field(ge=0, le=65_535)] = 8604
