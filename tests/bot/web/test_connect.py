"""Connecting an account from a link: only its owner can, once, and what comes back from elsewhere binds nothing."""

import asyncio
import os
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from yarl import URL

from adapters.faults import Fault
from adapters.google_calendar import AUTH
from bot.actors import stored
from bot.slack.sandbox import workspace
from bot.web.browser import csrf_token
from commands.call import Actor
from storage.vault import Owner
from tests.bot.web.connecting import KEY, Stage, stage
from tests.bot.web.payloads import ELSEWHERE, MARKUP
from tests.bot.web.served import ADA, ADMIN, MALLORY, Answer, Window, raw
from tests.storage.conftest import postgres, url

__all__ = ["postgres", "url"]  # fixtures

STATES = int(os.environ.get("CONNECT_STATES", "20"))
STORIES = int(os.environ.get("CONNECT_STORIES", "30"))
SEED = int(os.environ.get("CONNECT_SEED", "4"))
DONE = "This was dealt with already"


@pytest.fixture
async def on(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(f"sqlite:///{tmp_path / 'bot.db'}") as built:
        yield built


# The link


async def test_a_link_that_is_only_looked_at_changes_nothing_and_names_nobody(on: Stage) -> None:
    link = await on.ticket(ADA)
    async with on.site.window() as preview:
        answers = [await preview.get(link) for _ in range(3)]

    assert {each.status for each in answers} == {200}
    assert "Sign in with Slack" in answers[0].words
    assert "Ada" not in answers[0].text
    assert "Set-Cookie" not in answers[0].headers
    async with on.site.window(ADA) as ada:
        assert "Connect Google Calendar to Ada Lovelace in Slack" in (await ada.get(link)).words


async def test_from_a_link_through_signing_in_to_a_connected_account(on: Stage) -> None:
    actor = Actor("slack", on.slack.workspace.team, workspace.ADA, "Ada Lovelace", "Europe/London")
    link = await on.ticket(actor)
    async with on.site.window() as window:
        left = await window.get(f"{link}/signin")
        back = await window.get(on.slack.sign_in(left.location, workspace.ADA))
        assert back.location == on.site.url + link[1:]
        assert "Connect Google Calendar to Ada Lovelace in Slack" in (await window.get(link)).words
        pressed = await window.post(link)
        landed = await window.get(on.google.authorization.approve(pressed.location, "ada@acme.test"))

    assert (landed.status, landed.location) == (303, f"{on.site.url}integrations?connected=google_calendar")
    connection = await on.connection(actor)
    assert connection
    assert (connection.account, connection.state) == ("ada@acme.test", "connected")
    (whom, reply, _), *others = on.told
    assert (whom, others) == (actor, [])
    assert "is connected to Google Calendar" in reply.text


async def test_the_provider_is_asked_with_all_that_proves_whose_answer_comes_back(on: Stage) -> None:
    async with on.site.window(ADA) as ada:
        location = URL((await ada.post(await on.ticket(ADA))).location)

    assert str(location.with_query(None)) == f"{on.google_url}o/oauth2/v2/auth"
    assert location.query["redirect_uri"] == f"{on.site.url}oauth/google_calendar/callback"
    assert location.query["code_challenge_method"] == "S256"
    assert len(location.query["code_challenge"]) == 43
    assert len(location.query["state"]) > 43


async def test_a_host_that_somebody_made_up_leads_nowhere(on: Stage) -> None:
    async with on.site.window(ADA) as ada:
        link = await on.ticket(ADA)
        body = f"csrf={csrf_token(ada.id)}"
        head = "Host: evil.example\r\nX-Forwarded-Host: evil.example\r\nForwarded: host=evil.example\r\n"
        head += (
            f"Cookie: session={ada.id}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        )
        status, location = await raw(on.site.url, f"POST {link} HTTP/1.0\r\n{head}\r\n{body}".encode())

    assert status == 303
    assert "evil" not in location
    assert URL(location).query["redirect_uri"] == f"{on.site.url}oauth/google_calendar/callback"


@pytest.mark.parametrize("method", ["get", "post"])
async def test_somebody_elses_link_is_refused_burned_and_both_are_told_once(on: Stage, method: str) -> None:
    link = await on.ticket(MALLORY)
    async with on.site.window(ADA) as ada, on.site.window(MALLORY) as mallory:
        ask = ada.get if method == "get" else ada.post
        first, second = await ask(link), await ask(link)
        own = await mallory.get(link)

    assert [first.status, second.status, own.status] == [403, 404, 404]
    assert "Mallory" not in first.text
    assert await on.connections() == []
    assert [(whom, reply.text) for whom, reply, _ in on.told] == [
        (
            MALLORY,
            "Somebody else opened your link to connect Google Calendar. Nothing was connected. "
            "If you still want to, ask for a new link.",
        ),
        (ADA, "The link to connect Google Calendar that you opened was made for somebody else. Nothing was connected."),
    ]
    assert len({key for _, _, key in on.told}) == 2


async def test_of_many_who_open_somebody_elses_link_at_once_one_is_told(on: Stage) -> None:
    link = await on.ticket(MALLORY)
    async with on.site.window(ADA) as ada:
        answers = await asyncio.gather(*(ada.get(link) for _ in range(8)))

    assert {each.status for each in answers} <= {403, 404}
    assert len(on.told) == 2


async def test_signing_in_as_somebody_else_from_a_link_ends_it(on: Stage) -> None:
    actor = Actor("slack", on.slack.workspace.team, workspace.ADA)
    link = await on.ticket(actor)
    async with on.site.window() as window:
        left = await window.get(f"{link}/signin")
        back = await window.get(on.slack.sign_in(left.location, workspace.GRACE))

        assert (await window.get(back.location)).status == 403
    assert len(on.told) == 2


async def test_a_link_works_for_ten_minutes(on: Stage) -> None:
    link = await on.ticket(ADA)
    on.clock.at += 601
    async with on.site.window(ADA) as ada, on.site.window() as nobody:
        answers = [await ada.get(link), await ada.post(link), await nobody.get(link), await nobody.get(f"{link}/signin")]

    assert [each.status for each in answers] == [404] * 4
    assert "Ask the bot for a new one" in answers[0].words


async def test_a_link_works_once(on: Stage) -> None:
    link = await on.ticket(ADA)
    async with on.site.window(ADA) as ada:
        statuses = [each.status for each in await asyncio.gather(*(ada.post(link) for _ in range(6)))]

        assert Counter(statuses) == {303: 1, 404: 5}
        assert (await ada.get(link)).status == 404


async def test_connect_is_pressed_on_our_own_page_only(on: Stage) -> None:
    link = await on.ticket(ADA)
    async with on.site.window(ADA) as ada, on.site.window(MALLORY) as mallory, on.site.window() as nobody:
        refused = [
            await ada.post(link, {"csrf": ""}),
            await ada.post(link, {"csrf": csrf_token(mallory.id)}),
            await ada.post(link, None, **{"Sec-Fetch-Site": "cross-site"}),
            await nobody.post(link),
        ]

        assert [each.status for each in refused] == [403] * 4
        assert (await ada.post(link)).status == 303


async def test_a_session_in_which_nobody_signed_in_connects_nothing(on: Stage) -> None:
    async with on.site.window() as window:
        await window.get("/signin/slack")
        link = await on.ticket(ADA)

        assert window.id
        assert (await window.post(link)).status == 403
        assert (await window.get(link)).status == 200


@pytest.mark.parametrize("ticket", ["a", "a" * 43, "a" * 5000, "a/b", "%00", "%ff", "%c3%a9" * 20, "a" * 42 + "%0a"])
async def test_a_link_that_was_made_up_is_a_friendly_page(on: Stage, ticket: str) -> None:
    async with on.site.window(ADA) as ada:
        for answer in (await ada.get(f"/connect/{ticket}"), await ada.get(f"/connect/{ticket}/signin")):
            assert (answer.status, "<main" in answer.text) == (404, True)


# The way back


async def test_what_came_back_four_times_at_once_is_exchanged_once(on: Stage) -> None:
    async with on.site.window(ADA) as ada:
        back = await on.at_google(ada, ADA, "ada@acme.test")
        answers = await asyncio.gather(*(ada.get(back) for _ in range(4)))
        later = await ada.get(back)

    assert Counter(each.status for each in answers) == {303: 1, 200: 3}
    assert (later.status, DONE in later.words, "/integrations" in later.text) == (200, True, True)
    assert on.exchanges == 1
    assert (await on.connection(ADA)) is not None


async def test_each_of_many_states_used_four_times_at_once_is_exchanged_once(url: str) -> None:
    async with stage(url) as on, on.site.window(ADA) as ada:
        backs = [await on.at_google(ada, ADA, "ada@acme.test") for _ in range(STATES)]
        random.Random(SEED).shuffle(four := backs * 4)
        answers = await asyncio.gather(*(ada.get(back) for back in four))

        assert Counter(each.status for each in answers) == {303: STATES, 200: 3 * STATES}
        assert on.exchanges == STATES
        assert len(await on.connections()) == 1


async def test_ten_minutes_later_it_is_too_late(on: Stage) -> None:
    async with on.site.window(ADA) as ada:
        back = await on.at_google(ada, ADA, "ada@acme.test")
        on.clock.at += 601
        answer = await ada.get(back)

    assert (answer.status, DONE in answer.words) == (200, True)
    assert on.exchanges == 0


async def test_what_comes_back_to_another_browser_binds_nothing(on: Stage) -> None:
    """Mallory has Ada's browser open what came back to Mallory: Ada would work in Mallory's account."""
    async with (
        on.site.window(ADA) as ada,
        on.site.window(ADA) as other,
        on.site.window() as nobody,
        on.site.window(MALLORY) as mallory,
    ):
        back = await on.at_google(mallory, MALLORY, "mallory@evil.test")
        answers = [await each.get(back) for each in (ada, other, nobody)]

        assert [each.status for each in answers] == [400] * 3
        assert on.exchanges == 0
        assert await on.connections() == []
        assert (await mallory.get(back)).status == 303


async def test_a_session_that_ended_meanwhile_binds_nothing(on: Stage) -> None:
    async with on.site.window(ADA) as ada:
        back = await on.at_google(ada, ADA, "ada@acme.test")
        await ada.post("/signout")

        assert (await ada.get(back)).status == 400
    assert on.exchanges == 0


async def test_another_sessions_code_is_refused_by_its_proof(on: Stage) -> None:
    async with on.site.window(ADA) as ada, on.site.window(MALLORY) as mallory:
        stolen = URL(await on.at_google(mallory, MALLORY, "mallory@evil.test")).query["code"]
        injected = URL(await on.at_google(ada, ADA, "ada@acme.test")).update_query(code=stolen)

        assert (await ada.get(str(injected))).status == 502
    assert await on.connections() == []


@pytest.mark.parametrize("service", ["keyed", "nothing", "google-calendar", "GOOGLE_CALENDAR", "a" * 300, "%00"])
async def test_a_state_is_good_for_its_own_service_only(on: Stage, service: str) -> None:
    async with on.site.window(ADA) as ada:
        back = await on.at_google(ada, ADA, "ada@acme.test")

        assert (await ada.get(back.replace("/google_calendar/", f"/{service}/"))).status in (400, 404)
        assert on.exchanges == 0
        assert (await ada.get(back)).status == 303


async def test_a_state_that_was_tampered_with_is_refused(on: Stage) -> None:
    async with on.site.window(ADA) as ada:
        back = URL(await on.at_google(ada, ADA, "ada@acme.test"))
        state, _, mark = back.query["state"].partition(".")
        odd = ["", ".", state, f"{state}.", f".{mark}", f"{state[:-1]}.{mark}", f"{state}.{mark[:-1]}", f"{state}x.{mark}"]
        odd += [f"{state}.{mark}.{mark}", f"{state}.{mark.upper()}", f" {state}.{mark}", "é.é", "\x00", "a" * 3000]
        answers = [await ada.get(str(back.update_query(state=each))) for each in odd]

        assert [each.status for each in answers] == [400] * len(odd)
        assert on.exchanges == 0
        assert (await ada.get(str(back))).status == 303


async def test_a_parameter_that_comes_twice_counts_for_nothing(on: Stage) -> None:
    async with on.site.window(ADA) as ada:
        back = await on.at_google(ada, ADA, "ada@acme.test")

        assert (await ada.get(f"{back}&state=another")).status == 400
        assert (await ada.get(f"{back}&code=another")).status == 400
    assert on.exchanges == 0


async def test_a_code_that_is_no_code_is_refused(on: Stage) -> None:
    async with on.site.window(ADA) as ada:
        for code, status in (("", 400), ("a" * 4097, 400), ("a" * 2000, 502), ("\x00", 502), ("é&client_id=x", 502)):
            back = URL(await on.at_google(ada, ADA, "ada@acme.test")).update_query(code=code)
            assert (await ada.get(str(back))).status == status
    assert await on.connections() == []


@pytest.mark.parametrize("issuer", ["https://evil.example", "", "http://127.0.0.1", "https://accounts.google.com"])
async def test_an_answer_of_another_server_is_refused(on: Stage, issuer: str) -> None:
    async with on.site.window(ADA) as ada:
        back = URL(await on.at_google(ada, ADA, "ada@acme.test")).update_query(iss=issuer)

        assert (await ada.get(str(back))).status == 400
        assert (await ada.get(str(back.without_query_params("iss")))).status == 200  # used up
    assert on.exchanges == 0


@pytest.mark.parametrize(("required", "status"), [(True, 400), (False, 303)])
async def test_an_answer_must_say_whose_it_is_where_the_server_promised_to(tmp_path: Path, required: bool, status: int) -> None:
    async with (
        stage(f"sqlite:///{tmp_path / 'bot.db'}", replace(AUTH, iss_required=required)) as on,
        on.site.window(ADA) as ada,
    ):
        back = URL(await on.at_google(ada, ADA, "ada@acme.test")).without_query_params("iss")

        assert (await ada.get(str(back))).status == status


async def test_whoever_does_not_allow_it_is_told_so_kindly(on: Stage) -> None:
    async with on.site.window(ADA) as ada:
        pressed = await ada.post(await on.ticket(ADA))
        back = on.google.authorization.deny(pressed.location)
        answer = await ada.get(back)

    assert answer.status == 200
    assert "Nothing was connected You did not allow it at Google Calendar." in answer.words
    assert (on.exchanges, await on.connections()) == (0, [])


async def test_fewer_scopes_than_asked_are_kept_as_they_are(on: Stage) -> None:
    async with on.site.window(ADA) as ada:
        pressed = await ada.post(await on.ticket(ADA))
        granted = ["https://www.googleapis.com/auth/calendar.events"]
        await ada.get(on.google.authorization.approve(pressed.location, "ada@acme.test", granted))

    connection = await on.connection(ADA)
    assert connection
    assert connection.scopes == tuple(granted)


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault(kind="status", path="/oauth2/token", status=429, times=9), 503),
        (Fault(kind="status", path="/oauth2/token", times=9), 502),
        (Fault(kind="malformed", path="/oauth2/token", times=9), 503),
        (Fault(kind="drop_after", path="/oauth2/token", times=9), 502),
    ],
)
async def test_a_provider_out_of_order_connects_nothing(on: Stage, fault: Fault, status: int) -> None:
    async with on.site.window(ADA) as ada:
        back = await on.at_google(ada, ADA, "ada@acme.test")
        on.google.script.add(fault)

        assert [(await ada.get(back)).status for _ in range(2)] == [status, 200]
    assert await on.connections() == []


