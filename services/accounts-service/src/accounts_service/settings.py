"""The service's settings, read once from the environment (`ACCOUNTS_…`)."""

from datetime import timedelta
from typing import Annotated

from bankrails_service.settings import ServiceSettings
from pydantic import Field, HttpUrl, SecretStr
from pydantic_settings import SettingsConfigDict

from accounts_service.handlers.rules import Rules


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
    own_accounts_max: Annotated[int, Field(ge=1)] | None = None
    """How many external accounts a user may have where no vendor counts them: in Canada, and those proven by
    micro-deposits alone. None: any number."""
    trial_deposit_banking_days: Annotated[int, Field(ge=0, le=5)] = 3
    """So many banking days after trial deposits were sent, the person is asked for the amounts."""
    helix_look_seconds: Annotated[float, Field(ge=60, le=86_400)] = 14_400.0
    """How often Helix is asked about each verified account, and about the program: it tells of nothing by itself."""
    helix_look_open_seconds: Annotated[float, Field(ge=60, le=86_400)] = 3_600.0
    """The same, while an account is to be verified or a person at the vendor is to decide."""
    helix_find_seconds: Annotated[float, Field(ge=60, le=86_400)] = 900.0
    """How often an account approved beyond the limit is looked for."""
    ops_port: Annotated[int, Field(ge=0, le=65_535)] = 8602

    def rules(self) -> Rules:
        return Rules(
            sandbox_routing_number=self.sandbox_routing_number,
            share=self.payments_jwks_url is not None,
            own_accounts_max=self.own_accounts_max,
            trial_deposit_banking_days=self.trial_deposit_banking_days,
            look_every=timedelta(seconds=self.helix_look_seconds),
            look_every_open=timedelta(seconds=self.helix_look_open_seconds),
            find_every=timedelta(seconds=self.helix_find_seconds),
        )
