"""Everybody's activity, for those who run the bot, and files of what is shown: nobody gets more than is theirs."""

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from commands.call import Actor
from storage.audit import Entry
from tests.bot.conftest import MONDAY
from tests.bot.web.reading import PAYLOADS, Read
from tests.bot.web.site import ADA, GRACE, Site

ELSEWHERE = Actor("slack", "T10", "UADA", "CANARY-elsewhere", "UTC")
DAY = 86400.0


def entry(number: int, actor: Actor = GRACE, **changes: Any) -> Entry:
    who, what = (actor.key, actor.name, "slash", "C1"), ("ping", '{"words": "CANARY-argument"}', "", "", "done")
    told = Entry(f"d{number}", "call", MONDAY.timestamp(), *who, *what, f"CANARY-said pong {number}.")
    return replace(told, **changes)


async def page(site: Site, path: str, actor: Actor = ADA) -> str:
    status, html = await site.get(path, await site.sign_in(actor))
    assert status == 200
    assert Read(html).alien == []
    return unescape(html)


async def exported(site: Site, query: str, actor: Actor = ADA) -> Sequence[dict[str, Any]]:
    """The same in both formats."""
    session = await site.sign_in(actor)
    (_, told), (_, lines) = [await site.get(f"activity/export.{format}?{query}", session) for format in ("json", "csv")]
    found: list[dict[str, Any]] = json.loads(told)
    assert [int(row["number"]) for row in csv.DictReader(io.StringIO(lines))] == [each["number"] for each in found]
    return found


async def numbers(site: Site, query: str, actor: Actor = ADA) -> list[int]:
    """Those that are exported, which are those that the page shows."""
    shown = [int(number) for number in re.findall(r"<code>n(\d+)</code>", await page(site, f"activity?{query}", actor))]
    found = [int(each["command"][1:]) for each in await exported(site, query, actor)]
    assert found == shown[::-1]
    return found


async def numbered(site: Site, *entries: Entry) -> None:
    await site.remember(*(replace(each, command=f"n{number}") for number, each in enumerate(entries, 1)))


async def test_those_who_run_the_bot_may_see_everybodys_of_their_tenant(site: Site) -> None:
    await numbered(site, entry(1), entry(2, ADA), entry(3, ELSEWHERE), entry(4, kind="repeat", actor=ADA))
    assert await numbers(site, "") == [2, 4]
    assert await numbers(site, "whose=all") == [1, 2, 4]
    html = await page(site, "activity?whose=all")
    assert ("CANARY-elsewhere" in html, ">Grace Hopper</a>" in html, ">you</a>" in html) == (False, True, True)


async def test_nobody_else_may_and_what_they_ask_for_changes_nothing_about_it(site: Site) -> None:
    await numbered(site, entry(1), entry(2, ADA), entry(3, ELSEWHERE))
    session = await site.sign_in(GRACE)
    for path in ("activity", "activity/export.csv", "activity/export.json"):
        assert (await site.get(f"{path}?whose=all", session))[0] == 403
        assert (await site.get(path))[0] == 303
    for query in ("person=UADA", "whose=ALL&person=slack:T1:UADA", "actor=slack:T1:UADA", "tenant=slack:T1"):
        assert await numbers(site, query, GRACE) == [1]
    for query in ("whose=all&person=slack:T10:UADA", "whose=all&person=", "whose=all&person=T10:UADA"):
        assert 3 not in await numbers(site, query)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("person=UGRACE", [1, 2, 3]),
        ("person=slack:T1:UGRACE", [1, 2, 3]),
        ("person=grace+HOPPER", [1, 2, 3]),
        ("outcome=refused", [2]),
        ("conversation=C2", [3]),
        ("command=n4", [4]),
        ("since=2026-11-23", [2, 3, 4]),
        ("until=2026-11-22", [1]),
        ("since=2026-11-22&until=2026-11-22", [1]),
        ("since=2026-11-24", []),
        ("person=UGRACE&outcome=done&conversation=C1&since=2026-11-22&until=2026-11-23", [1]),
        ("since=yesterday&until=99", [1, 2, 3, 4]),
        ("since=0001-01-01&until=9999-12-31", [1, 2, 3, 4]),
        ("person=%25", []),
    ],
)
async def test_it_is_sifted_alike_on_the_page_and_in_the_files(site: Site, query: str, found: list[int]) -> None:
    at = MONDAY.timestamp()
    await numbered(
        site, entry(1, at=at - 9 * 3600), entry(2, outcome="refused"), entry(3, conversation="C2"), entry(4, ADA, at=at + 60)
    )
    assert await numbers(site, f"whose=all&{query}") == found
    html = await page(site, f"activity?whose=all&{query}")
    assert [re.search(f'export.{each}[^"]*whose=all', html) is not None for each in ("csv", "json")] == [bool(found)] * 2


