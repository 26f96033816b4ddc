"""What a company's page may look like: fifteen services, in every state there is."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, update

import adapters.google_calendar
from commands.integrations import Integration
from storage import tables
from storage.audit import Entry
from storage.rules import Rule, Rules
from tests.bot.conftest import MONDAY
from tests.bot.web.site import ADA, GRACE, Site

_CALENDAR = Path(adapters.google_calendar.__file__).parent / "icon.svg"
# Name, title, what it does, category, colour of the icon.
_SERVICES = (
    (
        "google_calendar",
        "Google Calendar",
        "See your day, find time with others, and make, move and answer meetings.",
        "Productivity",
        "",
    ),
    ("google_maps", "Google Maps", "Find places, and how long the way takes.", "Productivity", "#1a73e8"),
    ("microsoft_teams", "Microsoft Teams", "Send a message to somebody, or to a channel.", "Productivity", "#5b5fc7"),
    ("slack", "Slack", "Send a message to somebody, or to a channel.", "Productivity", "#611f69"),
    ("notion", "Notion", "Find pages, read them, and write new ones.", "Productivity", "#2f2f2f"),
    ("hubspot", "HubSpot", "Look up contacts and deals, and keep them up to date.", "Business", "#d9480f"),
    ("zapier", "Zapier", "Start a workflow, and hear what came of it.", "Business", "#c2410c"),
    ("vercel", "Vercel", "See what is deployed, and deploy.", "Infrastructure", "#111"),
    ("cloudflare", "Cloudflare", "Look after zones, and purge what is cached.", "Infrastructure", "#b45309"),
    ("cloudinary", "Cloudinary", "Store pictures and films, and change their size.", "Infrastructure", "#3448c5"),
    ("openai", "OpenAI", "Ask, summarize and draft with GPT.", "AI", "#0f766e"),
    ("anthropic", "Anthropic Claude", "Ask, summarize and draft with Claude.", "AI", "#9a5b3c"),
    ("gemini", "Google Gemini", "Ask about text and pictures.", "AI", "#4c6ef5"),
    ("perplexity", "Perplexity", "Search the web, and get an answer with its sources.", "AI", "#0e7490"),
    ("elevenlabs", "ElevenLabs", "Have a text read aloud.", "AI", "#334155"),
)
_COMMANDS = {
    "google_calendar": (
        "calendar today",
        "calendar agenda",
        "calendar free",
        "calendar create",
        "calendar move",
        "calendar answer",
    ),
    "notion": ("notion find", "notion read", "notion create"),
    "hubspot": ("hubspot contact", "hubspot deal", "hubspot note"),
    "openai": ("ask",),
}
_SCOPES = ("https://www.googleapis.com/auth/calendar.events", "https://www.googleapis.com/auth/calendar.calendarlist.readonly")
_STANDS = {
    "google_calendar": {
        "state": "connected",
        "account": "ada@example.com",
        "scopes": _SCOPES,
        "synced": MONDAY - timedelta(minutes=12),
    },
    "notion": {
        "state": "needs reconnect",
        "account": "Analytical Engines",
        "error": "Notion did not take the connection any more. It may have been removed there.",
        "synced": MONDAY - timedelta(days=1),
    },
    "hubspot": {
        "state": "limited",
        "account": "ada@example.com",
        "scopes": ("crm.objects.contacts.read",),
        "missing": ("crm.objects.deals.write",),
        "synced": MONDAY - timedelta(hours=3),
    },
    "vercel": {
        "state": "provider problem",
        "account": "ada-lovelace",
        "error": "Vercel answered with an error. It is tried again in a while.",
        "synced": MONDAY - timedelta(days=6),
    },
    "openai": {"state": "connected", "account": "Engines, key …x4Qf", "mine": False, "synced": MONDAY - timedelta(hours=1)},
    "slack": {"state": "lent", "account": "Practice workspace"},
    "cloudinary": {
        "state": "not set up",
        "note": "CLOUDINARY_CLIENT_ID, CLOUDINARY_CLIENT_SECRET or PUBLIC_URL is not set.",
    },
    "zapier": {"state": "not set up", "note": "ZAPIER_CLIENT_ID, ZAPIER_CLIENT_SECRET or PUBLIC_URL is not set."},
}
_MISSING = ("cloudinary", "zapier")
_TEAM = {
    "openai": {
        "state": "connected",
        "account": "Engines, key …x4Qf",
        "channels": ("C0ENGINES01", "C0RESEARCH7"),
        "synced": MONDAY - timedelta(hours=1),
    },
    "hubspot": {"state": "connected", "account": "hub@example.com", "channels": ()},
}
MINE = tuple(
    replace(
        Integration(name, title, about, category, "not connected", commands=_COMMANDS.get(name, (name.partition("_")[0],))),
        **_STANDS.get(name, {}),
    )  # type: ignore[arg-type]
    for name, title, about, category, _ in _SERVICES
)
TEAM = tuple(
    replace(
        Integration(name, title, about, category, "not set up" if name in _MISSING else "not connected"), **_TEAM.get(name, {})
    )  # type: ignore[arg-type]
    for name, title, about, category, _ in _SERVICES
)


def icons() -> Mapping[str, bytes]:
    return {
        name: _CALENDAR.read_bytes() if name == "google_calendar" else _icon(title, colour)
        for name, title, _, _, colour in _SERVICES
    }


def _icon(title: str, colour: str) -> bytes:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48">'
        f'<rect width="48" height="48" rx="11" fill="{colour}"/><text x="24" y="33" text-anchor="middle" fill="#fff" '
        f'font-family="sans-serif" font-weight="700" font-size="25">{title[0]}</text></svg>'
    ).encode()


_MADE = (ADA.key, MONDAY.timestamp())
_RULES = (
    Rule("wtc6jr6n", "slack:T1", "forbid", "writes", "*", "C0123456789", "", *_MADE),
    Rule("rmilel2z", "slack:T1", "ask", "calendar create", GRACE.key, "*", "in:C0123456789", *_MADE),
    Rule("4ikyfzsd", "slack:T1", "allow", "irreversible", "admins", "*", "", *_MADE),
)


async def furnish(site: Site) -> None:
    """Ada's services, activity, deliveries and rules."""
    site.told.mine[ADA.key] = MINE
    site.told.team = TEAM
    await site.remember(*_activity())
    await site.admins.add(GRACE.key, GRACE.name, ADA.key)
    for rule in _RULES:
        await Rules(site.database, MONDAY.timestamp).add(rule)
    for number, changes in enumerate(_ARRIVED):
        key = f"T1:Ev0{number}A7K2M9"
        await site.inbox.put(key, "slack:message", f"T1:C{number}", "{}")
        await site.database.run(partial(_change, key=key, changes=changes))


