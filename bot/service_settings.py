"""What the settings say of each service: where it is, and as what the bot is known there."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.setting_types import BaseUrl, SafeBaseUrl


class ServiceSettings(BaseSettings):
    """What each service can be told: `GOOGLE_CALENDAR_BASE_URL` and so on."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", str_strip_whitespace=True)

    base_url: BaseUrl = Field("", description="Another address of this service: a proxy, a stand-in, an emulator.")
    oauth_url: SafeBaseUrl = Field(
        "",
        description="Another address of its authorization server: its endpoints keep their paths, below this one.",
    )
    token: SecretStr = Field(
        SecretStr(""),
        description="A token to try it with, in the terminal and in sandbox mode only: never for people in a workspace.",
    )


class Credentials(BaseSettings):
    """As what the bot is known to a vendor: `GOOGLE_CLIENT_ID` and so on. Services of one vendor share them."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", str_strip_whitespace=True)

    client_id: str = Field("", description="The client id of the app that you registered there, so that people can connect.")
    client_secret: SecretStr = Field(SecretStr(""), description="The client secret that goes with it.")
    api_key: SecretStr = Field(SecretStr(""), description="A key that everybody may use who has none of their own.")

    @property
    def registered(self) -> bool:
        return bool(self.client_id and self.client_secret)
