"""News of pages and databases: https://developers.notion.com/reference/webhooks.

Notion tells only what changed, within a minute. Its signature covers no time of sending, so old news is known by the moment
that it tells of, and what is sent again by its id.
"""

import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from adapters.base import Event, Incoming, Secret, Webhook

_OLDEST = 24 * 3600.0  # seconds: Notion sends again what was not taken, eight times within a day
_AHEAD = 5 * 60.0  # seconds that its clock may be ahead of ours
_KINDS = {
    "page.created": "notion.page.created",
    "page.deleted": "notion.page.deleted",
    "page.undeleted": "notion.page.restored",
    "page.moved": "notion.page.changed",
    "page.locked": "notion.page.changed",
    "page.unlocked": "notion.page.changed",
    "page.content_updated": "notion.page.changed",
    "page.properties_updated": "notion.page.changed",
    "data_source.created": "notion.database.created",
    "data_source.deleted": "notion.database.deleted",
    "data_source.undeleted": "notion.database.restored",
    "data_source.moved": "notion.database.changed",
    "data_source.content_updated": "notion.database.changed",
    "data_source.schema_updated": "notion.database.changed",
    "comment.created": "notion.comment.created",
}


def verify(incoming: Incoming, secret: Secret) -> bool:
    """Signed with the verification token, and of the last day. The message that brings the token is signed with it, too."""
    told = _told(incoming)
    if not secret or not _is_signed(incoming, secret.reveal()):
        return False
    return "verification_token" in told or _is_recent(told.get("timestamp"), incoming.at)


def read(incoming: Incoming) -> tuple[Event, ...]:
    """The news; none for the message that brings the token, for kinds that are not known here, and for what is no news."""
    told = _told(incoming)
    entity = told.get("entity")
    id, type = told.get("id"), told.get("type")
    subject = entity.get("id") if isinstance(entity, dict) else None
    kind = _KINDS.get(type) if isinstance(type, str) else None
    if not kind or not (isinstance(id, str) and id) or not (isinstance(subject, str) and subject):
        return ()
    return (Event(id, kind, subject),)


def handshake(incoming: Incoming) -> str:
    """The verification token, where this is the message that brings it, signed with that very token; else empty."""
    token = _told(incoming).get("verification_token")
    return token if isinstance(token, str) and token and _is_signed(incoming, token) else ""


def signature(body: bytes, token: str) -> str:
    """What Notion sends in `X-Notion-Signature`."""
    return f"sha256={hmac.new(token.encode(errors='replace'), body, sha256).hexdigest()}"


def _is_signed(incoming: Incoming, token: str) -> bool:
    told = incoming.header("x-notion-signature").encode(errors="replace")
    return hmac.compare_digest(told, signature(incoming.body, token).encode())


def _is_recent(timestamp: object, at: float) -> bool:
    try:
        moment = datetime.fromisoformat(timestamp) if isinstance(timestamp, str) else None
        age = at - moment.timestamp() if moment and moment.tzinfo else None
    except (ValueError, OverflowError):
        return False
    return age is not None and -_AHEAD <= age <= _OLDEST


def _told(incoming: Incoming) -> Mapping[str, Any]:
    try:
        told = json.loads(incoming.body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


WEBHOOK = Webhook(verify, read, handshake)