_ARRIVED: tuple[dict[str, object], ...] = (
    {"state": "dead", "attempts": 5, "error": "Google Calendar can’t be reached."},
    {"state": "done", "attempts": 1},
    {"received": MONDAY.timestamp() - 900},
    {"state": "running", "attempts": 1, "owner": "bot-1:x7Fq"},
    {"state": "dead", "attempts": 5, "error": "Notion can’t be reached."},
    {"state": "done", "attempts": 1},
    {},
)


def _change(connection: Connection, key: str, changes: dict[str, object]) -> None:
    if changes:
        connection.execute(update(tables.delivery).where(tables.delivery.c.key == key).values(changes))


def _activity() -> list[Entry]:
    told = [
        ("calendar today", "", "done", "4 meetings on Monday", "mention"),
        (
            "calendar create",
            '{"title": "Stand-up", "start": "2026-11-24T09:00:00+01:00"}',
            "done",
            "Created “Stand-up”, Tuesday 24 November, 09:00 to 09:30",
            "slash",
        ),
        ("notion find", '{"words": "roadmap"}', "not connected", "Connect Notion, and this runs by itself.", "mention"),
        (
            "calendar create",
            '{"title": "Lunch with Grace"}',
            "refused",
            "The calendar said no: you may not write in it.",
            "button",
        ),
        ("calendar agenda", "", "gave up", "The bot gave up after 5 tries: Google Calendar can’t be reached.", "message"),
    ]
    who, began = (ADA.key, ADA.name), MONDAY.timestamp() - 40 * 5400
    return [
        Entry(f"d{number}", "call", began + number * 5400, *who, via, "C1", command, arguments, "", "", outcome, said)
        for number, (command, arguments, outcome, said, via) in enumerate(told * 8)
    ]
