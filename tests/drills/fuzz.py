"""Deliveries, signed well, in which one thing is not what it should be: any value in any place, or none, or two."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from random import Random
from typing import Any
from urllib.parse import urlencode

from bot.slack.form import CALLBACK
from bot.slack.sandbox import SlackSandbox, payloads
from bot.slack.sandbox.workspace import ADA, BOT, Posted
from bot.teams.sandbox import TeamsSandbox

FORM = "application/x-www-form-urlencoded"
_RAW = (
    *(
        "null",
        "true",
        "false",
        "0",
        "-0",
        "-1",
        "1e400",
        "-1e400",
        "NaN",
        "Infinity",
        "9223372036854775808",
        "1.5",
        '""',
        '" "',
    ),
    *("[]", "{}", "[[]]", '{"a":1,"a":2}', '"\\u0000"', '"\\ud800"', '"\\udfff\\u0000x"', '"<@U0>"', "1e-400", "[null]"),
    *(f'"{"x" * 300}"', f'"{"😀" * 3000}"', "9" * 5000, "[" * 70 + "]" * 70, "[" * 100_000 + "]" * 100_000, "{", "\x01"),
)
_HERE = "@here@"
_TEAMS = ("message", "submit", "execute", "fetch", "form", "query", "installed", "added", "reaction", "edit")

Json = dict[str, Any]


def slack_fuzz(slack: SlackSandbox, room: str, random: Random) -> tuple[bytes, str]:
    """A body and its type. What asks for an answer asks in this room."""
    posted = slack.workspace.post(room, ADA, f"<@{BOT}> ping fuzz")
    name, build = random.choice(list(_SLACK.items()))
    changed = _changed(build(slack, posted), random)
    if name in ("mention", "home"):
        return changed, "application/json"
    if name == "command":
        return _form(build(slack, posted), random), FORM
    return urlencode({"payload": changed}).encode(), FORM


def teams_fuzz(teams: TeamsSandbox, room: str, random: Random) -> bytes:
    return _changed(teams.activity(random.choice(_TEAMS), conversation=room), random)


def _mention(slack: SlackSandbox, posted: Posted) -> Json:
    return payloads.event(slack.workspace, payloads.said(slack.workspace, posted, "app_mention"))


def _home(slack: SlackSandbox, posted: Posted) -> Json:
    return payloads.event(slack.workspace, {"type": "app_home_opened", "user": ADA, "channel": "D0ADA", "tab": "messages"})


def _command(slack: SlackSandbox, posted: Posted) -> Json:
    channel = slack.workspace.channels[posted.channel]
    links = {"response_url": f"{slack.address}response/none", "trigger_id": "1.1.1"}
    return dict(payloads.command(slack.workspace, "/ping", "fuzz", ADA, channel, links))


def _press(slack: SlackSandbox, posted: Posted) -> Json:
    text = {"type": "plain_text", "text": "Do it"}
    button = {"type": "button", "action_id": "press:0", "block_id": "b", "text": text, "value": "offer-1"}
    return payloads.press(slack.workspace, posted, button, ADA, {"response_url": f"{slack.address}response/none"})


def _shortcut(slack: SlackSandbox, posted: Posted) -> Json:
    return payloads.shortcut(slack.workspace, posted, "calendar.create", ADA, {"trigger_id": "1.1.1"})


def _submission(slack: SlackSandbox, posted: Posted) -> Json:
    told = json.dumps({"command": "ping", "channel": posted.channel, "thread": ""})
    view = {"type": "modal", "id": "V1", "callback_id": CALLBACK, "private_metadata": told, "blocks": []}
    return payloads.submission(slack.workspace, view, {"text": {"value": {"value": "fuzz"}}}, ADA, "1.1.1")


_SLACK: Mapping[str, Callable[[SlackSandbox, Posted], Json]] = {
    "mention": _mention,
    "home": _home,
    "command": _command,
    "press": _press,
    "shortcut": _shortcut,
    "submission": _submission,
}


def _changed(payload: Json, random: Random) -> bytes:
    """One place holds something else, is missing, or is there twice."""
    changed = deepcopy(payload)
    holder, name = random.choice(list(_places(changed)))
    way = random.choice(("replace", "replace", "remove", "double"))
    if way == "double" and isinstance(holder, dict):
        holder[f"{_HERE}{name}"] = holder[name]
        return json.dumps(changed).replace(f'"{_HERE}', '"').encode()
    if way == "remove":
        del holder[name]
        return json.dumps(changed).encode()
    holder[name] = _HERE
    return json.dumps(changed).replace(f'"{_HERE}"', random.choice(_RAW)).encode()


def _form(fields: Mapping[str, str], random: Random) -> bytes:
    name = random.choice(list(fields))
    return urlencode({**fields, name: random.choice(_RAW)}).encode()


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each holder with the name, or the number, of something that it holds."""
    names: Sequence[Any] = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for name in names:
        yield value, name
        yield from _places(value[name])
