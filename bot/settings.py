"""Every setting, from the environment or a `.env` file. `.env.example` documents each one; a test keeps the two equal."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from platformdirs import user_config_path, user_data_path
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from adapters.base import Adapter
from adapters.chat import ChatModel
from bot.service_settings import Credentials, ServiceSettings
from bot.setting_types import (
    LOOPBACK,
    Actors,
    BaseUrl,
    DatabaseUrl,
    Dollars,
    Guid,
    Guids,
    HostNames,
    Names,
    PublicUrl,
    SafeBaseUrl,
    SafeUrl,
    Zone,
)

# https://microsoft.github.io/teams-sdk/python/essentials/app-configuration/service-url-validation
_PUBLIC_CLOUD = ("smba.trafficmanager.net", "smba.onyx.prod.teams.trafficmanager.net", "smba.infra.gcc.teams.microsoft.com")


class SettingsError(Exception):
    """The settings can't work together. The text names what is missing and what to do."""


class Settings(BaseSettings):
    """The bot's own settings."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", str_strip_whitespace=True)

    host: str = Field("127.0.0.1", description="The address to listen on. 0.0.0.0 behind a reverse proxy or in a container.")
    port: int = Field(3000, ge=0, le=65535, description="The port to listen on.")
    database_url: DatabaseUrl = Field(
        "", description="sqlite:///path or postgresql://user:password@host/name. Default: SQLite in your data directory."
    )
    public_url: PublicUrl = Field(
        "",
        description="Where browsers reach the bot, like https://bot.example.com. Without it no accounts are connected.",
    )
    admins: Actors = Field(
        (), description="Who runs the bot, separated by commas: slack:T0123:U0123, teams:<tenant id>:<object id>."
    )
    timezone: Zone = Field("UTC", description="The time zone of people whose platform does not say theirs, e.g. Europe/Berlin.")
    slack_signing_secret: SecretStr = Field(SecretStr(""), description="Slack app > Basic Information > Signing Secret.")
    slack_signing_secret_previous: SecretStr = Field(
        SecretStr(""), description="The former signing secret, accepted too while you rotate it."
    )
    slack_bot_token: SecretStr = Field(SecretStr(""), description="Slack app > OAuth & Permissions > Bot Token (xoxb-…).")
    slack_app_token: SecretStr = Field(
        SecretStr(""),
        description="Slack app > Basic Information > App-Level Token (xapp-…). Turns Socket Mode on.",
    )
    slack_client_id: str = Field(
        "",
        description="Slack app > Basic Information > Client ID: to sign in with Slack, and for further workspaces.",
    )
    slack_client_secret: SecretStr = Field(SecretStr(""), description="Slack app > Basic Information > Client Secret.")
    slack_oauth_url: SafeBaseUrl = Field(
        "https://slack.com/", description="Where people sign in with Slack and install the app, or a stand-in of it."
    )
    slack_base_url: BaseUrl = Field("https://slack.com/api/", description="Slack's Web API, or a stand-in of it.")
    teams_app_id: Guid = Field("", description="Azure Bot > Configuration > Microsoft App ID. Turns Teams on.")
    teams_app_password: SecretStr = Field(
        SecretStr(""), description="App registration > Certificates & secrets > Client secret. Not with a managed identity."
    )
    teams_app_type: Literal["SingleTenant", "UserAssignedMSI", "MultiTenant"] = Field(
        "SingleTenant", description="Azure Bot > Configuration > Bot Type. New bots can't be MultiTenant any more."
    )
    teams_tenant_id: Guid = Field("", description="Azure Bot > Configuration > App Tenant ID.")
    teams_allowed_tenants: Guids = Field(
        (), description="Tenants whose people may ask, separated by commas. Default: TEAMS_TENANT_ID alone."
    )
    teams_service_hosts: HostNames = Field(
        _PUBLIC_CLOUD,
        description="Hosts that Teams may be answered at, separated by commas.",
    )
    teams_openid_metadata_url: SafeUrl = Field(
        "https://login.botframework.com/v1/.well-known/openidconfiguration",
        description="Where the keys are found with which Teams signs: Microsoft's, or a stand-in of it.",
    )
    teams_login_url: SafeBaseUrl = Field(
        "https://login.microsoftonline.com/", description="Where the bot gets its own tokens: Microsoft's, or a stand-in of it."
    )
    teams_graph_url: SafeBaseUrl = Field(
        "https://graph.microsoft.com/v1.0/",
        description="Where the bot looks, after a crash, whether an answer was sent already: Microsoft's Graph, or a stand-in.",
    )
    identity_endpoint: str = Field(
        "", description="Where a managed identity gets its tokens: Azure's App Service sets it itself."
    )
    identity_header: SecretStr = Field(SecretStr(""), description="What goes with it: set by Azure's App Service too.")
    sandbox: Names = Field(
        (),
        description="Services to run as sandboxes, by commas. Without platform credentials: all, unless some are named.",
    )
    sandbox_port: int = Field(3001, ge=0, le=65535, description="Where the sandboxes listen, on loopback only.")
    sandbox_lends: bool = Field(
        False,
        description="Whether people of the made-up platforms have a made-up account at once, instead of connecting one.",
    )
    keyring: str = Field(
        "", description="The file with the keys that seal tokens, made at the first start. Never beside the database."
    )
    kek: SecretStr = Field(
        SecretStr(""),
        description="The key itself, 32 bytes in base64, instead of a file. Other programs can read an environment: avoid it.",
    )
    kek_uri: str = Field("", description="A key management service that holds the key. None is built in yet.")
    ai_models: Names = Field(
        (),
        description="AI providers in the order in which they are asked: openai, or openai:some-model. Default: all of them.",
    )
    ai_person_dollars: Dollars = Field(2.0, description="What one person may spend on AI models in a day, in US dollars.")
    ai_conversation_dollars: Dollars = Field(10.0, description="The same for a channel or a chat.")
    ai_tenant_dollars: Dollars = Field(50.0, description="The same for a whole workspace or tenant.")
    ai_unknown_dollars: Dollars = Field(
        30.0, description="What a million tokens are taken to cost where the price of a model is not known."
    )
    check_hours: float = Field(6.0, gt=0, le=8760, description="How often connected accounts are tried, in hours.")
    keep_activity_days: int = Field(
        90, ge=1, description="For how many days the audit is kept: who asked for what, and what came of it."
    )
    max_age_minutes: int = Field(60, ge=1, description="Requests that waited longer are not run; their asker is told.")
    keep_days: int = Field(7, ge=1, description="For how many days deliveries that are done stay in the database.")
    lease_seconds: float = Field(
        15.0,
        ge=0.5,
        le=600,
        description="How long a process may be silent before others take over what it was at. Also after a crash.",
    )
    workers: int = Field(100, ge=1, le=10_000, description="How many conversations are served side by side.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="How much to log.")
    log_format: Literal["auto", "json", "text"] = Field("auto", description="json lines, or text; auto is text on a terminal.")

    @property
    def slack(self) -> bool:
        """Whether there are any credentials of Slack's."""
        secrets = (self.slack_signing_secret, self.slack_signing_secret_previous, self.slack_client_secret)
        return any((self.slack_bot_token, self.slack_app_token, self.slack_client_id, *secrets))

    @property
    def teams(self) -> bool:
        """Whether there are any credentials of Teams'."""
        return bool(self.teams_app_id or self.teams_app_password or self.teams_tenant_id)

    @property
    def sandbox_mode(self) -> bool:
        """No platform credentials at all: everything runs against the sandboxes."""
        return not (self.slack or self.teams)

    @property
    def tenants(self) -> frozenset[str]:
        """Whose people may ask in Teams."""
        return frozenset(self.teams_allowed_tenants or filter(None, [self.teams_tenant_id]))

    @property
    def sign_in_with_slack(self) -> bool:
        return bool(self.slack_client_id and self.slack_client_secret)

    @property
    def key_file(self) -> Path:
        """Outside the folder of the database, so that no copy of that folder holds both. A sandbox has one of its own."""
        name = "sandbox.json" if self.sandbox_mode else "keyring.json"
        return Path(self.keyring) if self.keyring else user_config_path("interact-keys") / name

    @property
    def database(self) -> str:
        """The database's address. A sandbox has a file of its own: it must not take over a real bot's deliveries."""
        name = "sandbox.sqlite" if self.sandbox_mode else "interact.sqlite"
        return self.database_url or f"sqlite:///{user_data_path('interact') / name}"

    def complaints(self) -> list[str]:
        """What is missing for a safe start, each with what to do about it."""
        if self.sandbox_mode:
            return [] if self.host in LOOPBACK else [_EXPOSED]
        needed = (self._needed_for_slack() if self.slack else {}) | (self._needed_for_teams() if self.teams else {})
        return [f"{name} is missing. {_WHERE[name]}" for name, given in needed.items() if not given]

    def _needed_for_slack(self) -> dict[str, bool]:
        hears = bool(self.slack_signing_secret or self.slack_app_token)
        installs = self.sign_in_with_slack and bool(self.public_url)
        return {"SLACK_BOT_TOKEN": bool(self.slack_bot_token) or installs, "SLACK_SIGNING_SECRET or SLACK_APP_TOKEN": hears}

    def _needed_for_teams(self) -> dict[str, bool]:
        keyless, many = self.teams_app_type == "UserAssignedMSI", self.teams_app_type == "MultiTenant"
        return {
            "TEAMS_APP_ID": bool(self.teams_app_id),
            "TEAMS_APP_PASSWORD": keyless or bool(self.teams_app_password),
            "TEAMS_TENANT_ID": many or bool(self.teams_tenant_id),
            "TEAMS_ALLOWED_TENANTS": bool(self.tenants) or not many,
        }


