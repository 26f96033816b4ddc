"""An authorization request, as a strict server reads it: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from multidict import MultiMapping

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PLAIN = re.compile(r"[\x21-\x7e]+")
_HOST = re.compile(r"[A-Za-z0-9.:-]+")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # SHA-256, as https://www.rfc-editor.org/rfc/rfc7636 writes it


class Untrusted(Exception):
    """Not even a refusal may be sent to where this request points. The text is for the person's own eyes."""


class Refusal(Exception):
    """Turned down: `code` is the standard's, the text says what is wrong."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(text or code)
        self.code = code


@dataclass(frozen=True)
class Asked:
    """What a client wants leave for. `challenge` is empty where no proof is asked for; `query` is all that it sent."""

    redirect_uri: str
    state: str = ""
    scopes: tuple[str, ...] = ()
    challenge: str = ""
    query: Mapping[str, str] = field(default_factory=dict)


def checked_target(query: MultiMapping[str], client_id: str) -> str:
    """Where the browser may be sent back to. Raises Untrusted."""
    if query.get("client_id") != client_id:
        raise Untrusted("The client that sent you here is not known.")
    uris = query.getall("redirect_uri", [])
    if len(uris) != 1 or not _may_be_sent_to(uris[0]):
        raise Untrusted("The redirect URI is missing, or is none that you may be sent to.")
    return uris[0]


def checked(query: MultiMapping[str], redirect_uri: str, proof: bool) -> Asked:
    """The request, if all of it is in order. Raises Refusal."""
    if len(set(query)) != len(query):
        raise Refusal("invalid_request", "A parameter comes twice.")
    if query.get("response_type") != "code":
        raise Refusal("unsupported_response_type", "Only codes are given.")
    challenge = query.get("code_challenge", "")
    if proof and (query.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(challenge)):
        raise Refusal("invalid_request", "A code challenge by S256 is needed.")
    scopes = tuple(dict.fromkeys(query.get("scope", "").split()))
    return Asked(redirect_uri, query.get("state", ""), scopes, challenge if proof else "", dict(query))


def _may_be_sent_to(uri: str) -> bool:
    """Https, or this machine; nothing in it that hides where it points."""
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
        plain = _PLAIN.fullmatch(uri) and _HOST.fullmatch(host) and not {"@", "#"} & set(uri) and parts.port != 0
    except ValueError:
        return False
    return bool(plain) and (parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK))
