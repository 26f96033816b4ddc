"""Bolt, behind the inbox: it knows Slack's deliveries, and says what each of them asks.

https://docs.slack.dev/tools/bolt-python/. The front door has verified, parsed and stored the delivery before; so Bolt gets
the parsed body (as in Socket Mode), and its own middleware for those things is switched off.
"""

import logging
import os
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from aiohttp import ClientSession
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.platform import Filled, Gone, Press, Words
from bot.slack.form import CALLBACK, PREVIEW, read_form
from bot.slack.interaction import links, opened, pressed, team_of, where
from bot.slack.mrkdwn import plain
from bot.unreadable import ODD, check_texts, part_of

HOME = "home"
"""By way of the bot's Home tab: what is answered stands there."""

_OWN = "/interact"
_ON_HOME = "integrations"  # the command whose answer it shows
_TYPED = {"app_mention": "mention", "message": "message"}  # events, and by which way somebody wrote
_NOTHING_MORE: Mapping[str, str] = MappingProxyType({})
_LOG = logging.getLogger(__name__)
_NAME = re.compile(r"[a-z_.]{1,40}")  # of what Slack tells of
_PERSON = re.compile(r"[UW][A-Za-z0-9_-]*")  # nobody with another id could be answered
_TIMESTAMP = re.compile(r"[0-9]{1,11}\.[0-9]{1,6}")
_MENTION = re.compile(r"^\s*<@[A-Z0-9]+(\|[^>]*)?>[\s,:]*")


@dataclass(frozen=True)
class Heard:
    """What a delivery asks, in Slack's ids. No `channel`: it is the person's chat with the bot alone.

    `route` has, where there is such a thing, `response_url` and `trigger_id`, and of a press `pressed`, the timestamp of the
    message that has the button, with `ephemeral` where only one person sees that; or `view` and `form`, the modal that has it.
    `message` is the timestamp of the message that asks, or from whose menu it was asked. `said` is when somebody wrote it, in
    seconds since the epoch, where it is an event, which Slack may deliver a day late; else 0:
    https://docs.slack.dev/apis/events-api/#delayed-events.
    """

    what: Words | Press | Filled | Gone
    via: str
    team: str
    user: str
    channel: str
    thread: str = ""
    route: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    said: float = 0.0


class Listener:
    """Turns a delivery's body into what it asks."""

    def __init__(self, base_url: str, session: ClientSession | None = None) -> None:
        with _nothing_from_the_environment():
            self.bolt = _bolt(AsyncWebClient(base_url=base_url, session=session))

    async def hear(self, body: Mapping[str, Any]) -> Heard | None:
        """What the delivery asks, or None where it asks nothing of us, or nothing that can be read: the log says so then."""
        try:
            heard = await self._read(body)
            return _checked(heard) if heard else None
        except ODD as error:  # nothing but reading has happened yet
            _LOG.warning("a delivery is left alone, for it can't be read: %s, %s", _kind(body), part_of(error))
            return None

    async def _read(self, body: Mapping[str, Any]) -> Heard | None:
        request = AsyncBoltRequest(body=dict(body), mode="socket_mode")
        await self.bolt.async_dispatch(request)
        heard: Heard | None = request.context.get("heard")
        return heard


