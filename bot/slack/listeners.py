"""What people do in Slack beside typing: a listener of Bolt's for each thing. What it asks is `heard` in Bolt's context."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.platform import Filled, Gone, Press, Words
from bot.slack.form import CALLBACK, PREVIEW, read_form
from bot.slack.heard import Heard
from bot.slack.interaction import links, opened, pressed, team_of, where

_ON_HOME = "integrations"  # the command whose answer the Home tab shows
_NOTHING_MORE: Mapping[str, str] = MappingProxyType({})


def register(bolt: AsyncApp) -> None:
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


async def _press(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], context: AsyncBoltContext) -> None:
    await ack()
    if not action.get("value"):
        return
    channel, thread = where(body)
    press = Press(action["value"])
    context["heard"] = Heard(press, "button", team_of(body), body["user"]["id"], channel, thread, links(body) | pressed(body))


async def _opened(ack: AsyncAck) -> None:
    """The browser has opened the button's page already."""
    await ack()


async def _preview(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """What is entered so far comes with the press: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload."""
    await ack()
    context["heard"] = _filled(body, dry_run=True, route=opened(body))


async def _shortcut(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    """From a message's menu: https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload."""
    await ack()
    message = body["message"]
    filled, thread = Filled(body["callback_id"], {"message": message["ts"]}), message.get("thread_ts") or message["ts"]
    where = (team_of(body), body["user"]["id"], body["channel"]["id"], thread)
    context["heard"] = Heard(filled, "shortcut", *where, links(body), message["ts"])


async def _submission(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
    await ack()
    context["heard"] = _filled(body)


async def _home(event: dict[str, Any], body: dict[str, Any], context: AsyncBoltContext) -> None:
    """https://docs.slack.dev/reference/events/app_home_opened"""
    context["heard"] = Heard(Words(_ON_HOME), "home", body["team_id"], event["user"], event["channel"])


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
