"""The page of who runs the bot, for those who do."""

import re
from collections.abc import Collection

from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from bot.clock import Clock
from bot.setting_types import Actors
from bot.web.admission import administrator
from bot.web.browser import Browser, Visitor
from bot.web.moments import moment_of
from bot.web.noting import Note
from bot.web.pages import Pages
from commands.call import Actor
from storage.admins import Admins

_KEYS = TypeAdapter[tuple[str, ...]](Actors)
_ID = re.compile(r"[A-Za-z0-9:.-]+")
_LONGEST = 200  # characters of an id or a name


class PeoplePage:
    """GET /people, POST /people/add and /people/remove. `named` are the keys of those whom the settings name: they stay."""

    def __init__(
        self, pages: Pages, browser: Browser, clock: Clock, admins: Admins, named: Collection[str], note: Note
    ) -> None:
        self._pages = pages
        self._browser = browser
        self._clock = clock
        self._admins = admins
        self._named = sorted(named)
        self._note = note

    async def show(self, request: web.Request) -> web.Response:
        return await self._page(await self._browser.visitor(request))

    async def add(self, request: web.Request) -> web.Response:
        visitor = await self._browser.visitor(request)
        actor, form = administrator(visitor), await request.post()
        typed, name = str(form.get("id", "")).strip(), str(form.get("name", "")).strip()
        key = _key(typed, actor)
        if not key or len(name) > _LONGEST:
            return await self._page(
                visitor, typed, name, "That is no id. Copy it from the person’s profile, as it is told below."
            )
        if key not in self._named:
            await self._admins.add(key, name, actor.key)
            await self._note(actor, "people add", {"id": key, "name": name})
        raise web.HTTPSeeOther("/people")

    async def remove(self, request: web.Request) -> web.Response:
        actor = administrator(await self._browser.visitor(request))
        key = str((await request.post()).get("id", ""))
        await self._admins.remove(key)
        await self._note(actor, "people remove", {"id": key})
        raise web.HTTPSeeOther("/people")

    async def _page(self, visitor: Visitor, typed: str = "", name: str = "", wrong: str = "") -> web.Response:
        actor, now = administrator(visitor), self._clock.now()
        added = [each for each in await self._admins.list() if each.actor not in self._named]
        return self._pages.show(
            "people.html",
            422 if wrong else 200,
            title="People",
            **visitor.shown,
            named=self._named,
            added=[(each, moment_of(each.added, actor.zone, now)) for each in added],
            typed=typed[:_LONGEST],
            name=name[:_LONGEST],
            wrong=wrong,
        )


def _key(typed: str, asker: Actor) -> str:
    """An id alone is somebody of the asker's own workspace or organization. Empty where it is no id."""
    key = typed if ":" in typed else f"{asker.platform}:{asker.tenant}:{typed}"
    if not _ID.fullmatch(typed) or len(key) > _LONGEST:
        return ""
    try:
        [known] = _KEYS.validate_python((key,))
    except ValidationError:
        return ""
    return known
