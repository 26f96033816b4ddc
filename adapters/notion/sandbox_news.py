"""What Notion would send to a webhook: https://developers.notion.com/reference/webhooks."""

import json
import secrets
from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from adapters.notion.webhook import signature

Delivery = tuple[dict[str, str], bytes]
"""The headers and the body of a request."""


class News:
    """One subscription, known by its verification token."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.token = f"secret_{secrets.token_urlsafe(24)}"
        self._now = now

    def handshake(self) -> Delivery:
        """The first request of all, which brings the token, signed with it."""
        return self._signed({"verification_token": self.token})

    def told(self, type: str, entity: str, id: str = "") -> Delivery:
        """News of one page or database, such as “page.content_updated”. The same `id` is the same news, sent again."""
        moment = f"{self._now():%Y-%m-%dT%H:%M:%S}.000Z"
        about = {"id": entity, "type": type.partition(".")[0]}
        told = {"id": id or str(uuid4()), "timestamp": moment, "type": type, "entity": about}
        return self._signed({**told, "attempt_number": 1, "api_version": "2026-03-11", "authors": [], "data": {}})

    def _signed(self, told: object) -> Delivery:
        body = json.dumps(told).encode()
        return {"Content-Type": "application/json", "X-Notion-Signature": signature(body, self.token)}, body
