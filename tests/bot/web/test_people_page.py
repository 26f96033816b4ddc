"""The page of who runs the bot: they name each other, and those of the settings stay."""

import re
from html import unescape

import pytest

from storage.admins import Admin
from tests.bot.web.reading import PAYLOADS, Read
from tests.bot.web.site import ADA, GRACE, Site

_TENANT = "11111111-1111-4111-8111-111111111111"


async def page(site: Site) -> str:
    status, html = await site.get("people", await site.sign_in(ADA))
    assert status == 200
    assert Read(html).alien == []
    return unescape(html)


async def added(site: Site) -> list[str]:
    return [each.actor for each in await site.admins.list()]


async def test_it_tells_who_runs_the_bot_and_since_when(site: Site) -> None:
    await site.admins.add(GRACE.key, GRACE.name, ADA.key)
    html = await page(site)
    for text in (ADA.key, GRACE.key, GRACE.name, "From the settings", "today, 08:30", "Administrators", ">2</span>"):
        assert text in html


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("UGRACE", "slack:T1:UGRACE"),
        (" UGRACE ", "slack:T1:UGRACE"),
        ("slack:T2:U2", "slack:T2:U2"),
        (f"teams:{_TENANT.upper()}:ABC", f"teams:{_TENANT}:abc"),
    ],
)
async def test_somebody_is_added(site: Site, typed: str, key: str) -> None:
    assert await site.post("people/add", await site.sign_in(ADA), id=typed, name=" Grace ") == (303, "/people")
    [person] = await site.admins.list()
    assert person == Admin(key, "Grace", person.added, ADA.key)


async def test_who_is_added_may_come_in_and_who_is_removed_may_not(site: Site) -> None:
    session, theirs = await site.sign_in(ADA), await site.sign_in(GRACE)
    assert (await site.get("people", theirs))[0] == 403
    await site.post("people/add", session, id="UGRACE")
    assert (await site.get("people", theirs))[0] == 200
    assert await site.post("people/remove", session, id=GRACE.key) == (303, "/people")
    assert (await site.get("people", theirs))[0] == 403


@pytest.mark.parametrize(
    "typed", ["", "U 1", "U1,U2", "nowhere:T1:U1", "slack:T1", "slack:T1:U1:x", "U1\nU2", "Ü1", "x" * 201, "slack::"]
)
async def test_what_is_no_id_is_not_taken(site: Site, typed: str) -> None:
    status, html = await site.post("people/add", await site.sign_in(ADA), id=typed, name="Somebody")
    assert (status, "That is no id." in html, 'value="Somebody"' in html, 'aria-invalid="true"' in html) == (
        422,
        True,
        True,
        True,
    )
    assert await added(site) == []


async def test_who_is_named_in_the_settings_stays(site: Site) -> None:
    session = await site.sign_in(ADA)
    await site.post("people/remove", session, id=ADA.key)
    assert (await site.get("people", session))[0] == 200
    await site.post("people/add", session, id=ADA.key)
    assert await added(site) == []
    assert not re.search(rf'name="id" value="{ADA.key}"', await page(site))


async def test_it_is_for_those_who_run_the_bot(site: Site) -> None:
    session = await site.sign_in(GRACE)
    assert (await site.get("people", session))[0] == 403
    assert (await site.post("people/add", session, id="UGRACE"))[0] == 403
    assert (await site.post("people/remove", session, id=ADA.key))[0] == 403
    assert await added(site) == []
    assert await site.get("people") == (303, "/signin")


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda text: ascii(text)[:30])
async def test_no_name_comes_alive(site: Site, payload: str) -> None:
    await site.admins.add(payload, payload, payload)
    await page(site)
    status, html = await site.post(
        "people/add",
        await site.sign_in(ADA),
        id=payload.encode("utf-8", "replace").decode(),
        name=payload.encode("utf-8", "replace").decode(),
    )
    assert (status in (303, 422), Read(html).alien if status == 422 else []) == (True, [])
