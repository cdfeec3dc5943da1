"""The service's settings, read once from the environment (`ACCOUNTS_…`)."""

from typing import Annotated

from bankrails_service.settings import ServiceSettings
from pydantic import Field, HttpUrl, SecretStr
from pydantic_settings import SettingsConfigDict


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="ACCOUNTS_", frozen=True, extra="ignore")

    helix_url: HttpUrl
    """`https://api.helix.q2.com`, or the sandbox's."""
    helix_api_key: Annotated[str, Field(pattern=r"^[!-9;-~]+$")]
    """Without a colon, which would end it in a Basic header."""
    helix_api_secret: Annotated[SecretStr, Field(min_length=6)]
    """At least as long as what the log can be kept clean of."""
    payments_jwks_url: HttpUrl | None = None
    """payments-service's public keys. Without it no verified account is shared."""
    sandbox_routing_number: bool = False
    """Accept 123456789, which Helix's sandbox takes although its check digit is wrong."""
    helix_share: Annotated[float, Field(gt=0, le=1)] = 1.0
    """This process's part of Helix's quota, which is per API key."""
    ops_port: Annotated[int, Field(ge=0, le=65_535)] = 8602
