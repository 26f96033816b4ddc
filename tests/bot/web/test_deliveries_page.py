"""The page of deliveries: for those who run the bot, without what people wrote."""

import pytest
from sqlalchemy import update

from bot.text import clean
from storage import tables
from tests.bot.conftest import MONDAY
from tests.bot.web.reading import PAYLOADS, Read
from tests.bot.web.site import ADA, GRACE, Site


async def put(site: Site, key: str, **changes: object) -> None:
    await site.inbox.put(key, "slack:message", key, '{"text": "what people wrote"}')
    if changes:
        row = update(tables.delivery).where(tables.delivery.c.key == key).values(changes)
        await site.database.run(lambda connection: connection.execute(row))


async def page(site: Site, path: str = "deliveries") -> str:
    status, html = await site.get(path, await site.sign_in(ADA))
    assert status == 200
    assert Read(html).alien == []
    return html


async def test_it_counts_and_lists_but_tells_nothing_that_people_wrote(site: Site) -> None:
    await put(site, "one", state="dead", attempts=5, error="It could not be reached.")
    await put(site, "two")
    html = await page(site)
    for text in (
        "<strong>2</strong> All",
        "<strong>1</strong> Dead",
        "<strong>1</strong> Waiting",
        "<strong>0</strong> Running",
    ):
        assert text in html
    for text in (
        "<code>one</code>",
        "<code>two</code>",
        "5 tries",
        "It could not be reached.",
        "slack:message",
        "today, 08:30",
    ):
        assert text in html
    assert "what people wrote" not in html


async def test_it_shows_one_state(site: Site) -> None:
    await put(site, "one", state="dead")
    await put(site, "two")
    html = await page(site, "deliveries?state=dead")
    assert ("<code>one</code>" in html, "<code>two</code>" in html) == (True, False)
    assert "Nothing is running." in await page(site, "deliveries?state=running")
    assert "<code>two</code>" in await page(site, "deliveries?state=unheard-of")


async def test_what_has_waited_too_long_is_stuck(site: Site) -> None:
    await put(site, "late", received=MONDAY.timestamp() - 301)
    await put(site, "early", received=MONDAY.timestamp() - 299)
    await put(site, "done", received=MONDAY.timestamp() - 301, state="done")
    html = await page(site)
    assert (html.count("Stuck</span>"), "One has waited" in html) == (1, True)


async def test_what_is_dead_is_replayed(site: Site) -> None:
    await put(site, "one", state="dead")
    session = await site.sign_in(ADA)
    assert "Replay" in await page(site)
    assert await site.post("deliveries/replay", session, key="one") == (303, "/deliveries?state=dead&replayed=yes")
    assert (await site.inbox.counts())["dead"] == 0
    assert await site.post("deliveries/replay", session, key="one") == (303, "/deliveries?state=dead&replayed=no")
    assert "It runs again." in await page(site, "deliveries?state=dead&replayed=yes")


@pytest.mark.parametrize("key", ["", "nothing", "\0", "x" * 5000])
async def test_what_is_not_there_is_not_replayed(site: Site, key: str) -> None:
    answer = await site.post("deliveries/replay", await site.sign_in(ADA), key=key)
    assert answer == (303, "/deliveries?state=dead&replayed=no")


async def test_it_is_for_those_who_run_the_bot(site: Site) -> None:
    await put(site, "one", state="dead")
    session = await site.sign_in(GRACE)
    assert (await site.get("deliveries", session))[0] == 403
    assert (await site.post("deliveries/replay", session, key="one"))[0] == 403
    assert (await site.inbox.counts())["dead"] == 1
    assert await site.get("deliveries") == (303, "/signin")


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda text: ascii(text)[:30])
async def test_nothing_that_arrived_comes_alive(site: Site, payload: str) -> None:
    await put(site, "one", state="dead", error=payload, owner=payload)
    await site.inbox.put(payload, payload, "elsewhere", "{}")
    text = Read(await page(site)).text
    assert text.count(clean(payload)) >= 3
