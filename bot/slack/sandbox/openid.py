"""Sign in with Slack: https://docs.slack.dev/authentication/sign-in-with-slack/."""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

from bot.sandbox_codes import Wanted
from bot.sandbox_consent import CANCEL, draw, go, refuse
from bot.sandbox_origin import check_origin
from bot.slack.sandbox.arguments import Arguments, arguments_of
from bot.slack.sandbox.codes import Client, Codes
from bot.slack.sandbox.workspace import BOT, ApiError, Workspace

_LIFE = 300  # seconds for which an id_token is good


class OpenId:
    """People pick who they are; the bot learns it from a signed token. `address` says where the sandbox is served."""

    def __init__(
        self, client: Client, workspaces: list[Workspace], now: Callable[[], datetime], address: Callable[[], str]
    ) -> None:
        self.key_id = secrets.token_hex(8)
        self._client = client
        self._codes = Codes(client, now)
        self._workspaces = workspaces
        self._now = now
        self._address = address

    @cached_property
    def key(self) -> RSAPrivateKey:
        """Costs a tenth of a second to make, so it is made when it is first needed."""
        return generate_private_key(public_exponent=65537, key_size=2048)

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_get("/openid/connect/authorize", self._ask)
        router.add_post("/openid/connect/authorize", self._answer)
        router.add_get("/openid/connect/keys", self._keys)
        router.add_post("/api/openid.connect.token", self._token)

    def sign_in(self, authorize_url: str, person: str) -> str:
        """What the page does for a person who was sent to this URL: where their browser goes next. Raises ValueError."""
        return self._signed_in(dict(parse_qsl(urlsplit(authorize_url).query)), person)

    async def _ask(self, request: web.Request) -> web.Response:
        try:
            wanted = self._wanted(request.query)
        except ValueError as error:
            return refuse(f"Slack says: {error}")
        choices = {id: f"{name}, {workspace.name}" for id, name, workspace in self._people()}
        return draw("Sign in with Slack", "Who are you?", choices | {CANCEL: "Nobody: go back"}, request.query, wanted)

    async def _answer(self, request: web.Request) -> web.Response:
        check_origin(request)
        told = {name: str(value) for name, value in (await request.post()).items()}
        try:
            return go(self._signed_in(told, told.get("choice", "")))
        except ValueError as error:
            return refuse(f"Slack says: {error}")

    def _signed_in(self, query: Mapping[str, str], person: str) -> str:
        wanted = self._wanted(query)
        if person == CANCEL:
            return wanted.back(error="access_denied")
        if person not in [id for id, *_ in self._people()]:
            raise ValueError("user_not_found")
        return wanted.back(code=self._codes.issue(person, wanted))

    def _wanted(self, query: Mapping[str, str]) -> Wanted:
        wanted = self._codes.wanted(query)
        if "openid" not in wanted.scope.split():
            raise ValueError("invalid_scope")
        if query.get("response_type") != "code":
            raise ValueError("unsupported_response_type")
        return wanted

    async def _token(self, request: web.Request) -> web.Response:
        """https://docs.slack.dev/reference/methods/openid.connect.token"""
        try:
            return web.json_response({"ok": True, **self._exchanged(await arguments_of(request))})
        except ApiError as error:
            return web.json_response({"ok": False, "error": error.code, **error.more})

    def _exchanged(self, told: Arguments) -> dict[str, Any]:
        self._client.check(told.text("client_id"), told.text("client_secret"))
        if told.text("grant_type") not in ("", "authorization_code"):
            raise ApiError("invalid_grant_type")
        person, wanted = self._codes.redeem(told)
        token = jwt.encode(self._claims(person, wanted.nonce), self.key, algorithm="RS256", headers={"kid": self.key_id})
        return {"access_token": f"xoxp-{secrets.token_hex(16)}", "token_type": "Bearer", "id_token": token}

    def _claims(self, person: str, nonce: str) -> dict[str, Any]:
        name, workspace = next((name, workspace) for id, name, workspace in self._people() if id == person)
        now = int(self._now().timestamp())
        return {
            "iss": self._address().rstrip("/"),
            "sub": person,
            "aud": self._client.id,
            "iat": now,
            "auth_time": now,
            "exp": now + _LIFE,
            **({"nonce": nonce} if nonce else {}),
            "https://slack.com/team_id": workspace.team,
            "https://slack.com/user_id": person,
            "https://slack.com/team_name": workspace.name,
            "name": name,
            "locale": "en-US",
        }

    async def _keys(self, _: web.Request) -> web.Response:
        """https://datatracker.ietf.org/doc/html/rfc7517"""
        public = RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        named = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.key_id}
        return web.json_response({"keys": [{**named, "n": public["n"], "e": public["e"]}]})

    def _people(self) -> list[tuple[str, str, Workspace]]:
        """Everybody's id and name, and where they are."""
        every = [(person, workspace) for workspace in self._workspaces for person in workspace.people.values()]
        return [(person.id, person.real_name, workspace) for person, workspace in every if person.id != BOT]