# What others write


@pytest.mark.parametrize("markup", MARKUP)
async def test_what_a_provider_writes_is_shown_as_it_is_and_never_logged(
    on: Stage, markup: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    async with on.site.window(ADA) as ada:
        pressed = await ada.post(await on.ticket(ADA))
        back = URL(on.google.authorization.deny(pressed.location)).update_query(error_description=markup)
        answer = await ada.get(str(back))

    assert inert(answer, markup)
    assert markup not in caplog.text


@pytest.mark.parametrize("markup", MARKUP)
async def test_a_persons_name_is_only_a_name(on: Stage, markup: str) -> None:
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


# Nothing leads elsewhere


@pytest.mark.parametrize("spelling", ELSEWHERE)
async def test_nothing_that_is_asked_leads_elsewhere(on: Stage, spelling: str) -> None:
    at_home = {on.site.url.rstrip("/"), on.slack.address.removesuffix("/slack/")}
    async with on.site.window(ADA) as ada:
        back = await on.at_google(ada, ADA, "ada@acme.test")
        link = await on.ticket(ADA)
        told = spelling if spelling.isascii() else quote(spelling)
        told = told.replace(" ", "%20").replace("\\", "%5C") if " " in told else told
        names = (
            "return_to",
            "next",
            "redirect_uri",
            "redirect",
            "url",
            "continue",
            "state",
            "code",
            "iss",
            "error",
            "connected",
        )
        paths = [spelling if spelling.startswith("/") else f"/{spelling}", f"/connect/{told}", f"/oauth/{told}/callback"]
        paths += [f"/signin/{told}", f"/signin/{told}/callback", f"{link}/{told}"]
        paths += [f"{path}?{name}={told}" for name in names for path in (link, "/signin", "/signin/slack", f"{link}/signin")]
        paths += [f"/oauth/google_calendar/callback?{name}={told}" for name in names]
        paths += [f"{urlsplit(back).path}?{urlsplit(back).query}&{name}={told}" for name in ("return_to", "next")]
        for path in paths:
            request = f"GET {path} HTTP/1.0\r\nHost: evil.example\r\nCookie: session={ada.id}\r\n\r\n".encode()
            status, location = await raw(on.site.url, request)
            assert status in (200, 303, 400, 403, 404), (status, path)
            assert not location or f"{URL(location).scheme}://{URL(location).authority}" in at_home, (path, location)


# Keys


async def test_a_key_is_tried_and_kept(on: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    link = await on.ticket(ADA, "keyed")
    async with on.site.window(ADA) as ada:
        page = await ada.get(link)
        done = await ada.post(link, {"key": f" {KEY} "})
        again = await ada.get(link)

    assert 'type="password" autocomplete="off"' in page.text
    assert (done.status, done.location) == (303, f"{on.site.url}integrations?connected=keyed")
    assert again.status == 404
    connection = await on.connection(ADA, "keyed")
    assert connection
    assert (connection.kind, connection.account) == ("key", "keyed account")
    assert KEY not in caplog.text


@pytest.mark.parametrize("key", ["", "   ", "CANARY-wrong", "a" * 1001, "é", "a\nb", "\x00"])
async def test_a_key_that_does_not_work_is_asked_for_again(on: Stage, key: str) -> None:
    link = await on.ticket(ADA, "keyed")
    async with on.site.window(ADA) as ada:
        wrong = await ada.post(link, {"key": key})

        assert wrong.status == 400
        assert 'aria-invalid="true"' in wrong.text
        assert 'role="alert"' in wrong.text
        assert "CANARY" not in wrong.text
        assert await on.connection(ADA, "keyed") is None
        assert (await ada.post(link, {"key": KEY})).status == 303


async def test_somebody_elses_link_takes_no_key(on: Stage) -> None:
    async with on.site.window(ADA) as ada:
        assert (await ada.post(await on.ticket(MALLORY, "keyed"), {"key": KEY})).status == 403
    assert await on.connections() == []


# The team's


async def test_an_administrator_connects_the_teams_account(on: Stage) -> None:
    link = await on.ticket(ADMIN, team=True)
    async with on.site.window(ADMIN) as admin:
        assert "The account becomes the team's" in (await admin.get(link)).words
        pressed = await admin.post(link)
        assert (await admin.get(on.google.authorization.approve(pressed.location, "team@acme.test"))).status == 303

    assert await on.connection(ADMIN) is None
    team = await on.vault.find(Owner("slack", "T1", ""), "google_calendar")
    assert team
    assert team.account == "team@acme.test"


@pytest.mark.parametrize("when", ["before Connect", "before coming back"])
async def test_who_runs_the_bot_no_more_connects_nothing_for_the_team(on: Stage, when: str) -> None:
    link, keyed = await on.ticket(ADMIN, team=True), await on.ticket(ADMIN, "keyed", team=True)
    async with on.site.window(ADMIN) as admin:
        if when == "before coming back":
            pressed = await admin.post(link)
            back = on.google.authorization.approve(pressed.location, "team@acme.test")
        on.site.admins.clear()
        if when == "before Connect":
            assert (await admin.post(link)).status == 403
            assert (await admin.post(keyed, {"key": KEY})).status == 400
        else:
            assert (await admin.get(back)).status == 502

    assert (on.exchanges, await on.connections()) == (0, [])


# Everything at random


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
            match chance.choice(
                ("link", "look", "press", "press", "allow", "allow", "back", "back", "plant", "inject", "anew")
            ):
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
