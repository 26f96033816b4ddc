"""What HubSpot's token endpoint answers: https://developers.hubspot.com/docs/api-reference/auth-oauth-v3/guide."""

import zlib
from collections.abc import Mapping
from uuid import uuid4

from adapters.sandbox_dialect import Answer, Dialect
from adapters.sandbox_request import Refusal

_STATUSES: Mapping[str, tuple[str, str]] = {  # by the standard's code: HubSpot's own, and its message
    "invalid_grant": ("BAD_REFRESH_TOKEN", "missing or invalid refresh token"),
    "invalid_client": ("BAD_CLIENT_ID", "missing or unknown client id"),
    "unsupported_grant_type": ("BAD_GRANT_TYPE", "missing or unknown grant type"),
}
_OF_A_CODE = ("BAD_AUTH_CODE", "missing or unknown auth code")


def portal(account: str) -> int:
    """The Hub ID of an account."""
    return 20_000_000 + zlib.crc32(account.encode()) % 9_000_000


def _issued(answer: Answer, account: str) -> Answer:
    told = {name: value for name, value in answer.items() if name != "scope"}
    about = {
        "token_type": "bearer",
        "token_use": "access_token",
        "hub_id": portal(account),
        "user_id": portal(account) % 10_000,
    }
    return {**told, **about, "scopes": str(answer["scope"]).split()}


def _refused(refusal: Refusal) -> Answer:
    status, message = _STATUSES.get(refusal.code, ("", str(refusal)))
    if refusal.code == "invalid_grant" and "refresh" not in str(refusal):
        status, message = _OF_A_CODE
    told = {"message": message, "correlationId": str(uuid4()), "category": "VALIDATION_ERROR"}
    return {**told, **({"status": status} if status else {})}


DIALECT = Dialect(_issued, _refused)
