"""How the bot gets tokens of its own: with its password, or as the machine that it runs on.

Microsoft's library for this, MSAL, is not used: it blocks, it accepts neither a transport of ours nor an address without https,
and so would be a second way out of the house. What it is needed for here is one request.
"""

import json
import re
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode

from adapters.base import Secret
from adapters.errors import Refused, Unavailable
from adapters.http import Http, Request, Response
from bot.clock import Clock

CONNECTOR = "https://api.botframework.com/.default"
GRAPH = "https://graph.microsoft.com/.default"
MULTI_TENANT = "botframework.com"
"""The tenant that gives tokens to a bot of the type MultiTenant."""

SERVICE = "teams_login"  # not "teams": each has a breaker of its own
_METADATA = "http://169.254.169.254/metadata/identity/oauth2/token"
_CODE = re.compile(r"AADSTS[0-9]{1,9}")
_WRONG = {
    "invalid_client": "TEAMS_APP_PASSWORD: it is wrong or has expired, make a new client secret and copy its value",
    "unauthorized_client": "TEAMS_APP_ID, TEAMS_APP_TYPE and TEAMS_TENANT_ID: there is no such app in this tenant",
    "invalid_request": "TEAMS_TENANT_ID and TEAMS_APP_ID: there is no such tenant or app",
}
_ANY = "TEAMS_APP_ID, TEAMS_APP_PASSWORD and TEAMS_TENANT_ID"
_NO_IDENTITY = "Azure has no managed identity with this TEAMS_APP_ID for this machine: assign it, or set TEAMS_APP_TYPE."


@dataclass(frozen=True)
class Token:
    """`ends` in seconds since the epoch."""

    secret: Secret
    ends: float


class Credentials(Protocol):
    """What the bot proves itself with."""

    async def ask(self, scope: str) -> Token:
        """A new token for a scope. Raises Refused, naming the setting that is wrong; Unavailable."""


class ClientCredentials:
    """With the app's password, a client secret.

    `tenant` is the app's own, or MULTI_TENANT: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
    """

    def __init__(self, http: Http, login_url: str, tenant: str, app_id: str, password: Secret, clock: Clock) -> None:
        self._http = http
        self._url = f"{login_url}{tenant}/oauth2/v2.0/token"
        self._app_id = app_id
        self._password = password
        self._clock = clock

    async def ask(self, scope: str) -> Token:
        told = {"grant_type": "client_credentials", "client_id": self._app_id, "scope": scope}
        body = urlencode({**told, "client_secret": self._password.reveal()}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        response = await self._http.send(Request(SERVICE, "POST", self._url, headers, body, repeatable=True))
        if response.status >= 400:
            raise _refusal(response)
        return _token(response, self._clock)


class ManagedIdentity:
    """As the machine, where a user-assigned managed identity is the bot.

    App Service and Container Apps tell an `endpoint` and a `header`, which must come with each request
    (https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference); without them, it is a
    virtual machine (https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token).
    """

    def __init__(self, http: Http, endpoint: str, header: Secret, client_id: str, clock: Clock) -> None:
        self._http = http
        self._url = endpoint or _METADATA
        self._version = "2019-08-01" if header else "2018-02-01"
        self._header = header
        self._client_id = client_id
        self._clock = clock

    async def ask(self, scope: str) -> Token:
        told = {"api-version": self._version, "resource": scope.removesuffix("/.default"), "client_id": self._client_id}
        headers = {"X-IDENTITY-HEADER": self._header.reveal()} if self._header else {"Metadata": "true"}
        response = await self._http.send(Request(SERVICE, "GET", f"{self._url}?{urlencode(told)}", headers, repeatable=True))
        if response.status in (404, 410):  # it is being updated
            raise Unavailable("Azure's managed identity can't answer at the moment.")
        if response.status >= 400:
            raise Refused(_NO_IDENTITY)
        return _token(response, self._clock)


def _refusal(response: Response) -> Exception:
    """Of what Microsoft says only its codes: the rest may quote what was sent."""
    try:
        error = str(json.loads(response.body)["error"])
    except (ValueError, TypeError, KeyError):
        error = ""
    if error == "temporarily_unavailable":
        return Unavailable("Microsoft's login can't answer at the moment.")
    code = _CODE.search(response.body.decode(errors="replace"))
    return Refused(
        f"Microsoft's login refuses the bot ({code[0] if code else response.status}). Check {_WRONG.get(error, _ANY)}."
    )


def _token(response: Response, clock: Clock) -> Token:
    """App Service tells when it ends, as text; the others in how many seconds."""
    try:
        answer = json.loads(response.body)
        ends = float(answer["expires_on"]) if "expires_on" in answer else clock.time() + float(answer["expires_in"])
        return Token(Secret(str(answer["access_token"])), ends)
    except (ValueError, TypeError, KeyError):
        raise Unavailable("The login's answer can't be read.") from None
