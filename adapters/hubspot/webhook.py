"""Webhooks: https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from typing import Any

from adapters.base import Event, Incoming, Secret, Webhook
from adapters.hubspot.kinds import KINDS

_FRESH = 300.0  # seconds, on either side
_MILLISECONDS = re.compile(r"[0-9]{10,16}")
_ENCODED = {"3A": ":", "2F": "/", "3F": "?", "40": "@", "21": "!", "24": "$", "27": "'", "28": "(", "29": ")", "2A": "*"} | {
    "2C": ",",
    "3B": ";",
}  # what HubSpot signs as it is meant; anything else as it stands in the address
_ESCAPE = re.compile(rf"%({'|'.join(_ENCODED)})", re.IGNORECASE)
_NAMES = {name: kind.name for kind in KINDS.values() for name in (kind.name, kind.type_id)}
_DONE = {
    "creation": "created",
    "propertyChange": "changed",
    "associationChange": "changed",
    "deletion": "archived",
    "privacyDeletion": "archived",
    "merge": "merged",
    "restore": "restored",
}
_TELLING = (  # what makes an event that event: `eventId` alone is not unique, and `attemptNumber` counts deliveries
    "eventId",
    "subscriptionId",
    "portalId",
    "occurredAt",
    "subscriptionType",
    "objectId",
    "fromObjectId",
    "toObjectId",
    "propertyName",
    "propertyValue",
)


def verify(incoming: Incoming, secret: Secret) -> bool:
    """Version 3 of the signature, and a time of at most five minutes ago, or ahead."""
    told = incoming.header("x-hubspot-request-timestamp")
    if not secret or not _MILLISECONDS.fullmatch(told) or abs(incoming.at - int(told) / 1000) > _FRESH:
        return False
    signed = f"{incoming.method}{_decoded(incoming.url)}".encode(errors="replace") + incoming.body + told.encode()
    wanted = base64.b64encode(hmac.digest(secret.reveal().encode(), signed, hashlib.sha256))
    return hmac.compare_digest(wanted, incoming.header("x-hubspot-signature-v3").encode(errors="replace"))


def read(incoming: Incoming) -> tuple[Event, ...]:
    """One request brings up to 100 events; what is none of records of ours is left out."""
    try:
        told = json.loads(incoming.body)
    except (ValueError, RecursionError):
        return ()
    events = told if isinstance(told, list) else [told]
    found = (_event(each) for each in events if isinstance(each, dict))
    return tuple(event for event in found if event)


def _event(told: Mapping[str, Any]) -> Event | None:
    name, _, change = str(told.get("subscriptionType", "")).partition(".")
    kind = _NAMES.get(str(told.get("objectTypeId", "")) if name == "object" else name)
    subject = told.get("objectId", told.get("fromObjectId"))
    if kind is None or change not in _DONE or not isinstance(subject, int | str):
        return None
    facts = json.dumps([told.get(name) for name in _TELLING])
    return Event(hashlib.sha256(facts.encode()).hexdigest()[:32], f"hubspot.{kind}.{_DONE[change]}", str(subject))


def _decoded(url: str) -> str:
    return _ESCAPE.sub(lambda found: _ENCODED[found[1].upper()], url)


WEBHOOK = Webhook(verify, read)