def _bolt(client: AsyncWebClient) -> AsyncApp:
    bolt = AsyncApp(
        name="interact",
        logger=logging.getLogger("slack_bolt.interact"),
        client=client,
        signing_secret="verified at the front door",  # noqa: S106 - not a secret; Bolt would look into the environment
        authorize=_Nobody(),
        before_authorize=_Said(),
        process_before_response=True,  # Bolt keeps no reference to a task it starts: see F3 and §1.3 of its listeners
        request_verification_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=False,
        ignoring_self_events_enabled=False,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    bolt.action(re.compile("^press:"))(_press)
    bolt.action(re.compile("^open:"))(_opened)
    bolt.action(PREVIEW)(_preview)
    bolt.message_shortcut(re.compile(".*"))(_shortcut)
    bolt.view(CALLBACK)(_submission)
    bolt.event("app_home_opened")(_home)
    bolt.event("app_uninstalled")(_uninstalled)
    bolt.event("tokens_revoked")(_revoked)
    bolt.event("user_change")(_changed)
    bolt.event(re.compile(".*"))(_nothing)
    bolt.error(_raise)
    return bolt


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


class _Said(AsyncMiddleware):
    """What people type. Most of what comes is that, and to find a listener takes Bolt longer than all else about it."""

    async def async_process(
        self, *, req: AsyncBoltRequest, resp: BoltResponse, next: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse | None:
        body = req.body
        if "command" in body:
            req.context["heard"] = _command(body)
        elif via := _TYPED.get((body.get("event") or _NOTHING_MORE).get("type", "")):
            req.context["heard"] = _typed(body["event"], body, via)
        else:
            return await next()
        return resp


def _command(body: dict[str, Any]) -> Heard:
    subject = "" if body["command"] == _OWN else body["command"].removeprefix("/")
    words = Words(f"{subject} {plain(body.get('text') or '')}".strip())
    return Heard(words, "slash", body["team_id"], body["user_id"], body["channel_id"], route=links(body))


def _typed(event: dict[str, Any], body: dict[str, Any], via: str) -> Heard | None:
    if _from_a_bot(event):
        return None
    said = Words(plain(_MENTION.sub("", event.get("text") or "", count=1)))
    thread = event.get("thread_ts") or ""
    where = (body["team_id"], event["user"], event["channel"], thread)
    return Heard(said, via, *where, message=event["ts"], said=_seconds(event["ts"]))


@contextmanager
def _nothing_from_the_environment() -> Iterator[None]:
    """Bolt would read tokens there, and switch an OAuth flow with files on disk on, without being asked."""
    names = ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_VERIFICATION_TOKEN")
    hidden = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(hidden)


async def _press(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], context: AsyncBoltContext) -> None:
    await ack()
    if not action.get("value"):
        return
    channel, thread = where(body)
    press = Press(action["value"])
    context["heard"] = Heard(press, "button", team_of(body), body["user"]["id"], channel, thread, links(body) | pressed(body))


async def _shortcut(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """From a message's menu: https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload."""
    await ack()
    message = body["message"]
    filled, thread = Filled(body["callback_id"], {"message": message["ts"]}), message.get("thread_ts") or message["ts"]
    where = (team_of(body), body["user"]["id"], body["channel"]["id"], thread)
    context["heard"] = Heard(filled, "shortcut", *where, links(body), message["ts"])


async def _opened(ack: AsyncAck) -> None:
    """The browser has opened the button's page already."""
    await ack()


async def _submission(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    await ack()
    context["heard"] = _filled(body)


async def _preview(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """What is entered so far comes with the press: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload."""
    await ack()
    context["heard"] = _filled(body, dry_run=True, route=opened(body))


async def _home(event: dict[str, Any], body: dict[str, Any], context: AsyncBoltContext) -> None:
    """https://docs.slack.dev/reference/events/app_home_opened"""
    context["heard"] = Heard(Words(_ON_HOME), HOME, body["team_id"], event["user"], event["channel"])


async def _uninstalled(body: dict[str, Any], context: AsyncBoltContext) -> None:
    """https://docs.slack.dev/reference/events/app_uninstalled"""
    context["heard"] = _gone(body)


async def _revoked(event: dict[str, Any], body: dict[str, Any], context: AsyncBoltContext) -> None:
    """https://docs.slack.dev/reference/events/tokens_revoked: the bot's own token counts, for it has no others."""
    if (event.get("tokens") or {}).get("bot"):
        context["heard"] = _gone(body)


async def _changed(event: dict[str, Any], body: dict[str, Any], context: AsyncBoltContext) -> None:
    """https://docs.slack.dev/reference/events/user_change"""
    if event["user"].get("deleted") is True:
        context["heard"] = _gone(body, event["user"]["id"])


async def _nothing() -> None:
    """Other events are none of our business; unhandled ones would make Bolt warn."""


async def _raise(error: Exception) -> None:
    raise error


def _filled(body: dict[str, Any], dry_run: bool = False, route: Mapping[str, str] = _NOTHING_MORE) -> Heard:
    form = read_form(body["view"])
    filled = Filled(form.command, form.arguments, dry_run)
    return Heard(filled, "form", team_of(body), body["user"]["id"], form.channel, form.thread, route)


def _gone(body: dict[str, Any], user: str = "") -> Heard:
    route = {"at": str(body.get("event_time") or "")}
    return Heard(Gone(body["team_id"], user), "event", body["team_id"], user, "", route=route)


def _seconds(timestamp: str) -> float:
    return float(timestamp) if _TIMESTAMP.fullmatch(timestamp) else 0.0


def _checked(heard: Heard) -> Heard:
    """Raises KeyError where that is no text which should be one, or nobody's id."""
    texts = {name: getattr(heard, name) for name in ("team", "user", "channel", "thread", "message")} | dict(heard.route)
    if isinstance(heard.what, Press):
        texts["value"] = heard.what.offer
    check_texts(texts)
    if heard.user and not _PERSON.fullmatch(heard.user):
        raise KeyError("user")
    return heard


def _kind(body: Mapping[str, Any]) -> str:
    """What Slack calls such a delivery."""
    event = body.get("event")
    kind = "command" if "command" in body else event.get("type") if isinstance(event, dict) else body.get("type")
    return kind if isinstance(kind, str) and _NAME.fullmatch(kind) else "of no known kind"


def _from_a_bot(event: dict[str, Any]) -> bool:
    """Bots are not answered, ourselves least of all: two of them would talk for ever."""
    return bool(event.get("bot_id") or event.get("app_id") or not event.get("user"))
