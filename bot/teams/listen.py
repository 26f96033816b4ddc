"""botbuilder, behind the inbox: it knows Teams' activities, and says what each of them asks.

https://learn.microsoft.com/azure/bot-service/bot-builder-basics-teams?pivots=python. The front door has verified, parsed and
stored the activity before; so botbuilder gets it parsed, takes the door's word for who sent it, and has nothing to send with.
It has no types, and no other file imports it: see README.md.
"""

import logging
from collections.abc import Mapping
from typing import Any, NoReturn

from azure.core.exceptions import DeserializationError
from botbuilder import schema  # type: ignore[import-untyped]
from botbuilder.core import CloudAdapterBase, TurnContext  # type: ignore[import-untyped]
from botbuilder.core.teams import TeamsActivityHandler  # type: ignore[import-untyped]
from botbuilder.schema import Activity, AdaptiveCardInvokeValue, ChannelAccount  # type: ignore[import-untyped]
from botbuilder.schema.teams import MessagingExtensionAction, MessagingExtensionQuery, TaskModuleRequest  # type: ignore[import-untyped]
from botframework.connector.auth import BotFrameworkAuthentication, ClaimsIdentity  # type: ignore[import-untyped]
from botframework.connector.auth.authenticate_request_result import AuthenticateRequestResult  # type: ignore[import-untyped]
from botframework.connector.auth.connector_factory import ConnectorFactory  # type: ignore[import-untyped]
from msrest.serialization import Deserializer, rest_key_extractor

from bot.platform import Filled, Joined, Press, Words
from bot.teams.form import MESSAGE, read_form
from bot.teams.heard import Heard, Left
from bot.teams.mention import mentions, names, others, plain
from bot.teams.shortcuts import command_of
from bot.teams.zone import zone_of
from bot.unreadable import ODD, check_texts, part_of

_LOG = logging.getLogger(__name__)
_HEARD = "heard"
_UNREADABLE = (DeserializationError, *ODD)
_SHORTCUTS = ("composeExtension/fetchTask", "composeExtension/submitAction")
_UNHEARD = {"attachments", "timestamp", "localTimestamp"}  # costly to read, and nothing here asks for them
# `Activity.deserialize` would look through all of botbuilder's classes each time.
_DESERIALIZE: Any = Deserializer({name: each for name, each in vars(schema).items() if isinstance(each, type)})
_DESERIALIZE.key_extractors = [rest_key_extractor]  # Teams spells names as they are documented


class Listener:
    """Turns an activity into what it asks."""

    def __init__(self) -> None:
        self._adapter = CloudAdapterBase(_Verified())
        self._handler = _Handler()

    async def hear(self, activity: Mapping[str, Any]) -> Heard | None:
        """What the activity asks, or None where it asks nothing of us, or nothing that can be read: the log says so then."""
        try:
            heard = await self._read(activity)
            return _checked(heard) if heard else None
        except _UNREADABLE as error:  # nothing but reading has happened yet; its text may quote what people wrote
            _LOG.warning("an activity is left alone, for it can't be read: %s, %s", _kind(activity), _part(error, activity))
            return None

    async def _read(self, activity: Mapping[str, Any]) -> Heard | None:
        heard: Heard | None = None

        async def turn(context: TurnContext) -> None:
            nonlocal heard
            await self._handler.on_turn(context)
            heard = context.turn_state.get(_HEARD)

        await self._adapter.process_activity("", _read(activity), turn)
        return heard


def _read(activity: Mapping[str, Any]) -> Activity:
    return _DESERIALIZE("Activity", {name: value for name, value in activity.items() if name not in _UNHEARD})


def _checked(heard: Heard) -> Heard:
    """Raises KeyError where that is no text which should be one: botbuilder lets it pass."""
    names = ("tenant", "user", "name", "zone", "channel", "thread", "message")
    texts = {name: getattr(heard, name) for name in names} | dict(heard.route)
    if isinstance(heard.what, Press):
        texts["offer"] = heard.what.offer
    check_texts(texts)
    return heard


def _kind(activity: Mapping[str, Any]) -> str:
    """The door lets in none but those that it knows."""
    return str(activity["name"] if activity.get("type") == "invoke" else activity.get("type"))


def _part(error: Exception, activity: Mapping[str, Any]) -> str:
    """Which part of an activity is missing or odd, without anything that stands in it."""
    odd = [] if isinstance(error, KeyError) else [name for name, value in activity.items() if not _is_readable(name, value)]
    return " and ".join(f"its “{name}”" for name in odd) or part_of(error)


def _is_readable(name: str, value: object) -> bool:
    try:
        _read({name: value})
    except _UNREADABLE:
        return False
    return True