_EXPOSED = "Without credentials of Slack or Teams the bot is a sandbox, on loopback only: leave HOST at 127.0.0.1, or set them."
_WHERE = {
    "SLACK_BOT_TOKEN": "Copy the Bot User OAuth Token (xoxb-…) from your Slack app's page OAuth & Permissions.",
    "SLACK_SIGNING_SECRET or SLACK_APP_TOKEN": (
        "From Basic Information, copy the Signing Secret, or for Socket Mode an App-Level Token with connections:write."
    ),
    "TEAMS_APP_ID": "Copy the Microsoft App ID from your Azure Bot's page Configuration.",
    "TEAMS_APP_PASSWORD": "Make a client secret on the app registration's page Certificates & secrets, and copy its value.",
    "TEAMS_TENANT_ID": "Copy the App Tenant ID from your Azure Bot's page Configuration.",
    "TEAMS_ALLOWED_TENANTS": "A MultiTenant bot hears from every tenant: name those whose people may ask.",
}


class Loaded(NamedTuple):
    """All that was read; `services` and `credentials` are by the adapter's name."""

    settings: Settings
    services: Mapping[str, ServiceSettings]
    credentials: Mapping[str, Credentials]


def load(adapters: Sequence[Adapter]) -> Loaded:
    """Reads the environment. Raises SettingsError, naming every setting that is wrong but never its value."""
    try:
        settings = Settings()
        services = {adapter.name: ServiceSettings(_env_prefix=f"{adapter.name.upper()}_") for adapter in adapters}
        credentials = {adapter.name: Credentials(_env_prefix=f"{adapter.env}_") for adapter in adapters}
    except ValidationError as error:
        raise SettingsError("\n".join(_wrong(each) for each in error.errors(include_input=False))) from None
    except (OSError, UnicodeDecodeError):
        raise SettingsError("The file .env can’t be read: it must be UTF-8, and readable for the bot’s user.") from None
    unknown = [name for name in settings.sandbox if name not in services]
    known = ", ".join(services)
    complaints = settings.complaints() + [f"SANDBOX names {name}, which is no service: there are {known}." for name in unknown]
    complaints += _no_providers(settings.ai_models, adapters)
    if complaints:
        raise SettingsError("\n".join(complaints))
    return Loaded(settings, services, credentials)


def _no_providers(told: Sequence[str], adapters: Sequence[Adapter]) -> Iterator[str]:
    """Without what was written there: it may be a key in the wrong place."""
    providers = {each.name: each.title for each in adapters if issubclass(each.client, ChatModel)}
    known = {name.casefold() for names in providers.items() for name in names}
    if any(each.partition(":")[0].strip().casefold() not in known for each in told):
        yield (
            f"AI_MODELS names a provider that there is not. There are {', '.join(providers)}: each alone or with a model, "
            "as in openai or openai:some-model, separated by commas."
        )


def _wrong(error: Mapping[str, object]) -> str:
    location = error["loc"]
    name = "_".join(str(part) for part in location) if isinstance(location, tuple) else str(location)
    return f"{name.upper()}: {str(error['msg']).removeprefix('Value error, ')}"
