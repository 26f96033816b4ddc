"""All of Microsoft that a bot in Teams asks, only counting and answering: `python -m bench.teams_api 4010`.

It is the Bot Connector, the keys that activities are signed with, and the login that the bot's own tokens are from. What only
Teams itself can do is at `GET /token`: it gives a token that Teams sends along.
"""

import json
import sys
import time
from typing import Any
from urllib.parse import unquote

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from jwt.algorithms import RSAAlgorithm

from bench.stand_in import Posts, serve
from bench.teams_requests import APP_ID, TENANT, number_of, service_url

_ISSUER = "https://api.botframework.com"
_KEY = "bench-key"
_MINUTE, _HOUR = 60, 3600  # seconds


class TeamsApi:
    """Keeps what was posted. `address` is its own."""

    def __init__(self, address: str, posts: Posts) -> None:
        self._address = address
        self._posts = posts
        self._key = generate_private_key(public_exponent=65537, key_size=2048)
        self._token = (-1, "")
        self._count = 0

    def answer(self, path: str, body: bytes) -> object:
        match path.split("/"):
            case [*_, "conversations", conversation, "activities"] | [*_, "conversations", conversation, "activities", _]:
                return self._post(unquote(conversation), json.loads(body))
            case [*_, "members", user]:
                return {"id": unquote(user), "name": "Ada Lovelace", "userRole": "user", "tenantId": TENANT}
            case [*_, "oauth2", "v2.0", "token"]:
                return {"token_type": "Bearer", "expires_in": _HOUR, "access_token": "bench-token"}
            case [_, "openid"]:
                return {"issuer": _ISSUER, "jwks_uri": f"{self._address}keys"}
            case [_, "keys"]:
                return {"keys": [self._published()]}
            case [_, "token"]:
                return self._minted(int(time.time()))
        return {}

    def _post(self, conversation: str, activity: dict[str, Any]) -> object:
        """Only messages are replies; a bot may say that it is typing, too."""
        self._count += 1
        if activity["type"] == "message":
            self._posts.add(number_of(conversation), activity.get("text") or activity.get("summary") or "")
        return {"id": str(1_763_900_000_000 + self._count)}

    def _published(self) -> object:
        public = RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return {**public, "use": "sig", "kid": _KEY, "x5t": _KEY, "endorsements": ["msteams"]}

    def _minted(self, now: int) -> str:
        """A new one each minute, as from Teams."""
        minute, token = self._token
        if minute != now // _MINUTE:
            about = {"iss": _ISSUER, "aud": APP_ID, "serviceurl": service_url(self._address)}
            told = {**about, "nbf": now, "exp": now + _HOUR}
            token = jwt.encode(told, self._key, algorithm="RS256", headers={"kid": _KEY, "x5t": _KEY})
            self._token = (now // _MINUTE, token)
        return token


if __name__ == "__main__":
    every = Posts()
    serve(int(sys.argv[1]), every, TeamsApi(f"http://127.0.0.1:{sys.argv[1]}/", every).answer)
