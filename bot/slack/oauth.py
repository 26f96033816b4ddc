"""How Slack gives the bot its tokens: https://docs.slack.dev/reference/methods/oauth.v2.access."""

from dataclasses import dataclass
from urllib.parse import urlencode

from adapters.base import Secret
from adapters.errors import Unavailable
from adapters.http import Http, Request
from bot.slack.api import Json, read_answer

_LONGEST = 366 * 86_400.0  # seconds
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Granted:
    """The bot's tokens for one workspace. `lifetime` is in seconds; 0, and no `refresh`, where the token lasts.

    No `team`: it is for a whole organisation.
    """

    team: str
    name: str
    access: Secret
    refresh: Secret
    lifetime: float

    @property
    def secrets(self) -> dict[str, str]:
        """What is stored of it."""
        told = {"access": self.access.reveal(), "refresh": self.refresh.reveal()}
        return {name: value for name, value in told.items() if value}


class OAuth:
    """The app as it identifies itself. Each call is sent once, for codes and refresh tokens work once.

    Raises SlackError, Unavailable, Unknown.
    """

    def __init__(self, http: Http, base_url: str, client_id: str, client_secret: Secret) -> None:
        self._client_id = client_id
        self._client_secret = client_secret
        self._http = http
        self._url = f"{base_url.rstrip('/')}/oauth.v2.access"

    async def exchange(self, code: str, redirect_uri: str) -> Granted:
        return await self._asked(code=code, redirect_uri=redirect_uri)

    async def refresh(self, token: Secret) -> Granted:
        """https://docs.slack.dev/authentication/using-token-rotation"""
        granted = await self._asked(grant_type="refresh_token", refresh_token=token.reveal())
        if not granted.refresh:
            raise Unavailable("Slack's answer can't be read.")
        return granted

    async def _asked(self, **told: str) -> Granted:
        fields = {"client_id": self._client_id, "client_secret": self._client_secret.reveal(), **told}
        answer = await self._http.send(Request("slack", "POST", self._url, _FORM, urlencode(fields).encode()))
        return _granted(read_answer(answer))


def _granted(answer: Json) -> Granted:
    """Raises Unavailable for what is no grant: a token must never be replaced by that."""
    try:
        team, access, refresh = answer.get("team") or {}, answer["access_token"], answer.get("refresh_token") or ""
        lifetime = float(answer.get("expires_in") or 0.0)
        id, name = str(team.get("id") or ""), str(team.get("name") or "")
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Unavailable("Slack's answer can't be read.") from None
    if not (isinstance(access, str) and access and isinstance(refresh, str)) or bool(refresh) is not (0 < lifetime < _LONGEST):
        raise Unavailable("Slack's answer can't be read.")
    return Granted(id, name, Secret(access), Secret(refresh), lifetime)
