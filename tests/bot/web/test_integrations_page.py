"""The page of integrations: what is on the cards, whose they are, and what the buttons do."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pytest

from adapters.errors import Refused, Unavailable
from commands.call import Actor
from commands.integrations import Integration
from tests.bot.conftest import MONDAY
from tests.bot.web.reading import PAYLOADS, Read
from tests.bot.web.site import ADA, GRACE, Site

CALENDAR = Integration(
    "calendar",
    "Calendar",
    "See your day.",
    "Productivity",
    "connected",
    account="ada@example.com",
    scopes=("https://www.googleapis.com/auth/calendar.events",),
    synced=MONDAY - timedelta(minutes=5),
    commands=("calendar today",),
)
NOTION = Integration("notion", "Notion", "Find pages.", "Writing", "not connected")


async def page(site: Site, actor: Actor = GRACE, path: str = "integrations") -> str:
    status, html = await site.get(path, await site.sign_in(actor))
    assert status == 200
    assert Read(html).alien == []
    return unescape(html)


def a_card(html: str, name: str) -> str:
    found = re.search(rf'<li class="card service[^>]*id="{name}">.*?\n</li>', html, re.DOTALL)
    assert found
    return found[0]


def buttons(html: str) -> list[str]:
    return [" ".join(re.sub("<[^>]*>", "", each).split()) for each in re.findall(r"<button class.*?</button>", html)]


async def test_a_card_tells_all_there_is_to_know(site: Site) -> None:
    site.told.mine[GRACE.key] = [CALENDAR, NOTION]
    card = a_card(await page(site), "calendar")
    for text in (
        "Calendar",
        "See your day.",
        "Connected",
        "ada@example.com",
        "today, 02:25",
        "calendar events",
        "calendar today",
    ):
        assert text in card
    assert re.search(r'<img src="/static/calendar\.[0-9a-f]{12}\.svg" alt=""', card)


@pytest.mark.parametrize(
    ("state", "mine", "offered"),
    [
        ("connected", True, ["Test Calendar", "Disconnect Calendar"]),
        ("provider problem", True, ["Test Calendar", "Disconnect Calendar"]),
        ("needs reconnect", True, ["Reconnect Calendar", "Test Calendar", "Disconnect Calendar"]),
        ("limited", True, ["Reconnect Calendar", "Test Calendar", "Disconnect Calendar"]),
        ("connected", False, ["Connect your own Calendar"]),
        ("needs reconnect", False, ["Connect your own Calendar"]),
        ("lent", True, ["Connect Calendar"]),
        ("not connected", True, ["Connect Calendar"]),
        ("not set up", True, []),
    ],
)
async def test_it_offers_what_can_be_done(site: Site, state: str, mine: bool, offered: list[str]) -> None:
    site.told.mine[GRACE.key] = [replace(CALENDAR, state=state, mine=mine)]
    assert buttons(a_card(await page(site), "calendar")) == offered


@pytest.mark.parametrize(("state", "mine"), [("lent", True), ("connected", False)])
async def test_nobody_is_led_to_where_nothing_can_be_connected(site: Site, state: str, mine: bool) -> None:
    site.told.mine[GRACE.key] = [replace(CALENDAR, state=state, mine=mine, connectable=False)]
    assert buttons(a_card(await page(site), "calendar")) == []


async def test_what_is_wrong_is_said_and_leads_to_the_card(site: Site) -> None:
    broken = replace(CALENDAR, state="limited", missing=("calendar.events",), error="Google said no.")
    site.told.mine[GRACE.key] = [broken, NOTION]
    html = await page(site)
    assert '<a href="#calendar">Calendar</a>' in html
    assert "Not allowed: calendar events." in a_card(html, "calendar")
    assert "Google said no." in a_card(html, "calendar")
    elsewhere = await page(site, path="integrations?category=Writing")
    assert '<a href="/integrations#calendar">Calendar</a>' in elsewhere


async def test_what_is_not_set_up_says_what_is_missing(site: Site) -> None:
    site.told.mine[GRACE.key] = [replace(NOTION, state="not set up", note="NOTION_CLIENT_ID is not set.")]
    assert "NOTION_CLIENT_ID is not set. Ask whoever runs the bot" in await page(site)


async def test_it_is_sifted_by_category_and_words(site: Site) -> None:
    site.told.mine[GRACE.key] = [CALENDAR, NOTION]
    writing = await page(site, path="integrations?category=Writing")
    assert ('id="notion"' in writing, 'id="calendar"' in writing) == (True, False)
    assert writing.count('aria-current="true"') == 1
    found = await page(site, path="integrations?q=day")
    assert ('id="notion"' in found, 'id="calendar"' in found) == (False, True)
    assert 'value="day"' in found
    assert "category=Writing&q=day" in found
    nothing = await page(site, path="integrations?q=xyz")
    assert "Nothing is found for “xyz”." in nothing
    assert "Show all 2" in nothing
    assert 'id="notion"' in await page(site, path="integrations?category=unheard-of")


async def test_without_services_it_says_so(site: Site) -> None:
    assert "No service is switched on yet." in await page(site)


@pytest.mark.parametrize("deed", ["disconnect", "test"])
async def test_a_button_does_its_deed_for_the_one_who_presses_it(site: Site, deed: str) -> None:
    site.told.mine[GRACE.key] = [CALENDAR]
    session = await site.sign_in(GRACE)
    assert await site.post(f"integrations/calendar/{deed}", session) == (303, "/integrations?done=calendar#calendar")
    assert site.told.deeds == [(deed, GRACE.user, "calendar", False)]


async def test_connect_leads_on(site: Site) -> None:
    site.told.mine[GRACE.key] = [NOTION]
    session = await site.sign_in(GRACE)
    assert await site.post("integrations/notion/connect", session) == (303, "/connect/ticket-for-notion")
    assert site.told.deeds == [("connect", GRACE.user, "notion", False)]


async def test_what_came_of_a_test_is_read_off_the_state_whatever_the_address_says(site: Site) -> None:
    site.told.mine[GRACE.key] = [CALENDAR, NOTION]
    assert "It works." in a_card(await page(site, path="integrations?done=calendar"), "calendar")
    assert "It is not connected." in a_card(await page(site, path="integrations?done=notion"), "notion")
    site.told.mine[GRACE.key] = [replace(CALENDAR, state="provider problem", error="Google is ill.")]
    assert "It works." not in await page(site, path="integrations?done=calendar")


@pytest.mark.parametrize(("error", "status"), [(Refused("It said no."), 409), (Unavailable("It is away."), 503)])
async def test_what_is_refused_is_said_on_the_card(site: Site, error: Exception, status: int) -> None:
    site.told.mine[GRACE.key] = [CALENDAR, NOTION]
    site.told.wrong = error
    answered, html = await site.post("integrations/calendar/test", await site.sign_in(GRACE))
    assert answered == status
    assert str(error) in a_card(html, "calendar")
    assert str(error) not in a_card(html, "notion")


async def test_whoever_runs_the_bot_sees_the_teams_account(site: Site) -> None:
    site.told.mine[ADA.key] = site.told.mine[GRACE.key] = [NOTION]
    site.told.team = [replace(NOTION, state="connected", account="team@example.com", channels=("C1", "*"))]
    card = a_card(await page(site, ADA, "integrations?team=notion"), "notion")
    for text in ("Team’s account: connected", "team@example.com", "C1", "Every channel"):
        assert text in card
    assert "<details open>" in card
    assert buttons(card)[1:] == [
        "Close C1 Notion",
        "Close * Notion",
        "Open Notion to this channel",
        "Test Notion for the team",
        "Disconnect Notion for the team",
    ]
    assert "team@example.com" not in await page(site, GRACE)


@pytest.mark.parametrize("deed", ["connect", "disconnect", "test"])
async def test_whoever_runs_the_bot_can_change_the_teams_account(site: Site, deed: str) -> None:
    site.told.mine[ADA.key] = [NOTION]
    status, _ = await site.post(f"integrations/notion/{deed}", await site.sign_in(ADA), team="1")
    assert (status, site.told.deeds) == (303, [(deed, ADA.user, "notion", True)])


@pytest.mark.parametrize("deed", ["open", "close"])
async def test_whoever_runs_the_bot_opens_it_to_channels(site: Site, deed: str) -> None:
    site.told.mine[ADA.key] = [NOTION]
    answer = await site.post(f"integrations/notion/{deed}", await site.sign_in(ADA), channel=" C1 ")
    assert answer == (303, "/integrations?team=notion#notion")
    assert site.told.deeds == [(deed, ADA.user, "notion", "C1")]


@pytest.mark.parametrize("channel", ["", "  ", "x" * 201, "C1\0", "C1\nC2"])
async def test_what_is_no_channel_is_refused(site: Site, channel: str) -> None:
    site.told.mine[ADA.key] = [NOTION]
    status, html = await site.post("integrations/notion/open", await site.sign_in(ADA), channel=channel)
    assert (status, "Name the channel by its id" in html, site.told.deeds) == (409, True, [])


@pytest.mark.parametrize("deed", ["connect", "disconnect", "test", "open", "close"])
async def test_nobody_else_touches_the_teams_account(site: Site, deed: str) -> None:
    site.told.mine[GRACE.key] = [NOTION]
    status, _ = await site.post(f"integrations/notion/{deed}", await site.sign_in(GRACE), team="1", channel="C1")
    assert (status, site.told.deeds) == (403, [])


@pytest.mark.parametrize("path", ["nothing/test", "notion/explode", "notion/key", "%2e%2e/test"])
async def test_there_is_nothing_else(site: Site, path: str) -> None:
    site.told.mine[GRACE.key] = [NOTION]
    assert (await site.post(f"integrations/{path}", await site.sign_in(GRACE)))[0] == 404
    assert site.told.deeds == []


async def test_each_sees_their_own_only(site: Site) -> None:
    site.told.mine[GRACE.key] = [replace(CALENDAR, account="grace@example.com")]
    site.told.mine[ADA.key] = [replace(CALENDAR, account="ada@example.com")]
    graces, adas = await page(site, GRACE), await page(site, ADA)
    assert ("grace@" in graces, "ada@" in graces) == (True, False)
    assert ("grace@" in adas, "ada@" in adas) == (False, True)


async def test_nobody_sees_it_who_has_not_signed_in(site: Site) -> None:
    assert await site.get("integrations") == (303, "/signin")
    assert (await site.post("integrations/calendar/test"))[0] == 403


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda text: ascii(text)[:30])
async def test_nothing_that_a_service_says_comes_alive(site: Site, payload: str) -> None:
    hostile = replace(CALENDAR, title=payload, about=payload, account=payload, error=payload, note=payload)
    hostile = replace(hostile, state="limited", scopes=(payload,), missing=(payload,), commands=(payload,), channels=(payload,))
    site.told.mine[ADA.key] = [hostile]
    site.told.team = [hostile]
    actor = replace(ADA, name=payload.replace("\ud83c", ""))
    session = await site.sign_in(actor)
    _, empty = await site.get(f"integrations?{urlencode({'q': payload}, errors='surrogatepass')}", session)
    _, full = await site.get("integrations", session)
    assert Read(full).alien == Read(empty).alien == []
    assert Read(full).text.count("alert") >= payload.count("alert") * 8
