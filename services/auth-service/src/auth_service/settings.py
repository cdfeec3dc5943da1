"""The service's settings, read once from the environment (`AUTH_…`)."""

from typing import Annotated, Self

from bankrails_service.settings import ServiceSettings
from pydantic import Field, HttpUrl, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="AUTH_", frozen=True, extra="ignore")

    helium_url: HttpUrl | None = None
    """Without the `/rest`: `https://api.heliumverify.com`, or the sandbox's. Without it nobody logs in in Canada."""
    helium_api_key: SecretStr | None = None
    helium_key_header: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")] = "Authorization"
    helium_key_scheme: str = "Bearer"
    """Before the key; empty: the key alone. Neither is documented by the vendor."""
    helium_per_minute: Annotated[int, Field(gt=0, le=1_000_000)] = 60
    """Calls per key. Not documented by the vendor."""
    mx_url: HttpUrl | None = None
    """`https://api.mx.com`, `https://int-api.mx.com`, or the sandbox's. Without it nobody logs in in the United States."""
    mx_client_id: str | None = None
    mx_api_key: SecretStr | None = None
    accounts_jwks_url: HttpUrl | None = None
    """Of accounts-service. Without it full account numbers are neither asked for nor told, only masked ones."""
    ops_port: Annotated[int, Field(ge=0, le=65_535)] = 8601

    @model_validator(mode="after")
    def _vendors_are_whole(self) -> Self:
        if (self.helium_url is None) != (self.helium_api_key is None):
            raise ValueError("AUTH_HELIUM_URL and AUTH_HELIUM_API_KEY belong together")
        if len({value is None for value in (self.mx_url, self.mx_client_id, self.mx_api_key)}) != 1:
            raise ValueError("AUTH_MX_URL, AUTH_MX_CLIENT_ID and AUTH_MX_API_KEY belong together")
        if self.helium_url is None and self.mx_url is None:
            raise ValueError("AUTH_HELIUM_URL or AUTH_MX_URL is needed: without a vendor nobody can log in")
        return self