async def test_a_row_leads_to_all_of_that_person_and_of_that_place(site: Site) -> None:
    await numbered(site, entry(1), entry(2, ADA), entry(3, ADA, conversation="C&2"))
    html = await page(site, "activity?whose=all&since=2026-11-22")
    links = {words: path for path, words in re.findall(r'<a href="/(activity[^"]*)">([^<]*)</a>', html)}
    assert (await numbers(site, links["Grace Hopper"].partition("?")[2]), "since=" in links["Grace Hopper"]) == ([1], True)
    assert await numbers(site, links["you"].partition("?")[2]) == [2, 3]
    assert await numbers(site, links["C&2"].partition("?")[2]) == [3]
    own = await page(site, "activity", GRACE)
    assert ('href="/activity?conversation=C1">C1</a>' in own, "person=" in own) == (True, False)


async def test_what_came_again_is_shown_to_those_who_run_the_bot_there(site: Site) -> None:
    where = "slack:{}:C1:UGRACE"
    for number, tenant in ((1, "T1"), (2, "T10")):
        repeat = replace(entry(number), kind="repeat", actor="", name="", conversation=where.format(tenant))
        await site.remember(replace(repeat, command=f"n{number}"))
    assert await numbers(site, "whose=all") == [1]
    assert await numbers(site, "", GRACE) == []


async def test_what_was_answered_to_others_is_nobodys_to_see(site: Site) -> None:
    await site.remember(entry(1))
    for told in (await page(site, "activity?whose=all"), str(await exported(site, "whose=all"))):
        assert ("CANARY-said" in told, "CANARY-argument" in told) == (False, True)
    for told in (await page(site, "activity", GRACE), str(await exported(site, "", GRACE))):
        assert "CANARY-said" in told


async def test_it_tells_who_confirmed_it_and_as_whom_it_was_done(site: Site) -> None:
    await site.remember(entry(1, account="Google Calendar: grace@acme.test", confirmed_by=ADA.key, kind="decision"))
    html = await page(site, "activity", GRACE)
    for text in ("as Google Calendar: grace@acme.test", "confirmed by UADA", "· decision"):
        assert text in html
    await site.remember(entry(2, ADA))
    assert "confirmed by you" in await page(site, "activity?whose=all")


@pytest.mark.parametrize(("format", "type"), [("csv", "text/csv"), ("json", "application/json")])
async def test_a_file_is_to_be_kept_and_not_to_be_shown(site: Site, format: str, type: str) -> None:
    await site.remember(*(entry(number) for number in range(1500)))
    session = await site.sign_in(GRACE)
    async with site.client.get(f"{site.address}activity/export.{format}", cookies={"session": session}) as answer:
        told = await answer.text()
    assert answer.content_type == type
    assert answer.headers["Content-Disposition"] == f'attachment; filename="activity-2026-11-23.{format}"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "script-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Transfer-Encoding"] == "chunked"
    assert told.count("CANARY-said pong") == 1500


@pytest.mark.parametrize(
    "query", ["since=%00", "until=" + "9" * 999, "since=2026-02-30", "person=%ED%A0%BD", "conversation=%00"]
)
async def test_no_address_breaks_it(site: Site, query: str) -> None:
    await site.remember(entry(1))
    await page(site, f"activity?whose=all&{query}")
    await exported(site, f"whose=all&{query}")


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda text: ascii(text)[:30])
async def test_nothing_of_others_comes_alive(site: Site, payload: str) -> None:
    texts: dict[str, Any] = dict.fromkeys(
        ("command", "arguments", "via", "outcome", "name", "account", "kind", "conversation"), payload
    )
    await site.remember(entry(1, **texts, confirmed_by=f"slack:T1:{payload}"))
    await page(site, "activity?whose=all")
    for row in await exported(site, "whose=all"):
        assert row["command"] == payload
