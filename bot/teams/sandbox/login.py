"""Where the bot gets tokens: Entra's token endpoint, and the managed identity of an App Service."""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from uuid import uuid4

from aiohttp import web

from adapters.base import Secret
from bot.teams.sandbox.errors import ApiError, worded
from bot.teams.sandbox.sign_in import TENANTS
from bot.teams.sandbox.workspace import APP_ID, TENANT, Json

CONNECTOR, GRAPH = "https://api.botframework.com", "https://graph.microsoft.com"

MULTI_TENANT = "botframework.com"
"""Where a bot of many tenants gets its own."""

_CODE = "authorization_code"
_GRANTS = {"client_credentials": (TENANT, MULTI_TENANT), _CODE: TENANTS}  # and the tenants that give them
_ERROR_URI = "https://login.microsoftonline.com/error?code="


class Login:
    """Both give a token for the connector or for Graph. `grant` mints one for an audience and so many seconds.

    `exchange` answers who brings the code of somebody who has signed in.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        grant: Callable[[str, int], str],
        exchange: Callable[[Mapping[str, str]], Json],
    ) -> None:
        self.password = Secret(f"sandbox~{secrets.token_urlsafe(24)}")
        self.identity_header = Secret(secrets.token_hex(16))
        self.token_life = 3599  # seconds
        self._now = now
        self._grant = grant
        self._exchange = exchange

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_post("/login/{tenant}/oauth2/v2.0/token", worded(self._token, self._refused))
        router.add_get("/identity/token", worded(self._identity, _identity_refused))

    async def _token(self, request: web.Request) -> web.Response:
        told = {name: str(value) for name, value in (await request.post()).items()}
        _check_grant(request.match_info["tenant"], told)
        if not secrets.compare_digest(told.get("client_secret", "").encode(), self.password.reveal().encode()):
            raise ApiError(401, "invalid_client", f"AADSTS7000215: Invalid client secret provided for app '{APP_ID}'.")
        answer = self._exchange(told) if told["grant_type"] == _CODE else self._own(told)
        return web.json_response(answer, headers={"Cache-Control": "no-store"})

    def _own(self, told: Mapping[str, str]) -> Json:
        """https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow"""
        audience = _audience(told.get("scope", ""))
        life = {"expires_in": self.token_life, "ext_expires_in": self.token_life}
        return {"token_type": "Bearer", **life, "access_token": self._grant(audience, self.token_life)}

    async def _identity(self, request: web.Request) -> web.Response:
        """https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference"""
        header = request.headers.get("X-IDENTITY-HEADER", "")
        if not secrets.compare_digest(header.encode(), self.identity_header.reveal().encode()):
            raise ApiError(401, "401", "The header X-IDENTITY-HEADER is missing or wrong.")
        if request.query.get("api-version") != "2019-08-01" or request.query.get("client_id") != APP_ID:
            raise ApiError(
                400, "400", "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId."
            )
        resource = request.query.get("resource", "").rstrip("/")
        if resource not in (CONNECTOR, GRAPH):
            raise ApiError(400, "400", f"AADSTS500011: The resource principal named {resource} was not found.")
        expires = str(int((self._now() + timedelta(seconds=self.token_life)).timestamp()))
        token = {"access_token": self._grant(resource, self.token_life), "expires_on": expires}
        return web.json_response({**token, "resource": resource, "token_type": "Bearer", "client_id": APP_ID})

    def _refused(self, error: ApiError) -> web.Response:
        """https://learn.microsoft.com/entra/identity-platform/reference-error-codes#handling-error-codes-in-your-application"""
        number = int(error.message.partition(":")[0].removeprefix("AADSTS"))
        body = {"error": error.code, "error_description": error.message, "error_codes": [number]}
        traces = {"trace_id": str(uuid4()), "correlation_id": str(uuid4()), "error_uri": f"{_ERROR_URI}{number}"}
        return web.json_response({**body, "timestamp": f"{self._now():%Y-%m-%d %H:%M:%SZ}", **traces}, status=error.status)


def audience_of(request: web.Request, account_of: Callable[[web.Request], str]) -> str:
    """What the request's token is good for; empty where it is good for nothing. Tokens stand for their audience."""
    try:
        return account_of(request)
    except web.HTTPUnauthorized:
        return ""


def _check_grant(tenant: str, told: Mapping[str, str]) -> None:
    tenants = _GRANTS.get(told.get("grant_type", ""))
    if tenants is None:
        raise ApiError(400, "unsupported_grant_type", "AADSTS70003: The app requested an unsupported grant type.")
    if tenant not in tenants:
        raise ApiError(400, "invalid_request", f"AADSTS90002: Tenant '{tenant}' not found.")
    if told.get("client_id") != APP_ID:
        raise ApiError(400, "unauthorized_client", "AADSTS700016: Application was not found in the directory.")


def _audience(scope: str) -> str:
    audience = scope.removesuffix("/.default")
    if audience not in (CONNECTOR, GRAPH) or audience == scope:
        raise ApiError(400, "invalid_scope", "AADSTS1002012: The provided value for scope is not valid.")
    return audience


def _identity_refused(error: ApiError) -> web.Response:
    return web.json_response({"statusCode": error.status, "message": error.message}, status=error.status)
