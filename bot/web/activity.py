"""The page of what was asked, and what came of it: one's own, and for those who run the bot everybody's."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.arguments import Arguments
from bot.audience import called, shown_to
from bot.clock import Clock
from bot.exporting import TYPES, exported
from bot.rules import tenant_of
from bot.web.admission import administrator, person
from bot.web.browser import Browser, Visitor
from bot.web.moments import Moment, moment_of
from bot.web.pages import Pages
from bot.web.wanted import Wanted, wanted
from commands.call import Actor
from commands.catalog import Catalog
from storage.audit import Audit, Entry

_PATH = "/activity"
_ON_A_PAGE = 30
_LONGEST = 18  # digits of a number in an address


@dataclass(frozen=True)
class Row:
    """An entry as the page shows it. `person` and `place` are addresses of what else was asked by whom, and there."""

    entry: Entry
    arguments: str
    who: str
    confirmed_by: str
    asked: Moment
    person: str
    place: str


class _Whose(NamedTuple):
    """Of the tenant, always: nobody sees what is not of theirs. Of it, who has this key or this name; empty for everybody."""

    tenant: str
    key: str = ""
    name: str = ""


class ActivityPage:
    """GET /activity and /activity/export.{csv|json}. `catalog` holds every command; `outcomes` are what can be chosen from."""

    def __init__(
        self, pages: Pages, browser: Browser, clock: Clock, audit: Audit, catalog: Catalog, outcomes: Sequence[str]
    ) -> None:
        self._pages = pages
        self._browser = browser
        self._clock = clock
        self._audit = audit
        self._catalog = catalog
        self._commands = [command.name for subject in catalog.subjects for command in subject.commands]
        self._outcomes = outcomes

    async def show(self, request: web.Request) -> web.Response:
        chosen, before = wanted(request.query), _number(request.query.get("before", ""))
        visitor = await self._browser.visitor(request)
        actor = _reader(visitor, chosen)
        found = await self._found(actor, chosen, before)
        entries = found[:_ON_A_PAGE]
        older = chosen.address(_PATH, before=entries[-1].number) if len(found) > _ON_A_PAGE else ""
        return self._pages.show(
            "activity.html",
            title="Activity",
            **visitor.shown,
            rows=self._rows(entries, actor, visitor.admin, chosen),
            commands=_offered(self._commands, chosen.command),
            outcomes=_offered(self._outcomes, chosen.outcome),
            chosen=chosen,
            zone=actor.zone,
            first=not before,
            newest=chosen.address(_PATH),
            older=older,
            exports=[(format.upper(), chosen.address(f"{_PATH}/export.{format}")) for format in TYPES],
        )

    async def export(self, request: web.Request) -> web.Response:
        """All that the page would show, oldest first, in pieces: it may be much."""
        chosen, format = wanted(request.query), request.match_info["format"]
        visitor = await self._browser.visitor(request)
        entries = self._every(visitor, _reader(visitor, chosen), chosen)
        name = f"activity-{self._clock.now():%Y-%m-%d}.{format}"
        headers = {"Content-Type": TYPES[format], "Content-Disposition": f'attachment; filename="{name}"'}
        return web.Response(body=exported(entries, format), headers=headers)

    async def _found(self, actor: Actor, chosen: Wanted, before: int) -> list[Entry]:
        since, until = chosen.span(actor.zone)
        whose = _whose(actor, chosen)
        sifted = (chosen.conversation, chosen.command, chosen.outcome, since, until)
        return await self._audit.of(whose.key, whose.tenant, *sifted, before, _ON_A_PAGE + 1, whose.name)

    async def _every(self, visitor: Visitor, actor: Actor, chosen: Wanted) -> AsyncIterator[Entry]:
        whose = _whose(actor, chosen)
        shown = shown_to(actor, visitor.admin, self._is_command)
        async for entry in self._audit.every(*chosen.span(actor.zone), whose.tenant, whose.key, whose.name):
            if chosen.includes(entry):
                yield shown(entry)

    def _rows(self, entries: Sequence[Entry], actor: Actor, admin: bool, chosen: Wanted) -> list[Row]:
        name, shown, now = called(entries, actor), shown_to(actor, admin, self._is_command), self._clock.now()
        arguments = Arguments(self._catalog, now.astimezone(ZoneInfo(actor.zone)))

        def row(entry: Entry) -> Row:
            return Row(
                entry,
                arguments.in_words(entry.command, entry.arguments),
                name(entry.actor),
                name(entry.confirmed_by) if entry.confirmed_by else "",
                moment_of(entry.at, actor.zone, now),
                chosen.address(_PATH, person=entry.actor.rpartition(":")[2]),
                chosen.address(_PATH, conversation=entry.conversation),
            )

        return [row(shown(entry)) for entry in entries]

    def _is_command(self, name: str) -> bool:
        return name in self._commands


def _reader(visitor: Visitor, chosen: Wanted) -> Actor:
    """Who may see it. Raises what keeps others out."""
    return administrator(visitor) if chosen.whole else person(visitor)


def _whose(actor: Actor, chosen: Wanted) -> _Whose:
    tenant = tenant_of(actor)
    if not chosen.whole:
        return _Whose(tenant, actor.key)
    if not chosen.person:
        return _Whose(tenant)
    return _Whose(tenant, f"{tenant}:{chosen.person.removeprefix(f'{tenant}:')}", chosen.person)


def _offered(known: Sequence[str], chosen: str) -> list[str]:
    return list(known) if chosen in ("", *known) else [*known, chosen]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST else 0
