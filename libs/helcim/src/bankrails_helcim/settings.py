"""The settings of a service that calls Helcim, beside those that every service has."""

from pathlib import Path
from typing import Annotated

from bankrails_service.settings import ServiceSettings
from bankrails_vendor_http.budget import Quota
from pydantic import Field, HttpUrl


class HelcimSettings(ServiceSettings):
    helcim_url: HttpUrl
    """With the version: `https://api.helcim.com/v2`, or the sandbox's."""
    merchants_file: Path
    """One file for all services that call Helcim."""
    helcim_share: Annotated[float, Field(gt=0, le=1)]
    """This service's part of Helcim's quota per merchant; the shares of all add up to at most 1."""
    helcim_in_flight: Annotated[int, Field(gt=0, le=2_000)] = 5
    helcim_per_minute: Annotated[int, Field(gt=0, le=1_000_000)] = 100
    helcim_per_hour: Annotated[int, Field(gt=0, le=10_000_000)] = 3_000
    """The quota itself (devdocs.helcim.com, API rate limits); raised only against a stub that has none."""

    @property
    def quota(self) -> Quota:
        return Quota(self.helcim_in_flight, self.helcim_per_minute, self.helcim_per_hour)
