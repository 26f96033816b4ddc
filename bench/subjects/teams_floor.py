"""The floor in Teams. It gets the keys and its own token once, when it starts."""

import json
import os
from collections.abc import Mapping
from urllib.parse import quote

import jwt
from aiohttp import web

from bench.subjects.floor import Floor

_ISSUER = "https://api.botframework.com"


class TeamsFloor(Floor):
    """Settings as the bot takes them from the environment."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        super().__init__("/api/messages", status=201)
        self._environment = environment
        self.app.on_startup.append(self._prepare)

    def read(self, headers: Mapping[str, str], body: bytes) -> tuple[str, str] | None:
        activity, token = json.loads(body), headers["Authorization"].removeprefix("Bearer ")
        try:
            key = self._keys[jwt.get_unverified_header(token)["kid"]]
            claims = jwt.decode(token, key, ["RS256"], audience=self._environment["TEAMS_APP_ID"], issuer=_ISSUER)
        except (jwt.PyJWTError, KeyError):
            return None
        if claims["serviceurl"] != activity["serviceUrl"]:
            return None
        conversation = quote(activity["conversation"]["id"], safe="")
        return f"{activity['serviceUrl']}v3/conversations/{conversation}/activities", activity["text"]

    async def reply(self, where: str, text: str) -> None:
        await self.post(where, self._token, {"type": "message", "text": f"You said: {text}"})

    async def _prepare(self, _: web.Application) -> None:
        environment = self._environment
        async with self.session.get(environment["TEAMS_OPENID_METADATA_URL"]) as metadata:
            url = (await metadata.json())["jwks_uri"]
        async with self.session.get(url) as published:
            self._keys = jwt.PyJWKSet.from_dict(await published.json())
        login = f"{environment['TEAMS_LOGIN_URL']}{environment['TEAMS_TENANT_ID']}/oauth2/v2.0/token"
        told = {"client_id": environment["TEAMS_APP_ID"], "client_secret": environment["TEAMS_APP_PASSWORD"]}
        async with self.session.post(login, data={"grant_type": "client_credentials", **told}) as granted:
            self._token = (await granted.json())["access_token"]


if __name__ == "__main__":
    web.run_app(TeamsFloor(os.environ).app, host="127.0.0.1", port=int(os.environ["PORT"]), access_log=None, print=None)
