"""Authorization codes in Slack's words: https://docs.slack.dev/authentication/installing-with-oauth#exchanging."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from adapters.base import Secret
from bot.sandbox_codes import Codes as AnyCodes
from bot.sandbox_codes import Mistake, Wanted, wanted_by
from bot.slack.sandbox.arguments import Arguments
from bot.slack.sandbox.workspace import ApiError

_LIFE = 600.0  # seconds
_WORDS = {
    "client_id": "invalid_client_id",
    "redirect_uri": "bad_redirect_uri",
    "code_challenge_method": "invalid_code_challenge_method",
    "used": "code_already_used",
    "expired": "invalid_code",
    "code": "invalid_code",
    "code_verifier": "invalid_code_verifier",
}


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


class Codes:
    """Codes that were given out; `whom` is a person or a workspace."""

    def __init__(self, client: Client, now: Callable[[], datetime]) -> None:
        self._client = client
        self._codes = AnyCodes(now, _LIFE)

    def wanted(self, query: Mapping[str, str]) -> Wanted:
        """Raises ValueError with Slack's word for what is wrong: then the browser must not be sent anywhere."""
        try:
            return wanted_by(self._client.id, query)
        except Mistake as mistake:
            raise ValueError(_WORDS[mistake.what]) from None

    def issue(self, whom: str, wanted: Wanted) -> str:
        return self._codes.issue(whom, wanted)

    def redeem(self, told: Arguments) -> tuple[str, Wanted]:
        """Whom the code stands for, and what was wanted. Raises ApiError."""
        try:
            return self._codes.redeem(told.needed("code"), told.text("redirect_uri"), told.text("code_verifier"))
        except Mistake as mistake:
            raise ApiError(_WORDS[mistake.what]) from None
