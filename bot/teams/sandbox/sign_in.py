"""Sign in with Microsoft Entra: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow."""

import re
import secrets
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import jwt
from aiohttp import web

from bot.sandbox_codes import Codes, Mistake, Wanted, wanted_by
from bot.sandbox_consent import CANCEL, draw, go, refuse
from bot.sandbox_origin import check_origin
from bot.teams.sandbox.errors import ApiError, worded
from bot.teams.sandbox.keys import Key
from bot.teams.sandbox.workspace import APP_ID, OTHER_TENANT, TENANT, Json, Person, Workspace

TENANTS = (TENANT, OTHER_TENANT, "organizations", "common")
"""Whose sign-in page there is: https://learn.microsoft.com/entra/identity-platform/v2-protocols#endpoints."""

_AUTHORIZE = "/login/{tenant}/oauth2/v2.0/authorize"
_PATH = re.compile(r".*/login/([^/]+)/oauth2/v2\.0/authorize")
_CODE_LIFE, _TOKEN_LIFE = 60.0, 3600  # seconds
_DECLINED = "AADSTS65004: User declined to consent to access the app."
_MISTAKES = {
    "client_id": ("unauthorized_client", "AADSTS700016: Application was not found in the directory."),
    "code_challenge_method": ("invalid_request", "AADSTS501481: The code_challenge_method is not S256."),
    "used": ("invalid_grant", "AADSTS54005: OAuth2 Authorization code was already redeemed, please retry with a new one."),
    "expired": ("invalid_grant", "AADSTS70008: The provided authorization code has expired."),
    "code": ("invalid_grant", "AADSTS70000: The provided authorization code is not valid."),
    "code_verifier": ("invalid_grant", "AADSTS50148: The code_verifier does not match the code_challenge."),
}
_UNREGISTERED = ("invalid_request", "AADSTS50011: The redirect URI does not match those of the application: only loopback.")
_ANOTHER = ("invalid_client", "AADSTS500112: The reply address does not match the one of the authorization request.")


class SignIn:
    """People pick who they are; the bot learns it from a signed token.

    Whoever is there may sign in at any tenant's page, as with an app of many tenants: to turn people away is the bot's part.
    """

    def __init__(self, workspace: Workspace, address: Callable[[], str]) -> None:
        self.key = Key(endorsements=())
        self._workspace = workspace
        self._address = address
        self._codes = Codes(workspace.now, _CODE_LIFE)

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_get(_AUTHORIZE, worded(self._ask, _refused))
        router.add_post(_AUTHORIZE, worded(self._answer, _refused))
        router.add_get("/login/{tenant}/discovery/v2.0/keys", self._keys)

    def sign_in(self, authorize_url: str, person: str) -> str:
        """What the page does for a person who was sent to this URL: where their browser goes next. Raises ValueError."""
        url = urlsplit(authorize_url)
        tenant = _PATH.fullmatch(url.path)
        try:
            return self._signed_in(tenant[1] if tenant else "", dict(parse_qsl(url.query)), person)
        except ApiError as error:
            raise ValueError(str(error)) from None

    def exchange(self, told: Mapping[str, str]) -> Json:
        """What the token endpoint answers to a client that has proved itself. Raises ApiError."""
        try:
            asked = (told.get("code", ""), told.get("redirect_uri", ""), told.get("code_verifier", ""))
            person, wanted = self._codes.redeem(*asked)
        except Mistake as mistake:
            raise _error(_MISTAKES.get(mistake.what, _ANOTHER)) from None
        claims = self._claims(self._workspace.people[person], wanted.nonce)
        token = jwt.encode(claims, self.key.private, algorithm="RS256", headers={"kid": self.key.id, "x5t": self.key.id})
        life = {"expires_in": _TOKEN_LIFE, "ext_expires_in": _TOKEN_LIFE}
        opens_nothing = secrets.token_urlsafe(32)
        return {"token_type": "Bearer", "scope": wanted.scope, **life, "access_token": opens_nothing, "id_token": token}

    async def _ask(self, request: web.Request) -> web.Response:
        wanted = _wanted(request.match_info["tenant"], request.query)
        people = {person.object_id: f"{person.name}, {person.email}" for person in self._workspace.people.values()}
        return draw("Sign in", "Who are you?", people | {CANCEL: "Nobody: go back"}, request.query, wanted)

    async def _answer(self, request: web.Request) -> web.Response:
        check_origin(request)
        told = {name: str(value) for name, value in (await request.post()).items()}
        return go(self._signed_in(request.match_info["tenant"], told, told.get("choice", "")))

    def _signed_in(self, tenant: str, query: Mapping[str, str], person: str) -> str:
        wanted = _wanted(tenant, query)
        if person == CANCEL:
            return wanted.back(error="access_denied", error_description=_DECLINED, error_subcode="cancel")
        if person not in self._workspace.people:
            raise ApiError(400, "invalid_request", "AADSTS50034: The user account does not exist in the directory.")
        return wanted.back(code=self._codes.issue(person, wanted), session_state=str(uuid4()))

    def _claims(self, person: Person, nonce: str) -> dict[str, Any]:
        """https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference"""
        now = int(self._workspace.now().timestamp())
        return {
            "ver": "2.0",
            "iss": f"{self._address()}login/{person.tenant}/v2.0",
            "aud": APP_ID,
            "iat": now,
            "nbf": now,
            "exp": now + _TOKEN_LIFE,
            "sub": sha256(f"{person.object_id} {APP_ID}".encode()).hexdigest(),  # differs for each app
            "tid": person.tenant,
            "oid": person.object_id,
            "name": person.name,
            "preferred_username": person.email,
            **({"nonce": nonce} if nonce else {}),
        }

    async def _keys(self, _: web.Request) -> web.Response:
        return web.json_response({"keys": [self.key.published()]})


def _wanted(tenant: str, query: Mapping[str, str]) -> Wanted:
    """Raises ApiError."""
    if tenant not in TENANTS:
        raise ApiError(400, "invalid_request", f"AADSTS90002: Tenant '{tenant}' not found.")
    try:
        wanted = wanted_by(APP_ID, query)
    except Mistake as mistake:
        raise _error(_MISTAKES.get(mistake.what, _UNREGISTERED)) from None
    if query.get("response_type") != "code":
        raise ApiError(400, "unsupported_response_type", "AADSTS70005: The response_type is not one that is given here.")
    if "openid" not in wanted.scope.split():
        raise ApiError(400, "invalid_scope", "AADSTS70011: The provided value for the input parameter 'scope' is not valid.")
    return wanted


def _error(said: tuple[str, str]) -> ApiError:
    return ApiError(401 if said[0] == "invalid_client" else 400, *said)


def _refused(error: ApiError) -> web.Response:
    return refuse(f"Microsoft says: {error.message}")
