"""`views.*` of the Web API, and the forms that people have open: https://docs.slack.dev/surfaces/modals/."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.slack.sandbox.arguments import Arguments
from bot.slack.sandbox.blocks import view_blocks
from bot.slack.sandbox.forms import inputs
from bot.slack.sandbox.workspace import APP, ApiError, Json, Workspace

_TRIGGER_LIFE = 3.0  # seconds
_MOST_STACKED = 3


@dataclass
class Trigger:
    """What lets the bot open one form, for somebody who just did something."""

    user: str
    at: float
    used: bool = False


class Views:
    """Each person's stack of open forms, the topmost last, and their Home tab."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._triggers: dict[str, Trigger] = {}
        self._stacks: dict[str, list[Json]] = {}
        self.homes: dict[str, Json] = {}

    def trigger(self, user: str) -> str:
        """A trigger id, for what this person does now."""
        id = self._workspace.fresh("trigger.")
        self._triggers[id] = Trigger(user, self._now())
        return id

    def opened(self, user: str) -> Json | None:
        """The form that the person sees."""
        return next(reversed(self._stacks.get(user, [])), None)

    def open(self, told: Arguments) -> Json:
        view = self._view(told.value("view", "invalid_arguments"), "modal")
        self._stacks[self._user(told)] = [view]
        return {"view": view}

    def push(self, told: Arguments) -> Json:
        view = self._view(told.value("view", "invalid_arguments"), "modal")
        stack = self._stacks.setdefault(self._user(told), [])
        if len(stack) == _MOST_STACKED:
            raise ApiError("push_limit_reached")
        stack.append(view)
        return {"view": view}

    def update(self, told: Arguments) -> Json:
        every = [(stack, place) for stack in self._stacks.values() for place in range(len(stack))]
        found = next(((stack, place) for stack, place in every if stack[place]["id"] == told.text("view_id")), None)
        if not found:
            raise ApiError("not_found")
        stack, place = found
        if told.text("hash") not in ("", stack[place]["hash"]):
            raise ApiError("hash_conflict")
        view = self._view(told.value("view", "invalid_arguments"), "modal")
        stack[place] = {**view, "id": stack[place]["id"], "entered": _kept(stack[place], view)}
        return {"view": stack[place]}

    def publish(self, told: Arguments) -> Json:
        user = told.needed("user_id")
        if user not in self._workspace.people:
            raise ApiError("user_not_found")
        self.homes[user] = self._view(told.value("view", "invalid_arguments"), "home")
        return {"view": self.homes[user]}

    def enter(self, user: str, values: Mapping[str, str]) -> None:
        """What a person has entered into the form that they see, by block id."""
        view = self._stacks[user][-1]
        view["entered"] = {**view.get("entered", {}), **values}

    def answered(self, user: str, answer: Json) -> None:
        """Does what the bot says after a form was submitted; without a word of its own the form closes.

        https://docs.slack.dev/surfaces/modals/#response_actions
        """
        stack = self._stacks[user]
        match answer.get("response_action"):
            case "errors":
                stack[-1]["errors"] = answer.get("errors", {})
            case "update":
                stack[-1] = self._view(answer.get("view"), "modal")
            case "push":
                stack.append(self._view(answer.get("view"), "modal"))
            case "clear":
                stack.clear()
            case _:
                stack.pop()

    def close(self, user: str) -> None:
        """The person closes the form without sending it."""
        self._stacks.pop(user, None)

    def _user(self, told: Arguments) -> str:
        """Whose trigger it is: each works once, for three seconds."""
        trigger = self._triggers.get(told.needed("trigger_id"))
        if not trigger:
            raise ApiError("invalid_trigger_id")
        if trigger.used:
            raise ApiError("exchanged_trigger_id")
        if self._now() - trigger.at > _TRIGGER_LIFE:
            raise ApiError("expired_trigger_id")
        trigger.used = True
        return trigger.user

    def _view(self, view: Any, type: str) -> Json:
        if not isinstance(view, dict) or view.get("type") != type:
            raise ApiError("invalid_arguments")
        if type == "modal":
            _check_titles(view)
        if len(str(view.get("private_metadata", ""))) > 3000 or len(str(view.get("callback_id", ""))) > 255:
            raise ApiError("invalid_arguments")
        workspace = self._workspace
        ids = {"id": workspace.fresh("V"), "hash": workspace.fresh("h"), "team_id": workspace.team, "app_id": APP}
        return {**view, **ids, "blocks": view_blocks(workspace, view.get("blocks"))}

    def _now(self) -> float:
        return self._workspace.now().timestamp()


def _kept(before: Json, view: Json) -> dict[str, str]:
    """What was entered into fields that are still there: https://docs.slack.dev/surfaces/modals/#updating_views."""
    fields = {(block["block_id"], element.get("action_id")) for block, element in inputs(before)}
    stay = {block["block_id"] for block, element in inputs(view) if (block["block_id"], element.get("action_id")) in fields}
    return {id: value for id, value in before.get("entered", {}).items() if id in stay}


def _check_titles(view: Json) -> None:
    texts = [(view.get(name) or {}).get("text", "") for name in ("title", "submit", "close")]
    if not texts[0] or max(map(len, texts)) > 24:
        raise ApiError("invalid_arguments")
    if not texts[1] and any(block.get("type") == "input" for block in view.get("blocks") or ()):
        raise ApiError("invalid_arguments")