class _Handler(TeamsActivityHandler):  # type: ignore[misc]
    """One method for each thing that people do. Invokes are answered by the door: what botbuilder would answer is not sent."""

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        activity = turn_context.activity
        if activity.text or not activity.value:
            via = "message" if _type(activity) == "personal" else "mention"
            _hear(turn_context, _words(activity), via, message=activity.id or "")
        else:
            _press(turn_context, activity.value)

    async def on_invoke_activity(self, turn_context: TurnContext) -> object:
        """botbuilder logs a warning for each part of a value that it doesn't know, such as a `trigger` or a `linkToMessage`."""
        activity = turn_context.activity
        if activity.name == "adaptiveCard/action":
            activity.value = {"action": activity.value["action"]}
        elif activity.name in _SHORTCUTS:
            activity.value = _of_shortcut(activity.value)
        return await super().on_invoke_activity(turn_context)

    async def on_adaptive_card_invoke(self, turn_context: TurnContext, invoke_value: AdaptiveCardInvokeValue) -> None:
        """The action is a plain dict, whatever its type says."""
        _press(turn_context, invoke_value.action["data"], replaces=turn_context.activity.reply_to_id or "")

    async def on_teams_task_module_fetch(self, turn_context: TurnContext, task_module_request: TaskModuleRequest) -> None:
        _press(turn_context, task_module_request.data)

    async def on_teams_task_module_submit(self, turn_context: TurnContext, task_module_request: TaskModuleRequest) -> None:
        form = read_form(task_module_request.data)
        _hear(turn_context, Filled(form.command, form.arguments, form.dry_run), "form")

    async def on_teams_messaging_extension_query(self, turn_context: TurnContext, query: MessagingExtensionQuery) -> None:
        """Before anything is typed, Teams may ask with a parameter of its own, named `initialRun`."""
        given = {each.name: each.value for each in query.parameters or [] if each.name != "initialRun" and each.value}
        _hear(turn_context, Filled(query.command_id.replace(".", " "), given), "search")

    async def on_teams_messaging_extension_fetch_task(
        self, turn_context: TurnContext, action: MessagingExtensionAction
    ) -> None:
        message = action.message_payload.id
        _from_menu(turn_context, action, Filled(command_of(action.command_id or ""), {MESSAGE: message}), message)

    async def on_teams_messaging_extension_submit_action(
        self, turn_context: TurnContext, action: MessagingExtensionAction
    ) -> None:
        if not action.data:
            return
        form = read_form(action.data)
        filled = Filled(form.command, form.arguments, form.dry_run)
        _from_menu(turn_context, action, filled, form.arguments.get(MESSAGE, ""))

    async def on_installation_update_add(self, turn_context: TurnContext) -> None:
        _hear(turn_context, Joined(), "installed")

    async def on_installation_update_remove(self, turn_context: TurnContext) -> None:
        _hear(turn_context, Left(), "removed")


class _Verified(BotFrameworkAuthentication):  # type: ignore[misc]
    """The door has checked the token together with the activity, and better: see auth.py. Here, its word is taken."""

    async def authenticate_request(self, activity: Activity, auth_header: str) -> AuthenticateRequestResult:
        result = AuthenticateRequestResult()
        result.claims_identity = ClaimsIdentity({}, True)
        result.connector_factory = _Mute()
        return result

    async def authenticate_streaming_request(self, auth_header: str, channel_id_header: str) -> NoReturn:
        raise NotImplementedError

    def create_connector_factory(self, claims_identity: ClaimsIdentity) -> ConnectorFactory:
        return _Mute()

    async def create_user_token_client(self, claims_identity: ClaimsIdentity) -> None:
        """People connect their accounts by our own links."""


class _Mute(ConnectorFactory):  # type: ignore[misc]
    """Sending is not botbuilder's task here, but connector.py's: there it is retried, limited, and bound to known hosts."""

    async def create(self, service_url: str, audience: str) -> "_Mute":
        return self

    def __getattr__(self, name: str) -> NoReturn:
        raise RuntimeError("the listener only listens")


def _press(context: TurnContext, data: Mapping[str, Any], replaces: str = "") -> None:
    if data.get("offer"):
        _hear(context, Press(data["offer"]), "button", replaces)


def _of_shortcut(value: Any) -> dict[str, Any]:
    """All that is asked for of it: a message's whole content comes along, and nobody needs that here."""
    payload = value.get("messagePayload") or {}
    told = {name: payload[name] for name in ("id", "replyToId") if isinstance(payload.get(name), str)}
    return {name: value[name] for name in ("commandId", "data") if name in value} | {"messagePayload": told}


def _from_menu(context: TurnContext, action: MessagingExtensionAction, filled: Filled, message: str) -> None:
    """In a channel every message is in a thread, if only in its own."""
    channel = _type(context.activity) == "channel"
    _hear(context, filled, "shortcut", message=message, thread=(action.message_payload.reply_to_id or "") if channel else "")


def _hear(
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
    thread = thread or named or (message if via == "shortcut" and _type(activity) == "channel" else "")
    context.turn_state[_HEARD] = Heard(
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
            "type": _type(activity),
            "bot": (activity.recipient or ChannelAccount()).id or "",
            "user": sender.id or "",
            "team": _team(activity),
            "replaces": replaces,
        },
        message=message,
    )


def _team(activity: Activity) -> str:
    """Its group in Entra, or where Teams does not tell it, the team's own id: `Sender` asks for the group then."""
    team = _channel_data(activity, "team")
    return team.get("aadGroupId") or team.get("id") or ""


def _words(activity: Activity) -> Words:
    bot = activity.recipient or ChannelAccount()
    entities = _entities(activity)
    called = names(mentions(entities, bot.id or "")) | {bot.name or ""}
    return Words(plain(activity.text or "", called - {""}, others(entities)))


def _entities(activity: Activity) -> list[dict[str, Any]]:
    """All that botbuilder knows of an entity is its type."""
    return [{"type": each.type, **each.additional_properties} for each in activity.entities or [] if each]


def _type(activity: Activity) -> str:
    conversation = activity.conversation
    return conversation.conversation_type or ("groupChat" if conversation.is_group else "personal")


def _tenant(activity: Activity) -> str:
    """botbuilder looks for a `tenantID`, Teams sends a `tenantId`."""
    told = activity.conversation.additional_properties.get("tenantId")
    return _channel_data(activity, "tenant").get("id") or told or ""


def _channel_data(activity: Activity, name: str) -> Mapping[str, Any]:
    return (activity.channel_data or {}).get(name) or {}
