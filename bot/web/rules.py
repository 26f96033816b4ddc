"""The page of rules: everybody sees those that concern them, those who run the bot see all and change them."""

from contextlib import suppress

from aiohttp import web

from adapters.errors import Refused, Unavailable
from bot.rule_words import DEFAULTS
from bot.rules import Judge
from bot.rules_desk import RulesDesk
from bot.ruling import OWN
from bot.web.admission import administrator, person
from bot.web.browser import Browser, Visitor
from bot.web.noting import Note
from bot.web.pages import Pages
from commands.call import Actor, Place
from commands.catalog import Catalog
from commands.topics import topics
from commands.usage import UsageError

_EFFECTS = ("forbid", "allow", "ask")
_FIELDS = ("effect", "what", "who", "where", "by")
_BLANK = dict.fromkeys(_FIELDS, "")
_LONGEST = 200  # characters of a field


class RulesPage:
    """GET /rules, POST /rules/add and /rules/remove. `catalog` holds every command that a rule may name."""

    def __init__(self, pages: Pages, browser: Browser, judge: Judge, catalog: Catalog, note: Note) -> None:
        self._pages = pages
        self._browser = browser
        self._judge = judge
        self._catalog = catalog
        self._note = note

    async def show(self, request: web.Request) -> web.Response:
        return await self._page(await self._browser.visitor(request))

    async def add(self, request: web.Request) -> web.Response:
        visitor = await self._browser.visitor(request)
        actor, form = administrator(visitor), await request.post()
        typed = {name: str(form.get(name, "")).strip()[:_LONGEST] for name in _FIELDS}
        if typed["effect"] not in _EFFECTS:
            raise web.HTTPBadRequest
        given = {**typed, "who": typed["who"] or "everyone", "where": typed["where"] or "everywhere"}
        try:
            rule = await self._desk(actor).draft(**given)
        except (UsageError, Refused, Unavailable) as error:
            return await self._page(visitor, typed, error)
        if not rule.holds:
            await self._desk(actor).add(rule)
            await self._note(actor, f"rules {rule.effect}", given, rule.words, rule.id)
        raise web.HTTPSeeOther("/rules")

    async def remove(self, request: web.Request) -> web.Response:
        actor = administrator(await self._browser.visitor(request))
        id = str((await request.post()).get("id", ""))
        with suppress(Refused):  # there is none: what was asked for is so
            rule = await self._desk(actor).find(id)
            if rule.holds:
                await self._desk(actor).remove(rule)
                await self._note(actor, "rules remove", {"id": rule.id}, rule.words, rule.id)
        raise web.HTTPSeeOther("/rules")

    async def _page(
        self, visitor: Visitor, typed: dict[str, str] = _BLANK, wrong: UsageError | Refused | Unavailable | None = None
    ) -> web.Response:
        rules = await self._desk(person(visitor)).held()
        return self._pages.show(
            "rules.html",
            422 if wrong else 200,
            title="Rules",
            **visitor.shown,
            rules=rules,
            defaults=DEFAULTS,
            own=sorted(OWN),
            topics=[each for each in topics(self._catalog) if each.partition(" ")[0] not in OWN],
            typed=typed,
            wrong=str(wrong or ""),
            wrong_in=wrong.option if isinstance(wrong, UsageError) else "by" if wrong else "",  # who confirms can't be asked
        )

    def _desk(self, actor: Actor) -> RulesDesk:
        return RulesDesk(self._judge, self._catalog, actor, Place(actor.platform, actor.tenant, ""))
