"""Connecting, disconnecting, looking, and a team's accounts: what people are told, and what is done."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from adapters.errors import Refused
from commands.command import Command
from commands.connect import connect
from commands.disconnect import disconnect
from commands.integrations import Integration, Integrations, in_words, integrations
from commands.reply import Button, Reply
from commands.team import close, open
from commands.team import connect as connect_for_team
from commands.usage import UsageError

NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
CALENDAR = Integration("google_calendar", "Google Calendar", "Meetings.", "Productivity", "not connected")
DRIVE = replace(CALENDAR, name="google_drive", title="Google Drive", about="Files.")
NOTION = replace(CALENDAR, name="notion", title="Notion", about="Pages.", state="connected", account="ada@acme.test")
HUBSPOT = replace(CALENDAR, name="hubspot", title="HubSpot", about="Deals.", state="not set up", note="PUBLIC_URL is not set.")


@dataclass
class Person:
    """Somebody with such services, and what was done for them."""

    services: Sequence[Integration] = (CALENDAR, DRIVE, NOTION, HUBSPOT)
    page: str = "https://bot.acme.test/integrations"
    done: list[tuple[str, ...]] = field(default_factory=list)

    @property
    def given(self) -> Integrations:
        return Integrations(self.page, self._every, self._link, self._disconnect, self._share)

    async def _every(self) -> Sequence[Integration]:
        return self.services

    async def _link(self, name: str, team: bool) -> str:
        if name == "hubspot":
            raise Refused("Connecting HubSpot is not set up.")
        self.done.append(("team link" if team else "link", name))
        return f"https://bot.acme.test/connect/CANARY-ticket-{name}"

    async def _disconnect(self, name: str) -> str:
        self.done.append(("disconnect", name))
        return next(each.account for each in self.services if each.name == name)

    async def _share(self, name: str, is_open: bool) -> None:
        self.done.append(("open" if is_open else "close", name))

    async def says(self, command: Command, **arguments: str) -> Reply:
        told = command.run(arguments, {"integrations": self.given}, NOW)
        [reply] = [reply async for reply in told if isinstance(reply, Reply)]
        return reply


@pytest.fixture
def ada() -> Person:
    return Person()


def titles(reply: Reply) -> list[str]:
    return [item.title for item in reply.items]


async def test_connect_gives_a_private_link_to_the_service_that_was_named(ada: Person) -> None:
    reply = await ada.says(connect, service="google calendar")

    assert reply.private
    assert reply.text == "This link is for you alone, and good for ten minutes: it connects Google Calendar."
    assert [(button.label, button.url, button.command) for button in reply.buttons] == [
        ("Connect Google Calendar", "https://bot.acme.test/connect/CANARY-ticket-google_calendar", "")
    ]


NAMED = {
    "notion": ("notion", "Notion", " NOTION ", "not"),
    "google_drive": ("google_drive", "Google-Drive", "google  drive", "google d"),
}


@pytest.mark.parametrize(("name", "words"), [(name, words) for name, every in NAMED.items() for words in every])
async def test_a_service_is_named_as_people_write_it(ada: Person, name: str, words: str) -> None:
    await ada.says(connect, service=words)

    assert ada.done == [("link", name)]


async def test_what_may_mean_several_services_is_asked_back_with_those(ada: Person) -> None:
    with pytest.raises(UsageError) as raised:
        await ada.says(connect, service="google")

    assert (raised.value.command, raised.value.option) == ("connect", "service")
    assert [(choice.label, choice.value) for choice in raised.value.choices] == [
        ("Google Calendar", "google_calendar"),
        ("Google Drive", "google_drive"),
    ]
    assert ada.done == []


@pytest.mark.parametrize("words", ["minesweeper", "-", "oogle calendar"])
async def test_what_means_no_service_is_asked_back_with_all(ada: Person, words: str) -> None:
    with pytest.raises(UsageError) as raised:
        await ada.says(disconnect, service=words)

    assert raised.value.command == "disconnect"
    assert str(raised.value).startswith("I don't know that service.")
    assert [choice.value for choice in raised.value.choices] == [each.name for each in ada.services]
    assert ada.done == []


async def test_a_service_whose_name_is_how_another_begins_is_meant_alone() -> None:
    person = Person(services=(replace(CALENDAR, name="google", title="Google"), DRIVE))
    await person.says(connect, service="google")

    assert person.done == [("link", "google")]


@pytest.mark.parametrize(
    ("state", "again"),
    [("not connected", False), ("lent", False), ("connected", True), ("needs reconnect", True), ("limited", True)],
)
async def test_connecting_anew_is_called_so(state: str, again: bool) -> None:
    reply = await Person(services=(replace(CALENDAR, state=state),)).says(connect, service="google calendar")

    assert reply.text.endswith("it connects Google Calendar again." if again else "it connects Google Calendar.")


async def test_why_something_can_not_be_connected_is_told(ada: Person) -> None:
    with pytest.raises(Refused, match="not set up"):
        await ada.says(connect, service="hubspot")


async def test_connect_alone_offers_what_can_be_connected_without_making_a_link(ada: Person) -> None:
    reply = await ada.says(connect)

    assert reply.private
    assert titles(reply) == ["Google Calendar", "Google Drive", "Notion"]
    assert [item.buttons for item in reply.items] == [
        (Button("Connect", "connect", {"service": "google_calendar"}),),
        (Button("Connect", "connect", {"service": "google_drive"}),),
        (Button("Connect again", "connect", {"service": "notion"}),),
    ]
    assert ada.done == []


@pytest.mark.parametrize("services", [(), (HUBSPOT,)], ids=["no services", "none is set up"])
async def test_where_nothing_can_be_connected_it_is_said(services: Sequence[Integration]) -> None:
    assert await Person(services=services).says(connect) == Reply("There is nothing to connect here.", private=True)


async def test_disconnect_takes_the_account_back_and_offers_to_connect_again(ada: Person) -> None:
    reply = await ada.says(disconnect, service="notion")

    assert ada.done == [("disconnect", "notion")]
    assert reply.private
    assert reply.text == "Notion (ada@acme.test) is disconnected."
    assert reply.buttons == (Button("Connect again", "connect", {"service": "notion"}),)


def test_disconnecting_can_not_be_undone() -> None:
    assert disconnect.irreversible


async def test_integrations_show_each_service_with_the_way_to_the_page(ada: Person) -> None:
    reply = await ada.says(integrations)

    assert reply.private
    assert reply.text == "You can use 1 of 4 services here."
    assert [(item.title, item.detail) for item in reply.items] == [
        ("Google Calendar", "not connected"),
        ("Google Drive", "not connected"),
        ("Notion", "connected as ada@acme.test"),
        ("HubSpot", "not set up; PUBLIC_URL is not set."),
    ]
    assert reply.buttons == (Button("Open the page", url="https://bot.acme.test/integrations"),)


async def test_without_a_page_none_is_offered() -> None:
    assert (await Person(page="").says(integrations)).buttons == ()


async def test_without_services_it_is_said_so() -> None:
    assert (await Person(services=()).says(integrations)).text == "No service is switched on here."


OFFERED = {
    "not connected": ["Connect"],
    "lent": ["Connect"],
    "connected": ["Disconnect"],
    "provider problem": ["Disconnect"],
    "limited": ["Reconnect", "Disconnect"],
    "needs reconnect": ["Reconnect", "Disconnect"],
    "not set up": [],
}


@pytest.mark.parametrize(("state", "labels"), OFFERED.items(), ids=OFFERED)
async def test_what_is_offered_goes_with_the_state(state: str, labels: list[str]) -> None:
    [item] = (await Person(services=(replace(NOTION, state=state),)).says(integrations)).items

    assert [button.label for button in item.buttons] == labels
    assert {button.arguments["service"] for button in item.buttons} <= {"notion"}


async def test_nobody_is_offered_to_disconnect_what_is_not_theirs() -> None:
    [item] = (await Person(services=(replace(NOTION, mine=False),)).says(integrations)).items

    assert [button.label for button in item.buttons] == ["Connect your own"]
    assert item.detail == "connected as ada@acme.test (the team's)"


async def test_a_broken_account_of_the_team_is_not_said_to_be_mended_by_connecting_ones_own() -> None:
    person = Person(services=(replace(NOTION, state="needs reconnect", mine=False),))

    assert [button.label for button in (await person.says(integrations)).items[0].buttons] == ["Connect your own"]
    assert (await person.says(connect, service="notion")).text.endswith("it connects Notion.")


@pytest.mark.parametrize("state", ["lent", "not connected"])
async def test_nobody_is_led_to_where_nothing_can_be_connected(state: str) -> None:
    person = Person(services=(replace(CALENDAR, state=state, connectable=False),))

    assert (await person.says(integrations)).items[0].buttons == ()
    assert (await person.says(connect)).text == "There is nothing to connect here."


def test_what_is_missing_or_wrong_is_told_in_the_same_line() -> None:
    limited = replace(NOTION, state="limited", missing=("https://www.googleapis.com/auth/calendar.events", "notes.write"))
    failing = replace(NOTION, state="provider problem", account="", error="Notion can't answer now.")

    assert in_words(limited) == "limited as ada@acme.test; not allowed: calendar.events, notes.write"
    assert in_words(replace(CALENDAR, state="lent")) == "a made-up account"
    assert in_words(failing) == "provider problem; Notion can't answer now."


@pytest.mark.parametrize(("command", "done", "says"), [(open, "open", "can use"), (close, "close", "can't be used")])
async def test_a_teams_account_is_opened_to_a_channel_and_closed_again(
    ada: Person, command: Command, done: str, says: str
) -> None:
    reply = await ada.says(command, service="notion")

    assert ada.done == [(done, "notion")]
    assert says in reply.text
    assert not reply.private, "everybody there may know"
    assert reply.undo == {"service": "notion"}


def test_opening_and_closing_undo_each_other() -> None:
    assert (open.undo, close.undo) == (close.name, open.name)


async def test_who_runs_the_bot_gets_a_link_for_the_whole_team(ada: Person) -> None:
    reply = await ada.says(connect_for_team, service="google calendar")
    assert "for your whole team" in reply.text
    assert reply.private
    assert ada.done == [("team link", "google_calendar")]
