"""An activity of each kind, for who wants to change something of it."""

from copy import deepcopy
from typing import Any

from bot.teams.sandbox.activities import Activities, Where
from bot.teams.sandbox.workspace import ADA, Json, Workspace, thread_of

_DATA = {"offer": "offer-1"}
_ACTION = {"type": "Action.Execute", "title": "Do it", "verb": "press"}
_FETCH = {**_DATA, "msteams": {"type": "task/fetch"}}


def sample(
    activities: Activities, workspace: Workspace, kind: str, user: str = ADA, conversation: str = "", **changes: Any
) -> Json:
    """`kind` is "message", "submit", "execute", "fetch", "form", "query", "installed", "removed", "added", "reaction", "edit".

    `changes` are by name, with dots for what is inside ("channelData.tenant.id"); None removes.
    """
    where = Where(workspace.people[user], workspace.conversation(conversation or user), thread_of(conversation))
    activity = deepcopy(_build(activities, where, kind, workspace.stamp()))
    for path, value in changes.items():
        _change(activity, path.split("."), value)
    return activity


def _build(activities: Activities, where: Where, kind: str, id: str) -> Json:
    build = {
        "message": lambda: activities.message(where, "help", id),
        "submit": lambda: activities.submit(where, _DATA, id),
        "execute": lambda: activities.execute(where, _ACTION, _DATA, id),
        "fetch": lambda: activities.fetch(where, _FETCH, id),
        "form": lambda: activities.form(where, {"form": "calendar create", "title": "Lunch"}),
        "query": lambda: activities.query(where, "calendar.find", "words", "lunch"),
        "installed": lambda: activities.installation(where, "add"),
        "removed": lambda: activities.installation(where, "remove"),
        "added": lambda: activities.members(where, "membersAdded"),
        "reaction": lambda: activities.reaction(where, "like", id),
        "edit": lambda: activities.edit(where, "help", id),
    }
    return build[kind]()


def _change(holder: Json, path: list[str], value: Any) -> None:
    *outer, name = path
    for each in outer:
        holder = holder.setdefault(each, {})
    if value is None:
        holder.pop(name, None)
    else:
        holder[name] = value
