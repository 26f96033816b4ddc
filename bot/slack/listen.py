"""Bolt, behind the inbox: it knows Slack's deliveries, and says what each of them asks.

https://docs.slack.dev/tools/bolt-python/. The front door has verified, parsed and stored the delivery before; so Bolt gets
the parsed body (as in Socket Mode), and its own middleware for those things is switched off.
"""

import logging
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from aiohttp import ClientSession
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.heard import Heard, checked
from bot.slack.listeners import register
from bot.slack.typed import Typed
from bot.unreadable import ODD, part_of

_LOG = logging.getLogger(__name__)
_NAME = re.compile(r"[a-z_.]{1,40}")  # of what Slack tells of


class Listener:
    """Turns a delivery's body into what it asks."""

    def __init__(self, base_url: str, session: ClientSession | None = None) -> None:
        with _nothing_from_the_environment():
            self.bolt = _bolt(AsyncWebClient(base_url=base_url, session=session))
        register(self.bolt)

    async def hear(self, body: Mapping[str, Any]) -> Heard | None:
        """What the delivery asks, or None where it asks nothing of us, or nothing that can be read: the log says so then."""
        try:
            heard = await self._read(body)
            return checked(heard) if heard else None
        except ODD as error:  # nothing but reading has happened yet
            _LOG.warning("a delivery is left alone, for it can't be read: %s, %s", _kind(body), part_of(error))
            return None

    async def _read(self, body: Mapping[str, Any]) -> Heard | None:
        request = AsyncBoltRequest(body=dict(body), mode="socket_mode")
        await self.bolt.async_dispatch(request)
        heard: Heard | None = request.context.get("heard")
        return heard


def _kind(body: Mapping[str, Any]) -> str:
    """What Slack calls such a delivery."""
    event = body.get("event")
    kind = "command" if "command" in body else event.get("type") if isinstance(event, dict) else body.get("type")
    return kind if isinstance(kind, str) and _NAME.fullmatch(kind) else "of no known kind"


@contextmanager
def _nothing_from_the_environment() -> Iterator[None]:
    """Bolt would read tokens there, and switch an OAuth flow with files on disk on, without being asked."""
    names = ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_VERIFICATION_TOKEN")
    hidden = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(hidden)


def _bolt(client: AsyncWebClient) -> AsyncApp:
    return AsyncApp(
        name="interact",
        logger=logging.getLogger("slack_bolt.interact"),
        client=client,
        signing_secret="verified at the front door",  # noqa: S106 - not a secret; Bolt would look into the environment
        authorize=_Nobody(),
        before_authorize=Typed(),
        process_before_response=True,  # Bolt keeps no reference to a task it starts: see F3 and §1.3 of its listeners
        request_verification_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=False,
        ignoring_self_events_enabled=False,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )


class _Nobody(AsyncAuthorize):
    """Bolt wants to know whose token it holds. Sending is not its task here, so it holds none, and asks Slack nothing."""

    def __init__(self) -> None:
        """Bolt's own has no types."""

    async def __call__(
        self,
        *,
        context: AsyncBoltContext,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None,
        **_: Any,
    ) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, user_id=user_id)
