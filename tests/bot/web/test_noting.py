"""What is done on a page is accounted for: who did what, and what came of it. No key and no reason from outside is in it."""

import pytest

from adapters.errors import Refused, Unavailable
from commands.integrations import Integration
from storage.audit import Audit, Entry
from tests.bot.web.connecting import KEY, Stage
from tests.bot.web.served import ADA as ADA_AT_STAGE
from tests.bot.web.served import MALLORY
from tests.bot.web.site import ADA, GRACE, Site

CALENDAR = Integration("calendar", "Calendar", "See your day.", "Productivity", "connected")
Told = tuple[str, str, str, str]


def told(entry: Entry) -> Told:
    assert (entry.kind, entry.via, entry.conversation) == ("page", "web", "")
    return entry.actor.rpartition(":")[2], entry.command, entry.arguments, entry.outcome


async def noted(site: Site) -> list[Told]:
    return [told(each) for each in reversed(await Audit(site.database).of())]


@pytest.mark.parametrize(
    ("deed", "form", "command", "arguments"),
    [
        ("connect", {}, "connect", '{"service": "calendar"}'),
        ("disconnect", {}, "disconnect", '{"service": "calendar"}'),
        ("test", {"team": "1"}, "team test", '{"service": "calendar"}'),
        ("open", {"channel": "C1"}, "team open", '{"service": "calendar", "channel": "C1"}'),
        ("close", {"channel": "C1"}, "team close", '{"service": "calendar", "channel": "C1"}'),
    ],
)
async def test_what_is_done_with_a_service_is_noted_with_what_came_of_it(
    site: Site, deed: str, form: dict[str, str], command: str, arguments: str
) -> None:
    site.told.mine[ADA.key] = [CALENDAR]
    session = await site.sign_in(ADA)
    for wrong in (None, Refused("No."), Unavailable("Later.")):
        site.told.wrong = wrong
        await site.post(f"integrations/calendar/{deed}", session, **form)
    assert await noted(site) == [("UADA", command, arguments, outcome) for outcome in ("done", "refused", "gave up")]


async def test_who_names_whom_and_who_replays_what_is_noted(site: Site) -> None:
    session = await site.sign_in(ADA)
    await site.post("people/add", session, id="UGRACE", name="Grace")
    await site.post("people/remove", session, id=GRACE.key)
    await site.post("deliveries/replay", session, key="slack:unheard-of")
    assert await noted(site) == [
        ("UADA", "people add", '{"id": "slack:T1:UGRACE", "name": "Grace"}', "done"),
        ("UADA", "people remove", '{"id": "slack:T1:UGRACE"}', "done"),
        ("UADA", "deliveries replay", '{"key": "slack:unheard-of"}', "refused"),
    ]


async def test_what_is_not_allowed_or_no_form_of_ours_leaves_nothing(site: Site) -> None:
    session = await site.sign_in(GRACE)
    for path in ("people/add", "people/remove", "deliveries/replay", "integrations/calendar/connect"):
        assert (await site.post(path, session, id="UGRACE"))[0] in (403, 404)
        assert (await site.post(path, session, csrf="x"))[0] == 403
    assert await noted(site) == []


async def entries(on: Stage) -> list[Entry]:
    return list(reversed(await Audit(on.site.database).of()))


async def test_an_account_that_was_connected_is_noted_with_its_name(on: Stage) -> None:
    async with on.site.window(ADA_AT_STAGE) as ada:
        back = await on.at_google(ada, ADA_AT_STAGE, "ada@acme.test")
        for _ in range(2):
            await ada.get(back)
        await ada.get("/oauth/google_calendar/callback?state=a.b&error=CANARY-reason&error_description=CANARY-reason")
    [done, used, foreign] = await entries(on)
    assert told(done) == ("UADA", "connect", '{"service": "google_calendar"}', "done")
    assert done.account == "Google Calendar: ada@acme.test"
    assert [(*told(each)[1::2], each.said) for each in (used, foreign)] == [
        ("connect", "refused", "This was dealt with already"),
        ("connect", "refused", "This did not begin in this browser"),
    ]
    assert "CANARY" not in str(await entries(on))


async def test_a_key_is_noted_without_the_key(on: Stage) -> None:
    async with on.site.window(ADA_AT_STAGE) as ada:
        link = await on.ticket(ADA_AT_STAGE, "keyed")
        for key in ("CANARY-wrong-key", KEY):
            await ada.post(link, {"key": key})
    assert [(each.command, each.outcome, each.account) for each in await entries(on)] == [
        ("connect", "refused", ""),
        ("connect", "done", "Keyed: keyed account"),
    ]
    assert "CANARY" not in str(await entries(on))


async def test_who_opens_somebody_elses_link_is_noted(on: Stage) -> None:
    async with on.site.window(MALLORY) as mallory, on.site.window() as nobody:
        link = await on.ticket(ADA_AT_STAGE)
        await nobody.get(link)
        assert (await mallory.get(link)).status == 403
    [entry] = await entries(on)
    assert (told(entry)[0], entry.outcome, entry.said) == ("UMALLORY", "refused", "This link is somebody else's.")
