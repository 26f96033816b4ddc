"""What attackers write is shown as text, nothing leads elsewhere, and no mix-up binds an account to another person."""

import os
import random
from collections import Counter
from dataclasses import replace
from urllib.parse import quote, urlsplit

import pytest
from yarl import URL

from bot.actors import stored
from commands.call import Actor
from storage.vault import Owner
from tests.bot.web.connecting import Stage
from tests.bot.web.payloads import ELSEWHERE, MARKUP
from tests.bot.web.served import ADA, MALLORY, Answer, Window, raw

STORIES = int(os.environ.get("CONNECT_STORIES", "30"))
SEED = int(os.environ.get("CONNECT_SEED", "4"))


async def test_what_a_provider_writes_is_shown_as_it_is_and_never_logged(on: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    async with on.site.window(ADA) as ada:
        for markup in MARKUP:
            pressed = await ada.post(await on.ticket(ADA))
            back = URL(on.google.authorization.deny(pressed.location)).update_query(error_description=markup)

            assert inert(await ada.get(str(back)), markup)
            assert markup not in caplog.text


async def test_a_persons_name_is_only_a_name(on: Stage) -> None:
    for markup in MARKUP:
        named = replace(ADA, name=markup)
        async with on.site.window(named) as ada:
            assert inert(await ada.get(await on.ticket(named)), markup)


def inert(answer: Answer, markup: str) -> bool:
    return answer.status == 200 and markup not in answer.text and "<script" not in answer.text and "49" not in answer.words


async def test_nothing_that_proves_anything_gets_into_a_log_or_a_page(on: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    async with on.site.window(ADA) as ada:
        link = await on.ticket(ADA)
        pressed = await ada.post(link)
        back = on.google.authorization.approve(pressed.location, "ada@acme.test")
        pages = [await ada.get(back), await ada.get(back)]
        connection = await on.connection(ADA)
        assert connection
        grant = await on.vault.grant(connection.id)
        assert grant
        query = URL(back).query
        secret = [link.rpartition("/")[2], query["code"], query["state"], ada.id, grant.tokens.access, grant.tokens.refresh]

    assert len([each for each in secret if each]) == 6
    assert not [each for each in secret if each in caplog.text]
    assert not [each for each in secret for page in pages if each in page.text or each in str(page.headers)]


async def test_nothing_that_is_asked_leads_elsewhere(on: Stage) -> None:
    at_home, led = {on.site.url.rstrip("/"), on.slack.address.removesuffix("/slack/")}, 0
    async with on.site.window(ADA) as ada:
        for spelling in ELSEWHERE:
            for path in await _paths(on, ada, quote(spelling, safe="/:?#[]@!$&'()*+,;=%\\<>`")):
                head = f"Host: evil.example\r\nX-Forwarded-Host: evil.example\r\nCookie: session={ada.id}\r\n"
                status, location = await raw(on.site.url, f"GET {path} HTTP/1.0\r\n{head}\r\n".encode())

                assert status in (200, 303, 400, 403, 404), path
                assert not location or f"{URL(location).scheme}://{URL(location).authority}" in at_home, path
                led += bool(location)
    assert led >= 2 * len(ELSEWHERE)  # to sign in, and back from there


_NAMES = ("return_to", "return_url", "next", "redirect", "redirect_uri", "url", "continue", "connected", "error", "iss", "code")


async def _paths(on: Stage, window: Window, spelling: str) -> list[str]:
    """This in every place of an address."""
    back = urlsplit(await on.at_google(window, ADA, "ada@acme.test"))
    link, query = await on.ticket(ADA), "&".join(f"{name}={spelling}" for name in _NAMES)
    paths = [spelling if spelling.startswith("/") else f"/{spelling}", f"/connect/{spelling}", f"{link}/{spelling}"]
    paths += [f"/signin/{spelling}", f"/signin/{spelling}/callback", f"/oauth/{spelling}/callback"]
    paths += [f"{path}?{query}" for path in (link, f"{link}/signin", "/signin", "/signin/slack", "/signin/slack/callback")]
    paths += [f"{back.path}?{query}&state={spelling}", f"{back.path}?{back.query}&{_NAMES[0]}={spelling}&next={spelling}"]
    return paths


async def test_however_it_is_mixed_up_nobody_gets_anothers_account(on: Stage) -> None:
    chance = random.Random(SEED)
    crossed = Counter[str]()
    for _ in range(STORIES):
        crossed += await _story(on, chance)

    assert crossed["connected"] > STORIES / 4
    assert crossed["cross-bound"] == 0


_DEEDS = ("link", "look", "press", "press", "allow", "allow", "back", "back", "plant", "inject", "anew")


async def _story(on: Stage, chance: random.Random) -> Counter[str]:
    """Two people with two browsers each press, allow and open in any order. Mallory also has others open what is hers."""
    people = (ADA, MALLORY)
    links: list[str] = []
    asked: list[tuple[Actor, str]] = []  # authorizations under way, and in whose browser
    backs: list[tuple[Actor, str]] = []  # what came back, and to whom
    for actor in people:
        for connection in await on.vault.of(Owner(actor.platform, actor.tenant, actor.user)):
            await on.vault.remove(connection)
    async with (
        on.site.window(ADA) as one,
        on.site.window(ADA) as two,
        on.site.window(MALLORY) as three,
        on.site.window(MALLORY) as four,
    ):
        windows = {ADA: (one, two), MALLORY: (three, four)}
        every = (one, two, three, four)
        for _ in range(24):
            match chance.choice(_DEEDS):
                case "link":
                    links.append(await on.ticket(chance.choice(people)))
                case "look" if links:
                    await chance.choice(every).get(chance.choice(links[-3:]))
                case "press" if links:
                    whom = chance.choice(people)
                    pressed = await chance.choice(windows[whom]).post(chance.choice(links[-3:]))
                    asked += [(whom, pressed.location)] if pressed.status == 303 else []
                case "allow" if asked:
                    whom, location = chance.choice(asked)
                    whom = ADA if chance.random() < 0.2 else whom  # Mallory has sent her to the provider
                    backs.append((whom, on.google.authorization.approve(location, _account(whom))))
                case "back" if backs:
                    whom, back = chance.choice(backs)
                    await chance.choice(windows[whom]).get(back)
                case "plant" if hers := [back for whom, back in backs if whom == MALLORY]:
                    await chance.choice(every).get(chance.choice(hers))
                case "inject" if hers := [back for whom, back in backs if whom == MALLORY]:
                    code = URL(chance.choice(hers)).query["code"]
                    whom, back = chance.choice(backs)
                    await chance.choice(windows[whom]).get(str(URL(back).update_query(code=code)))
                case "anew":
                    whom = chance.choice(people)
                    await _sign_in_anew(on, chance.choice(windows[whom]), whom)
    return await _crossed(on, people)


async def _sign_in_anew(on: Stage, window: Window, actor: Actor) -> None:
    window.wear(await on.site.sessions.rotate(window.id, stored(actor)))


async def _crossed(on: Stage, people: tuple[Actor, ...]) -> Counter[str]:
    seen = Counter[str]()
    for actor in people:
        connection = await on.connection(actor)
        seen["connected"] += connection is not None
        seen["cross-bound"] += connection is not None and connection.account != _account(actor)
    return seen


def _account(actor: Actor) -> str:
    return f"{actor.user.lower()}@acme.test"
