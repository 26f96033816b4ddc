"""The page of integrations: a card for each service, and what its buttons do."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from aiohttp import web

from adapters.errors import Refused, Unavailable
from bot.clock import Clock
from bot.text import clean
from bot.web.admission import administrator, person
from bot.web.browser import Browser, Visitor
from bot.web.cards import Card, card, in_order, sections
from bot.web.noting import Note
from bot.web.pages import Pages
from commands.call import Actor
from commands.integrations import Integration

_TITLE = "Integrations"
_LONGEST = 200  # characters of what somebody searches for, or of a channel's id


@dataclass(frozen=True)
class Deeds:
    """What the page shows and does, for the person it is shown to. Each may raise Refused or Unavailable: their text is shown.

    Of those that take `team`, True means their team's connection; only administrators come that far.
    """

    mine: Callable[[Actor], Awaitable[Sequence[Integration]]]
    team: Callable[[Actor], Awaitable[Sequence[Integration]]]  # the team's own connections, of the same services
    connect: Callable[[Actor, str, bool], Awaitable[str]]  # (asker, service, team): the address to go on at
    disconnect: Callable[[Actor, str, bool], Awaitable[object]]  # (asker, service, team)
    test: Callable[[Actor, str, bool], Awaitable[object]]  # (asker, service, team): the state tells what came of it
    share: Callable[[Actor, str, str, bool], Awaitable[object]]  # (asker, service, channel, whether it is open to it)


class IntegrationsPage:
    """GET /integrations, POST /integrations/{service}/{connect|disconnect|test|open|close}."""

    def __init__(self, pages: Pages, browser: Browser, clock: Clock, deeds: Deeds, note: Note) -> None:
        self._pages = pages
        self._browser = browser
        self._clock = clock
        self._deeds = deeds
        self._note = note

    async def show(self, request: web.Request) -> web.Response:
        visitor = await self._browser.visitor(request)
        cards = await self._cards(visitor)
        cards = _telling(cards, request.query.get("team", ""), unfolded=True)
        done, new = request.query.get("done", ""), request.query.get("connected", "")
        told = [replace(each, said=_now(each, each.name == new)) if each.name in (done, new) else each for each in cards]
        return self._page(visitor, told, request.query.get("category", ""), clean(request.query.get("q", ""))[:_LONGEST])

    async def act(self, request: web.Request) -> web.Response:
        """Does what the button says and goes back to its card. What is refused is said on the card."""
        visitor = await self._browser.visitor(request)
        cards = await self._cards(visitor)
        service, deed = request.match_info["service"], request.match_info["deed"]
        if service not in {each.name for each in cards}:
            raise web.HTTPNotFound
        form = await request.post()
        team = form.get("team") == "1" or deed in ("open", "close")
        actor = administrator(visitor) if team else person(visitor)
        channel = str(form.get("channel", ""))
        noted = partial(self._note, actor, f"team {deed}" if team else deed, {"service": service, **_given("channel", channel)})
        try:
            address = await self._do(deed, actor, service, team, channel)
        except (Refused, Unavailable) as error:
            await noted(str(error), outcome="refused" if isinstance(error, Refused) else "gave up")
            status = 409 if isinstance(error, Refused) else 503
            return self._page(visitor, _telling(cards, service, str(error), team), "", "", status)
        await noted("A link to connect it." if address else "")
        raise web.HTTPSeeOther(address or f"/integrations?{'team' if team else 'done'}={service}#{service}")

    async def _do(self, deed: str, actor: Actor, service: str, team: bool, channel: str) -> str:
        """Gives an address that leads elsewhere, or nothing."""
        match deed:
            case "connect":
                return await self._deeds.connect(actor, service, team)
            case "disconnect":
                await self._deeds.disconnect(actor, service, team)
            case "test":
                await self._deeds.test(actor, service, team)
            case "open" | "close":
                await self._deeds.share(actor, service, _channel(channel), deed == "open")
            case _:
                raise web.HTTPNotFound
        return ""

    async def _cards(self, visitor: Visitor) -> list[Card]:
        actor = person(visitor)
        mine = await self._deeds.mine(actor)
        team = {each.name: each for each in await self._deeds.team(actor)} if visitor.admin else {}
        return [card(each, team.get(each.name), actor.zone, self._clock.now()) for each in mine]

    def _page(self, visitor: Visitor, cards: Sequence[Card], category: str, query: str, status: int = 200) -> web.Response:
        categories = sorted({each.category for each in cards}, key=str.casefold)
        category = category if category in categories else ""
        return self._pages.show(
            "integrations.html",
            status,
            title=_TITLE,
            **visitor.shown,
            sections=sections(each for each in cards if each.matches(category, query)),
            attention=[each for each in in_order(cards) if each.stand.needs_attention],
            total=len(cards),
            categories=categories,
            category=category,
            query=query,
        )


def _telling(cards: Sequence[Card], service: str, wrong: str = "", unfolded: bool = False) -> list[Card]:
    """The same, with what is wrong told on one of them, or with what concerns the team unfolded."""
    told = partial(replace, said=wrong, failed=bool(wrong), unfolded=unfolded)
    return [told(each) if each.name == service else each for each in cards]


def _now(card: Card, new: bool) -> str:
    """What became of a button, told by how things stand: whoever links to such an address can't make the page say more."""
    works = "It is connected. You can close this window, and go on where you were." if new else "It works."
    return {"connected": works, "not connected": "It is not connected."}.get(card.stand.state, "")


def _given(name: str, value: str) -> dict[str, str]:
    return {name: value} if value else {}


def _channel(typed: str) -> str:
    """Raises Refused."""
    channel = typed.strip()
    if not channel or len(channel) > _LONGEST or not channel.isprintable():
        raise Refused("Name the channel by its id: in Slack, it is at the bottom of the channel’s details.")
    return channel
