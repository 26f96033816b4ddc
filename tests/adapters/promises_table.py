"""What each adapter shows its promises with: one thing that it reads, one that it writes, and news as its service sends them.

Whoever adds an adapter adds a line to `PROMISES`. A write is one that can be told to have happened when it is attempted again.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.base import Incoming, Secret
from adapters.chat import LARGEST, ChatModel, Document, Piece, Prompt, Turn
from adapters.errors import Refused
from adapters.google_calendar.client import GoogleCalendar
from adapters.hubspot import sandbox_news as hubspot_news
from adapters.hubspot.client import HubSpot
from adapters.notion.client import Notion
from adapters.notion.sandbox_news import News as NotionNews
from tests.adapters.hosted import MODELS
from tests.adapters.perplexity.stage import SONAR

NOW = datetime(2026, 11, 23, 8, 5, tzinfo=UTC)
Work = Callable[[Any], Awaitable[object]]


@dataclass(frozen=True)
class News:
    """`genuine` gives a request of that moment and its secret; `signed`: its signature covers the body.

    `oldest` and `ahead` are how many seconds it may be off, where its time is told.
    """

    genuine: Callable[[datetime], tuple[Incoming, Secret]]
    signed: bool = True
    oldest: float | None = None
    ahead: float | None = None


@dataclass(frozen=True)
class Promise:
    """`read` needs a connection and changes nothing; `also` is more to read, which may need none.

    `heavy` sends as much as can be sent.
    """

    read: Work
    write: Work | None = None
    also: Work | None = None
    heavy: Work | None = None
    news: News | None = None


async def agenda(calendar: GoogleCalendar) -> object:
    return await calendar.agenda(NOW.date())


async def lunch(calendar: GoogleCalendar) -> object:
    return await calendar.create("Lunch", NOW + timedelta(days=90), 30)


async def titles(notion: Notion) -> object:
    return await notion.find("notes")


async def launch_plan(notion: Notion) -> object:
    notes = await notion.pages("Meeting notes")
    if len(notes) != 1:
        raise Refused("There is no such page, or more than one.")
    return await notion.create(notes[0], "Launch plan", "Who does **what**.")


async def contacts(hubspot: HubSpot) -> object:
    return await hubspot.named("contact", "katherine")  # one request: of several, threads go on with the others


async def ticket(hubspot: HubSpot) -> object:
    return await hubspot.create_ticket("Empty export", await hubspot.stage("ticket"), "It is.", "HIGH")


def question(model: str, *documents: Document) -> Work:
    async def ask(chat: ChatModel) -> list[Piece]:
        return [piece async for piece in chat.stream(model, Prompt((Turn("user", "Why is the sky blue?", documents),)))]

    return ask


def chat(model: str) -> Promise:
    picture = Document("sky.png", "image/png", b"\x89PNG\r\n\x1a\n".ljust(LARGEST, b"a"))
    return Promise(question(model), also=models, heavy=question(model, picture))


async def models(chat: ChatModel) -> object:
    return await chat.models()


def calendar_news(_: datetime) -> tuple[Incoming, Secret]:
    told = {"X-Goog-Channel-ID": "channel-1", "X-Goog-Channel-Token": "CANARY-channel", "X-Goog-Resource-ID": "resource-1"}
    headers = {**told, "X-Goog-Resource-State": "exists", "X-Goog-Message-Number": "7"}
    return Incoming("POST", "https://bot.test/webhooks/google_calendar", headers, b"", NOW.timestamp()), Secret(
        "CANARY-channel"
    )


def notion_news(at: datetime) -> tuple[Incoming, Secret]:
    news = NotionNews(lambda: at)
    headers, body = news.told("page.content_updated", "1f3c2a4e-0b5d-4c6f-8a7e-9d0c1b2a3f4e", "e-1")
    return Incoming("POST", "https://bot.test/webhooks/notion", headers, body, NOW.timestamp()), Secret(news.token)


def deal_news(at: datetime) -> tuple[Incoming, Secret]:
    told, url = [hubspot_news.change("deal.creation", 512)], "https://bot.test/webhooks/hubspot"
    made = hubspot_news.announced(url, "CANARY-secret", told, at.timestamp())
    return Incoming(made.method, made.url, made.headers, made.body, NOW.timestamp()), Secret("CANARY-secret")


PROMISES = {
    "google_calendar": Promise(agenda, lunch, news=News(calendar_news, signed=False)),
    "notion": Promise(titles, launch_plan, news=News(notion_news, oldest=24 * 3600.0, ahead=300.0)),
    "hubspot": Promise(contacts, ticket, news=News(deal_news, oldest=300.0, ahead=300.0)),
    **{name: chat(model) for name, model in MODELS.items()},
    "perplexity": chat(SONAR),
}
