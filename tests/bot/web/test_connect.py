"""Connecting an account from a link: only its owner can, and only once."""

import asyncio
from collections import Counter

import pytest
from yarl import URL

from bot.slack.sandbox import workspace
from bot.web.browser import csrf_token
from commands.call import Actor
from storage.vault import Owner
from tests.bot.web.connecting import KEY, Stage
from tests.bot.web.served import ADA, ADMIN, MALLORY, raw


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

    assert (landed.status, landed.location) == (303, f"{on.site.url}integrations?connected=google_calendar#google_calendar")
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


async def test_a_key_is_tried_and_kept(on: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    link = await on.ticket(ADA, "keyed")
    async with on.site.window(ADA) as ada:
        page = await ada.get(link)
        done = await ada.post(link, {"key": f" {KEY} "})
        again = await ada.get(link)

    assert 'type="password" autocomplete="off"' in page.text
    assert (done.status, done.location) == (303, f"{on.site.url}integrations?connected=keyed#keyed")
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


async def test_an_administrator_connects_the_teams_account(on: Stage) -> None:
    link = await on.ticket(ADMIN, team=True)
    async with on.site.window(ADMIN) as admin:
        assert "Connect Google Calendar for your team in Slack" in (await admin.get(link)).words
        pressed = await admin.post(link)
        landed = await admin.get(on.google.authorization.approve(pressed.location, "team@acme.test"))
        assert (landed.status, landed.location) == (303, f"{on.site.url}integrations?team=google_calendar#google_calendar")

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
