"""The page of what has arrived and what has become of it, for those who run the bot. What people wrote is not on it."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.clock import Clock
from bot.web.admission import administrator
from bot.web.browser import Browser
from bot.web.moments import moment_of
from bot.web.noting import Note
from bot.web.pages import Pages
from storage.inbox import Inbox

_ON_A_PAGE = 50
_STUCK = 5 * 60.0  # seconds after which something should have been dealt with
_STATES = ("dead", "ready", "running", "done")


class DeliveriesPage:
    """GET /deliveries, POST /deliveries/replay. `replay` makes a dead one ready again; False where there is none such."""

    def __init__(
        self,
        pages: Pages,
        browser: Browser,
        clock: Clock,
        inbox: Inbox,
        replay: Callable[[str], Awaitable[bool]],
        note: Note,
    ) -> None:
        self._pages = pages
        self._browser = browser
        self._clock = clock
        self._inbox = inbox
        self._replay = replay
        self._note = note

    async def show(self, request: web.Request) -> web.Response:
        said = {"yes": "It runs again.", "no": "It is not dead any more."}.get(request.query.get("replayed", ""), "")
        return await self._page(request, request.query.get("state", ""), said)

    async def replay(self, request: web.Request) -> web.Response:
        actor = administrator(await self._browser.visitor(request))
        key = str((await request.post()).get("key", ""))
        replayed = await self._replay(key)
        await self._note(actor, "deliveries replay", {"key": key}, outcome="done" if replayed else "refused")
        raise web.HTTPSeeOther(f"/deliveries?state=dead&replayed={'yes' if replayed else 'no'}")

    async def _page(self, request: web.Request, state: str, said: str) -> web.Response:
        visitor = await self._browser.visitor(request)
        actor, now = administrator(visitor), self._clock.now()
        state = state if state in _STATES else ""
        records = await self._inbox.list(state, _ON_A_PAGE)
        late = now.timestamp() - _STUCK
        return self._pages.show(
            "deliveries.html",
            title="Deliveries",
            **visitor.shown,
            counts=await self._inbox.counts(),
            state=state,
            states=_STATES,
            said=said,
            rows=[(record, moment_of(record.received, actor.zone, now)) for record in records],
            stuck={record.key for record in records if record.state in ("ready", "running") and record.received < late},
            most=_ON_A_PAGE,
        )
