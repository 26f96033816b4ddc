"""What is heard in a turn of botbuilder's: what is asked, by whom, where."""

from collections.abc import Mapping
from typing import Any

from botbuilder.core import TurnContext  # type: ignore[import-untyped]
from botbuilder.schema import Activity, ChannelAccount  # type: ignore[import-untyped]

from bot.platform import Filled, Joined, Press, Words
from bot.teams.heard import Heard, Left
from bot.teams.mention import mentions, names, others, plain
from bot.teams.zone import zone_of

HEARD = "heard"
"""Where it stands in the turn's state."""


def hear(
    context: TurnContext,
    what: Words | Press | Filled | Joined | Left,
    via: str,
    replaces: str = "",
    message: str = "",
    thread: str = "",
) -> None:
    activity = context.activity
    sender = activity.from_property or ChannelAccount()
    channel, _, named = activity.conversation.id.partition(";messageid=")
    thread = thread or named or (message if via == "shortcut" and type_of(activity) == "channel" else "")
    context.turn_state[HEARD] = Heard(
        what=what,
        via=via,
        tenant=_tenant(activity),
        user=sender.aad_object_id or sender.id or "",
        name=sender.name or "",
        zone=zone_of({"localTimezone": activity.local_timezone, "entities": _entities(activity)}),
        channel=channel,
        thread=thread,
        route={
            "service_url": activity.service_url or "",
            "conversation": f"{channel};messageid={thread}" if thread else channel,
            "type": type_of(activity),
            "bot": (activity.recipient or ChannelAccount()).id or "",
            "user": sender.id or "",
            "team": _team(activity),
            "replaces": replaces,
        },
        message=message,
    )


def words(activity: Activity) -> Words:
    """What was typed, without the mention of the bot."""
    bot = activity.recipient or ChannelAccount()
    entities = _entities(activity)
    called = names(mentions(entities, bot.id or "")) | {bot.name or ""}
    return Words(plain(activity.text or "", called - {""}, others(entities)))


def type_of(activity: Activity) -> str:
    """Of its conversation: "personal", "groupChat" or "channel"."""
    conversation = activity.conversation
    return conversation.conversation_type or ("groupChat" if conversation.is_group else "personal")


def _entities(activity: Activity) -> list[dict[str, Any]]:
    """All that botbuilder knows of an entity is its type."""
    return [{"type": each.type, **each.additional_properties} for each in activity.entities or [] if each]


def _team(activity: Activity) -> str:
    """Its group in Entra, or where Teams does not tell it, the team's own id: `Sender` asks for the group then."""
    team = _channel_data(activity, "team")
    return team.get("aadGroupId") or team.get("id") or ""


def _tenant(activity: Activity) -> str:
    """botbuilder looks for a `tenantID`, Teams sends a `tenantId`."""
    told = activity.conversation.additional_properties.get("tenantId")
    return _channel_data(activity, "tenant").get("id") or told or ""


def _channel_data(activity: Activity, name: str) -> Mapping[str, Any]:
    return (activity.channel_data or {}).get(name) or {}
