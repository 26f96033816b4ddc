"""What people do with the bot's cards: press their buttons, and fill in its dialogs."""

from collections.abc import Mapping
from typing import Any

from bot.teams.sandbox import answers
from bot.teams.sandbox.activities import Activities
from bot.teams.sandbox.answers import Shown
from bot.teams.sandbox.delivery import Courier, Delivery
from bot.teams.sandbox.forms import filled
from bot.teams.sandbox.places import Places
from bot.teams.sandbox.screens import Screens
from bot.teams.sandbox.walk import actions
from bot.teams.sandbox.workspace import ADA, Json, Posted, Workspace

_SENT = ("Action.Execute", "Action.Submit")


class Presses:
    """Each is delivered to the bot; what comes back is how the bot took it.

    Raises ValueError for what the person could not do, as things stand.
    """

    def __init__(
        self, workspace: Workspace, places: Places, activities: Activities, courier: Courier, screens: Screens
    ) -> None:
        self._workspace = workspace
        self._places = places
        self._activities = activities
        self._courier = courier
        self._screens = screens

    async def press(
        self, label: str, user: str = ADA, conversation: str = "", values: Mapping[str, str] | None = None
    ) -> Delivery:
        """Presses the newest button with this label, anywhere or in one conversation; `values` are the card's fields."""
        for posted in reversed(self._workspace.posts(conversation)):
            card = self._places.card(posted, user)
            for action in actions(card) if card else ():
                if label == action.get("title") and action["type"] in _SENT:
                    return await self._press(posted, action, user, values or {})
        raise ValueError(f"{user} sees no button {label!r}")

    async def press_number(
        self, message: str, number: int, user: str = ADA, values: Mapping[str, str] | None = None
    ) -> Delivery:
        """Presses a message's button by its number among the actions of its card, from 0."""
        posted = self._places.message(message)
        card = self._places.card(posted, user)
        there = list(actions(card)) if card else []
        if not 0 <= number < len(there) or there[number]["type"] not in _SENT:
            raise ValueError(f"{user} sees no button {number} at {message}")
        return await self._press(posted, there[number], user, values or {})

    async def submit(self, values: Mapping[str, str], user: str = ADA, label: str = "") -> Delivery:
        """Fills in the open dialog and presses its button, the first unless it is named."""
        dialog = self._screens.dialogs.get(user)
        buttons = [each for each in actions(dialog.card) if each["type"] in _SENT] if dialog else []
        action = next((each for each in buttons if label in ("", each.get("title"))), None)
        if not dialog or not action:
            raise ValueError(f"{user} has no dialog open with a button {label!r}")
        data = _with_fields(action.get("data"), filled(dialog.card, values))
        where, menu = dialog.where, dialog.menu
        sent = self._activities.menu(where, "submitAction", *menu, data) if menu else self._activities.form(where, data)
        return await self._screens.invoke(sent, answers.dialog, lambda shown: self._screens.open(where, shown, menu))

    async def act(self, command: str, message: str, user: str = ADA) -> Delivery:
        """Chooses a command, by its id in the manifest, from a message's menu: also where the bot is not."""
        posted = self._places.message(message)
        where = self._places.placed(user, posted.conversation, posted.thread)
        activity = self._activities.menu(where, "fetchTask", command, posted)
        return await self._screens.invoke(activity, _opened, lambda shown: self._screens.open(where, shown, (command, posted)))

    async def _press(self, posted: Posted, action: Json, user: str, values: Mapping[str, str]) -> Delivery:
        where = self._places.entered(user, posted.conversation, posted.thread)
        data = _with_fields(action.get("data"), filled(self._places.card(posted, user) or {}, values))
        if action["type"] == "Action.Execute":
            activity = self._activities.execute(where, action, data, posted.id)
            return await self._screens.invoke(
                activity, answers.pressed, lambda shown: self._screens.change(posted, user, shown)
            )
        if _opens_dialog(action):
            activity = self._activities.fetch(where, data, posted.id)
            return await self._screens.invoke(activity, _opened, lambda shown: self._screens.open(where, shown))
        return await self._courier.deliver(self._activities.submit(where, data, posted.id))


def _with_fields(data: Any, fields: Mapping[str, str]) -> Any:
    """What a press sends: the button's own data, and the card's fields."""
    return data if isinstance(data, str) else {**(data or {}), **fields}


def _opens_dialog(action: Json) -> bool:
    data = action.get("data")
    return isinstance(data, dict) and (data.get("msteams") or {}).get("type") == "task/fetch"


def _opened(answer: Any) -> Shown:
    shown = answers.dialog(answer)
    if not (shown.card or shown.text):
        raise ValueError("the answer opens no dialog and says nothing")
    return shown
