"""The page of what somebody asked, and what came of it."""

import json
from collections.abc import Sequence
from urllib.parse import urlencode

from aiohttp import web

from bot.clock import Clock
from bot.text import clean
from bot.web.admission import person
from bot.web.browser import Browser
from bot.web.moments import moment_of
from bot.web.pages import Pages
from storage.audit import Audit

_ON_A_PAGE = 30
_LONGEST = 18  # digits of a number in an address


class ActivityPage:
    """GET /activity: the visitor's own, whoever they are. `commands` and `outcomes` are what can be chosen from."""

    def __init__(
        self, pages: Pages, browser: Browser, clock: Clock, activity: Audit, commands: Sequence[str], outcomes: Sequence[str]
    ) -> None:
        self._pages = pages
        self._browser = browser
        self._clock = clock
        self._activity = activity
        self._commands = commands
        self._outcomes = outcomes

    async def show(self, request: web.Request) -> web.Response:
        visitor = await self._browser.visitor(request)
        actor = person(visitor)
        chosen = {name: clean(request.query.get(name, "")) for name in ("command", "outcome")}  # PostgreSQL takes no NUL
        before = _number(request.query.get("before", ""))
        found = await self._activity.of(actor.key, before=before, limit=_ON_A_PAGE + 1, **chosen)
        entries, now = found[:_ON_A_PAGE], self._clock.now()
        older = {**chosen, "before": entries[-1].number} if len(found) > _ON_A_PAGE else {}
        return self._pages.show(
            "activity.html",
            title="Activity",
            **visitor.shown,
            entries=[(entry, _readable(entry.arguments), moment_of(entry.at, actor.zone, now)) for entry in entries],
            commands=_offered(self._commands, chosen["command"]),
            outcomes=_offered(self._outcomes, chosen["outcome"]),
            chosen=chosen,
            zone=actor.zone,
            first=not before,
            newest=f"/activity?{urlencode(chosen)}",
            older=f"/activity?{urlencode(older)}" if older else "",
        )


def _offered(known: Sequence[str], chosen: str) -> list[str]:
    return list(known) if chosen in ("", *known) else [*known, chosen]


def _readable(arguments: str) -> str:
    """They are JSON, but what was long was cut off."""
    try:
        told = json.loads(arguments)
    except ValueError:
        return arguments
    return ", ".join(f"{name}: {value}" for name, value in told.items()) if isinstance(told, dict) else arguments


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST else 0
