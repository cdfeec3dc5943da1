"""The service's settings, read once from the environment (`PAYMENTS_…`)."""

from typing import Annotated

from bankrails_helcim.settings import HelcimSettings
from pydantic import Field
from pydantic_settings import SettingsConfigDict


class Settings(HelcimSettings):
    model_config = SettingsConfigDict(env_prefix="PAYMENTS_", frozen=True, extra="ignore")

    helcim_share: Annotated[float, Field(gt=0, le=1)] = 0.6
    """The watcher has the rest."""
    ops_port: Annotated[int, Field(ge=0, le=65_535)] = 8603
