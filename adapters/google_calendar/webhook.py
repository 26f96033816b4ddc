"""Push notifications say only that something changed: https://developers.google.com/workspace/calendar/api/guides/push."""

import hmac
from collections.abc import Mapping

from adapters.base import Event, Secret, Webhook


def verify(headers: Mapping[str, str], _body: bytes, secret: Secret) -> bool:
    """Google signs nothing: it gives back the token that the channel was opened with."""
    token = _lower_case(headers).get("x-goog-channel-token", "")
    return bool(secret) and hmac.compare_digest(token.encode(), secret.reveal().encode())


def read(headers: Mapping[str, str], _body: bytes) -> Event | None:
    """The news, or None for the `sync` message that opens a channel, and for what is no notification."""
    said = _lower_case(headers)
    channel, number = said.get("x-goog-channel-id"), said.get("x-goog-message-number")
    if not channel or not number or said.get("x-goog-resource-state") not in ("exists", "not_exists"):
        return None
    return Event(f"{channel}:{number}", "calendar.changed", said.get("x-goog-resource-id", ""))


def _lower_case(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


WEBHOOK = Webhook(verify, read)
