"""Authorization codes, as made-up platforms give them out: each works once, for the address that asked, with its proof.

https://datatracker.ietf.org/doc/html/rfc6749#section-4.1, https://datatracker.ietf.org/doc/html/rfc7636
"""

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode, urlsplit

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Mistake(Exception):
    """A request is wrong. `what` is the name of the parameter that is; of a code, "used", "expired" or "code".

    Each platform has words of its own for it.
    """

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


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


def wanted_by(client_id: str, query: Mapping[str, str]) -> Wanted:
    """What this client wants. Raises Mistake: then the browser must not be sent anywhere."""
    if query.get("client_id") != client_id:
        raise Mistake("client_id")
    if not _is_loopback(redirect_uri := query.get("redirect_uri", "")):
        raise Mistake("redirect_uri")
    if query.get("code_challenge_method", "S256") != "S256":
        raise Mistake("code_challenge_method")
    told = {name: query.get(name, "") for name in ("scope", "state", "nonce")}
    return Wanted(redirect_uri, **told, challenge=query.get("code_challenge", ""))


class Codes:
    """Codes that were given out; `whom` is what each stands for, and `life` its seconds."""

    def __init__(self, now: Callable[[], datetime], life: float) -> None:
        self._now = now
        self._life = life
        self._issued: dict[str, tuple[str, Wanted, float]] = {}
        self._used: set[str] = set()

    def issue(self, whom: str, wanted: Wanted) -> str:
        code = secrets.token_urlsafe(24)
        self._issued[code] = whom, wanted, self._now().timestamp() + self._life
        return code

    def redeem(self, code: str, redirect_uri: str, verifier: str) -> tuple[str, Wanted]:
        """Whom the code stands for, and what was wanted. Raises Mistake."""
        if code in self._used:
            raise Mistake("used")
        if code not in self._issued:
            raise Mistake("code")
        whom, wanted, until = self._issued.pop(code)
        if until <= self._now().timestamp():
            raise Mistake("expired")
        self._used.add(code)
        if redirect_uri != wanted.redirect_uri:
            raise Mistake("redirect_uri")
        if not secrets.compare_digest(_challenge(verifier), wanted.challenge.encode()):
            raise Mistake("code_verifier")
        return whom, wanted


def _is_loopback(uri: str) -> bool:
    """Whoever signs in here may pick who they are: that must never be believed anywhere else."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return False
    plain = uri.isascii() and uri.isprintable() and not {" ", "@", "#"} & set(uri)
    return parts.scheme == "http" and parts.hostname in _LOOPBACK and plain


def _challenge(verifier: str) -> bytes:
    """https://datatracker.ietf.org/doc/html/rfc7636#section-4.2; nothing for nothing."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=") if verifier else b""
