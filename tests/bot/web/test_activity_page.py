"""The page of what somebody asked: theirs alone, sifted, a page at a time, in their own time."""

import re
from dataclasses import replace
from html import unescape
from urllib.parse import urlencode

import pytest

from commands.call import Actor
from storage.audit import Entry
from tests.bot.conftest import MONDAY
from tests.bot.web.reading import PAYLOADS, Read
from tests.bot.web.site import ADA, GRACE, Site


def entry(number: int, actor: Actor = GRACE, **changes: str) -> Entry:
    at = MONDAY.timestamp() - 60 * (100 - number)
    who = (actor.key, actor.name)
    asked = Entry(f"{actor.user}{number}", "call", at, *who, "mention", "C1", "ping", "{}", "", "", "done", f"pong {number}.")
    return replace(asked, **changes)  # type: ignore[arg-type]


async def page(site: Site, path: str = "activity", actor: Actor = GRACE) -> str:
    status, html = await site.get(path, await site.sign_in(actor))
    assert status == 200
    assert Read(html).alien == []
    return unescape(html)


def answers(html: str) -> list[int]:
    return [int(number) for number in re.findall(r"pong (\d+)\.", html)]


async def test_it_tells_what_was_asked_and_what_came_of_it(site: Site) -> None:
    await site.remember(entry(1, command="calendar create", arguments='{"title": "Lunch", "minutes": 45}', outcome="refused"))
    html = await page(site)
    for text in ("calendar create", "title: Lunch, minutes: 45", "pong 1.", "Refused", "today, 00:51", "America/New_York"):
        assert text in html


@pytest.mark.parametrize("arguments", ["", "{}", "[1]", '{"title": "a long o', "3", "null"])
async def test_arguments_are_shown_whatever_was_kept_of_them(site: Site, arguments: str) -> None:
    await site.remember(entry(1, arguments=arguments))
    assert answers(await page(site)) == [1]


async def test_nobody_elses_is_shown(site: Site) -> None:
    await site.remember(entry(1), entry(2, ADA))
    assert answers(await page(site)) == [1]
    assert answers(await page(site, "activity", ADA)) == [2]
    for query in ("actor=slack:T1:UADA", "command=&outcome=&before=999", "user=UADA"):
        assert answers(await page(site, f"activity?{query}")) == [1]


async def test_it_is_sifted(site: Site) -> None:
    await site.remember(entry(1), entry(2, command="status"), entry(3, command="status", outcome="refused"))
    assert answers(await page(site)) == [3, 2, 1]
    status = await page(site, "activity?command=status")
    assert (answers(status), "<option selected>status</option>" in status) == ([3, 2], True)
    assert answers(await page(site, "activity?command=status&outcome=refused")) == [3]
    nothing = await page(site, "activity?command=unheard+of")
    assert ("Nothing here matches." in nothing, "<option selected>unheard of</option>" in nothing) == (True, True)


async def test_it_comes_a_page_at_a_time_and_keeps_what_is_chosen(site: Site) -> None:
    await site.remember(*(entry(number, command="status") for number in range(70)))
    seen, path = [], "activity?command=status&outcome=done"
    for _ in range(3):
        html = await page(site, path)
        seen += answers(html)
        older = re.search(r'href="/([^"]*)" rel="next"', html)
        path = older[1] if older else ""
    assert (seen, path) == (list(range(69, -1, -1)), "")
    assert 'href="/activity?command=status&outcome=done">Newest</a>' in html


@pytest.mark.parametrize(
    "query",
    ["before=-1", "before=x", "before=" + "9" * 40, "before=%C2%B2", "command=%00", "command=%FF%ED%A0%BD", "outcome=%0a"],
)
async def test_no_address_breaks_it(site: Site, query: str) -> None:
    await site.remember(entry(1))
    assert "<h1>Activity</h1>" in await page(site, f"activity?{query}")


async def test_who_has_asked_nothing_is_told_how_to(site: Site) -> None:
    assert "You have not asked for anything yet." in await page(site)


async def test_nobody_sees_it_who_has_not_signed_in(site: Site) -> None:
    assert await site.get("activity") == (303, "/signin")


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda text: ascii(text)[:30])
async def test_nothing_that_was_asked_comes_alive(site: Site, payload: str) -> None:
    await site.remember(entry(1, command=payload, arguments=payload, via=payload, outcome=payload, said=payload))
    chosen = urlencode({"command": payload, "outcome": payload}, errors="surrogatepass")
    for path in ("activity", f"activity?{chosen}"):
        await page(site, path)
    assert (await page(site)).count("alert") >= payload.count("alert") * 4
