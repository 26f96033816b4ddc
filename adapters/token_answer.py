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
    """The registered error code in an answer; empty where there is none. Free text of the service's goes no further."""
    error = answer.get("error")
    return error if isinstance(error, str) and error in _ERRORS else ""


def issued_of(answer: Mapping[str, Any]) -> Issued | None:
    """The tokens in an answer; None where it holds no bearer token that can be used now.

    One that has ended already is garbage, but for a refresh token that came with it: the former one may be worth nothing
    by now, so both are kept, and that the access token does not work will show.
    """
    access, refresh = _secret(answer.get("access_token")), _secret(answer.get("refresh_token"))
    life = _seconds(answer.get("expires_in"))
    if access is None or answer.get("error") or not _is_bearer(answer.get("token_type")) or (life == 0 and refresh is None):
        return None
    return Issued(access, refresh, life or None, _scopes(answer.get("scope")))


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
