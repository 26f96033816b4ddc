"""Authorization codes: each works once, for ten minutes, for the client and the address that asked."""

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from adapters.base import Secret
from bot.slack.sandbox.arguments import Arguments
from bot.slack.sandbox.workspace import ApiError

_LIFE = 600.0  # seconds: https://docs.slack.dev/authentication/installing-with-oauth#exchanging
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Client:
    """The app, as it identifies itself to Slack."""

    id: str
    secret: Secret

    def check(self, id: str, secret: str) -> None:
        """Raises ApiError."""
        if not secrets.compare_digest(id.encode(), self.id.encode()):
            raise ApiError("invalid_client_id")
        if not secrets.compare_digest(secret.encode(), self.secret.reveal().encode()):
            raise ApiError("bad_client_secret")


@dataclass(frozen=True)
class Wanted:
    """An authorization request, as it came in the query: it has been looked at, and a browser may be sent back."""

    redirect_uri: str
    scope: str
    state: str = ""
    nonce: str = ""
    challenge: str = ""

    def back(self, **told: str) -> str:
        """Where the browser goes next."""
        sign = "&" if urlsplit(self.redirect_uri).query else "?"
        return f"{self.redirect_uri}{sign}{urlencode(told | ({'state': self.state} if self.state else {}))}"


class Codes:
    """Codes that were given out; `whom` is a person or a workspace."""

    def __init__(self, client: Client, now: Callable[[], datetime]) -> None:
        self._client = client
        self._now = now
        self._issued: dict[str, tuple[str, Wanted, float]] = {}
        self._used: set[str] = set()

    def wanted(self, query: Mapping[str, str]) -> Wanted:
        """Raises ValueError with Slack's word for what is wrong: then the browser must not be sent anywhere."""
        if query.get("client_id") != self._client.id:
            raise ValueError("invalid_client_id")
        if not _is_loopback(redirect_uri := query.get("redirect_uri", "")):
            raise ValueError("bad_redirect_uri")
        if query.get("code_challenge_method", "S256") != "S256":
            raise ValueError("invalid_code_challenge_method")
        told = {name: query.get(name, "") for name in ("scope", "state", "nonce")}
        return Wanted(redirect_uri, **told, challenge=query.get("code_challenge", ""))

    def issue(self, whom: str, wanted: Wanted) -> str:
        code = secrets.token_urlsafe(24)
        self._issued[code] = whom, wanted, self._now().timestamp() + _LIFE
        return code

    def redeem(self, told: Arguments) -> tuple[str, Wanted]:
        """Whom the code stands for, and what was wanted. Raises ApiError."""
        code = told.needed("code")
        if code in self._used:
            raise ApiError("code_already_used")
        whom, wanted, until = self._issued.pop(code, ("", Wanted("", ""), 0.0))
        if until <= self._now().timestamp():
            raise ApiError("invalid_code")
        self._used.add(code)
        if told.text("redirect_uri") != wanted.redirect_uri:
            raise ApiError("bad_redirect_uri")
        if wanted.challenge and not secrets.compare_digest(_challenge(told.text("code_verifier")), wanted.challenge):
            raise ApiError("invalid_code_verifier")
        return whom, wanted


def _is_loopback(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
    except ValueError:
        return False
    return parts.scheme == "http" and parts.hostname in _LOOPBACK and not parts.fragment


def _challenge(verifier: str) -> str:
    """https://datatracker.ietf.org/doc/html/rfc7636#section-4.2"""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
