"""An echo bot on the Bot Framework SDK for Python, as its documentation shows it. It keeps nothing.

https://github.com/microsoft/BotBuilder-Samples/tree/main/samples/python/02.echo-bot. Two things are other than there: the keys
are the stand-in's, and the bot's own token is made up, for the SDK asks for it with MSAL, which takes no address without https.
So it is spared what it does for each message in life: an MSAL application and a token.
"""

import os
from collections.abc import Mapping
from types import SimpleNamespace

from aiohttp import web
from botbuilder.core import ActivityHandler, MessageFactory, TurnContext  # type: ignore[import-untyped]
from botbuilder.core.integration import aiohttp_error_middleware  # type: ignore[import-untyped]
from botbuilder.integration.aiohttp import (  # type: ignore[import-untyped]
    CloudAdapter,
    ConfigurationBotFrameworkAuthentication,
)
from botframework.connector.auth import (  # type: ignore[import-untyped]
    AppCredentials,
    ChannelValidation,
    PasswordServiceClientCredentialFactory,
)


class EchoBot(ActivityHandler):  # type: ignore[misc]
    async def on_message_activity(self, turn_context: TurnContext) -> object:
        return await turn_context.send_activity(MessageFactory.text(f"Echo: {turn_context.activity.text}"))


class _Credentials(AppCredentials):  # type: ignore[misc]
    def get_access_token(self, force_refresh: bool = False) -> str:
        return "bench-token"


class _Factory(PasswordServiceClientCredentialFactory):  # type: ignore[misc]
    async def create_credentials(
        self, app_id: str, oauth_scope: str, login_endpoint: str, validate_authority: bool
    ) -> AppCredentials:
        return _Credentials(app_id, self.tenant_id, oauth_scope)


def build(environment: Mapping[str, str]) -> web.Application:
    """Settings as the bot takes them from the environment."""
    ChannelValidation.open_id_metadata_endpoint = environment["TEAMS_OPENID_METADATA_URL"]
    app_id, password, tenant = (environment[f"TEAMS_{name}"] for name in ("APP_ID", "APP_PASSWORD", "TENANT_ID"))
    config = SimpleNamespace(APP_ID=app_id, APP_PASSWORD=password, APP_TYPE="SingleTenant", APP_TENANTID=tenant)
    factory = _Factory(app_id, password, tenant)
    adapter = CloudAdapter(ConfigurationBotFrameworkAuthentication(config, credentials_factory=factory))
    bot = EchoBot()

    async def messages(request: web.Request) -> web.Response:
        response: web.Response = await adapter.process(request, bot)
        return response

    app = web.Application(middlewares=[aiohttp_error_middleware])
    app.router.add_post("/api/messages", messages)
    return app


if __name__ == "__main__":
    web.run_app(build(os.environ), host="127.0.0.1", port=int(os.environ["PORT"]), access_log=None, print=None)
