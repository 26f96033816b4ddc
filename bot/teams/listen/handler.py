"""What people do in Teams: a method for each thing."""

from collections.abc import Mapping
from typing import Any

from botbuilder.core import TurnContext  # type: ignore[import-untyped]
from botbuilder.core.teams import TeamsActivityHandler  # type: ignore[import-untyped]
from botbuilder.schema import AdaptiveCardInvokeValue  # type: ignore[import-untyped]
from botbuilder.schema.teams import MessagingExtensionAction, MessagingExtensionQuery, TaskModuleRequest  # type: ignore[import-untyped]

from bot.platform import Filled, Joined, Press
from bot.teams.form import MESSAGE, read_form
from bot.teams.heard import Left
from bot.teams.listen.turn import hear, type_of, words
from bot.teams.shortcuts import command_of

_SHORTCUTS = ("composeExtension/fetchTask", "composeExtension/submitAction")


class Handler(TeamsActivityHandler):  # type: ignore[misc]
    """Invokes are answered by the door: what botbuilder would answer is not sent."""

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        activity = turn_context.activity
        if activity.text or not activity.value:
            via = "message" if type_of(activity) == "personal" else "mention"
            hear(turn_context, words(activity), via, message=activity.id or "")
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
        hear(turn_context, Filled(form.command, form.arguments, form.dry_run), "form")

    async def on_teams_messaging_extension_query(self, turn_context: TurnContext, query: MessagingExtensionQuery) -> None:
        """Before anything is typed, Teams may ask with a parameter of its own, named `initialRun`."""
        given = {each.name: each.value for each in query.parameters or [] if each.name != "initialRun" and each.value}
        hear(turn_context, Filled(query.command_id.replace(".", " "), given), "search")

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
        hear(turn_context, Joined(), "installed")

    async def on_installation_update_remove(self, turn_context: TurnContext) -> None:
        hear(turn_context, Left(), "removed")


def _press(context: TurnContext, data: Mapping[str, Any], replaces: str = "") -> None:
    if data.get("offer"):
        hear(context, Press(data["offer"]), "button", replaces)


def _of_shortcut(value: Any) -> dict[str, Any]:
    """All that is asked for of it: a message's whole content comes along, and nobody needs that here."""
    payload = value.get("messagePayload") or {}
    told = {name: payload[name] for name in ("id", "replyToId") if isinstance(payload.get(name), str)}
    return {name: value[name] for name in ("commandId", "data") if name in value} | {"messagePayload": told}


def _from_menu(context: TurnContext, action: MessagingExtensionAction, filled: Filled, message: str) -> None:
    """In a channel every message is in a thread, if only in its own."""
    channel = type_of(context.activity) == "channel"
    hear(context, filled, "shortcut", message=message, thread=(action.message_payload.reply_to_id or "") if channel else "")
