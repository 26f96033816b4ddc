"""Reads what a token endpoint answers, be it what it may: https://datatracker.ietf.org/doc/html/rfc6749#section-5."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.base import Secret

LONGEST_LIFE = 10 * 365 * 24 * 3600.0  # seconds
_LONGEST_ANSWER = 64 * 1024
_LONGEST_TOKEN = 16 * 1024
_TOKEN = re.compile(r"[\x21-\x7e]+")  # goes into a header as it is
_SCOPE = re.compile(r"[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]+")  # the standard's, without the comma: some separate by that
_ERRORS = frozenset(
    {
        "invalid_client",
        "invalid_grant",
        "invalid_request",
        "invalid_scope",
        "invalid_token",
        "server_error",
        "temporarily_unavailable",
        "unauthorized_client",
        "unsupported_grant_type",
    }
)
_OWN = {  # HubSpot's words: https://developers.hubspot.com/docs/api-reference/auth-oauth-v3/guide
    "BAD_AUTH_CODE": "invalid_grant",
    "BAD_CLIENT_ID": "invalid_client",
    "BAD_CLIENT_SECRET": "invalid_client",
    "BAD_GRANT_TYPE": "unsupported_grant_type",
    "BAD_REDIRECT_URI": "invalid_request",
    "BAD_REFRESH_TOKEN": "invalid_grant",
    "EXPIRED_AUTH_CODE": "invalid_grant",
    "MISMATCH_REDIRECT_URI_AUTH_CODE": "invalid_grant",
}
_WRONG_INPUT = "VALIDATION_ERROR"  # HubSpot's category of what is the same however often it is asked
_WRONG = {"refresh token": "invalid_grant", "auth code": "invalid_grant", "client": "invalid_client"}  # by its message


@dataclass(frozen=True)
class Issued:
    """The tokens of one answer.

    `refresh` is None where there is no new one: keep the old. `lifetime` is the access token's, in seconds, None where the
    service does not tell. `scopes` are what was granted; None: as asked.
    """

    access: Secret
    refresh: Secret | None
    lifetime: float | None
    scopes: tuple[str, ...] | None


def fields_of(body: bytes) -> Mapping[str, Any]:
    """The answer's JSON object; empty for anything else."""
    if len(body) > _LONGEST_ANSWER:
        return {}
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def error_of(answer: Mapping[str, Any]) -> str:
    """The registered error code in an answer, or the one that a vendor's own words mean; empty where there is none.

    Free text of the service's goes no further.
    """
    told = [answer.get(name) for name in ("error", "code", "status", "category", "subCategory")]
    words = [each.rpartition(".")[2] for each in told if isinstance(each, str)]
    known = [word if word in _ERRORS else _OWN.get(word, "") for word in words]
    return next(filter(None, known), "") or _wrong_input(answer)


def _wrong_input(answer: Mapping[str, Any]) -> str:
    if answer.get("category") != _WRONG_INPUT:
        return ""
    message = str(answer.get("message")).lower()
    return next((code for words, code in _WRONG.items() if words in message), "invalid_request")


def issued_of(answer: Mapping[str, Any]) -> Issued | None:
    """The tokens in an answer; None where it holds no bearer token that can be used now.

    One that has ended already is garbage, but for a refresh token that came with it: the former one may be worth nothing
    by now, so both are kept, and that the access token does not work will show.
    """
    access, refresh = _secret(answer.get("access_token")), _secret(answer.get("refresh_token"))
    life = _seconds(answer.get("expires_in"))
    if access is None or answer.get("error") or not _is_bearer(answer.get("token_type")) or (life == 0 and refresh is None):
        return None
    return Issued(access, refresh, life or None, _scopes(answer.get("scope", answer.get("scopes"))))


def _secret(value: object) -> Secret | None:
    if isinstance(value, str) and len(value) <= _LONGEST_TOKEN and _TOKEN.fullmatch(value):
        return Secret(value)
    return None


def _is_bearer(kind: object) -> bool:
    return kind is None or (isinstance(kind, str) and kind.casefold() == "bearer")


def _seconds(value: object) -> float | None:
    """A number, or one written as text. None for what is neither."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value) if isinstance(value, str) else value
    except ValueError:
        return None
    if number != number:  # NaN: nothing is known
        return None
    return float(max(min(number, LONGEST_LIFE), 0.0))


def _scopes(value: object) -> tuple[str, ...] | None:
    if isinstance(value, list):
        value = " ".join(each for each in value if isinstance(each, str))
    return tuple(dict.fromkeys(_SCOPE.findall(value))) if isinstance(value, str) else None
