"""Webhook requests as HubSpot sends them, signed: https://developers.hubspot.com/docs/api-reference/webhooks-webhooks-v3/guide."""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any

from adapters.base import Incoming


def change(type: str, object: int, number: int = 1, **more: Any) -> dict[str, Any]:
    """One event, as in `change("deal.propertyChange", 512, propertyName="amount")`."""
    told = {"eventId": number, "subscriptionId": 25, "portalId": 33, "appId": 1160452, "occurredAt": 1764000000000 + number}
    return {**told, "subscriptionType": type, "attemptNumber": 0, "objectId": object, "changeSource": "CRM_UI", **more}


def announced(url: str, secret: str, events: Sequence[Any], at: float, method: str = "POST") -> Incoming:
    """The request that brings them, sent at that moment in seconds. `url` is as HubSpot signs it: not encoded."""
    body = json.dumps(events, separators=(",", ":")).encode()
    stamp = str(int(at * 1000))
    signed = f"{method}{url}".encode() + body + stamp.encode()
    signature = base64.b64encode(hmac.digest(secret.encode(), signed, hashlib.sha256)).decode()
    headers = {"X-HubSpot-Signature-v3": signature, "X-HubSpot-Request-Timestamp": stamp}
    return Incoming(method, url, {**headers, "Content-Type": "application/json"}, body, at)
