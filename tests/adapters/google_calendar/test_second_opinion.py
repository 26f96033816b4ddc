"""The client's basics hold against our own stand-in, and against one that somebody else wrote.

`emulate` knows the list of calendars, events' list, insert and delete, and busy times. It gives events ids of its own.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zlib import crc32
from zoneinfo import ZoneInfo

import pytest

from adapters.errors import Refused
from adapters.google_calendar import ADAPTER
from adapters.google_calendar.client import GoogleCalendar
from tests.adapters.google_calendar.stage import connected, opened, staged
from tests.adapters.switched_on import Moment
from tests.emulate import Emulate

BERLIN = ZoneInfo("Europe/Berlin")
Open = Callable[[str], GoogleCalendar]
"""The calendar of one and the same person, for a call with that id."""


@pytest.fixture(scope="session")
def emulated(emulate: Emulate) -> Iterator[str]:
    with emulate.running("google") as address:
        yield address


@pytest.fixture(params=["sandbox", pytest.param("emulate", marks=pytest.mark.emulate)])
async def open_for(request: pytest.FixtureRequest) -> AsyncIterator[Open]:
    if request.param == "sandbox":
        async with staged() as stage:
            yield lambda call: stage.open(call=call)
        return
    async with connected(f"{request.getfixturevalue('emulated')}/") as (service, _):
        yield lambda call: opened(service, "CANARY-token-emulate", "Europe/Berlin", Moment(), call)


@pytest.fixture
def monday(request: pytest.FixtureRequest) -> datetime:
    """Nine o'clock on a Monday of the test's own, so that tests share a server and nothing else."""
    weeks = crc32(request.node.name.encode()) % 2000
    return datetime(2030, 1, 7, 9, 0, tzinfo=BERLIN) + timedelta(weeks=weeks)


async def test_calendars_are_listed_with_one_of_one_s_own(open_for: Open) -> None:
    calendars = await open_for("a").calendars()
    assert [each.primary for each in calendars].count(True) == 1
    assert all(each.writable for each in calendars)


async def test_an_unknown_calendar_is_refused(open_for: Open) -> None:
    with pytest.raises(Refused, match="You have no calendar “Golf”"):
        await open_for("a").agenda(date(2026, 2, 1), calendar="Golf")


async def test_a_made_meeting_is_found_on_its_day(open_for: Open, monday: datetime) -> None:
    made = await open_for(f"b{monday}").create("Design review", monday, 45, place="Room Curie", description="Icons")
    found = [each for each in await open_for("c").agenda(monday.date()) if each.title == "Design review"]
    assert [(each.id, each.start, each.minutes, each.place) for each in found] == [(made.id, monday, 45, "Room Curie")]
    around = [
        *await open_for("c").agenda(monday.date() - timedelta(1)),
        *await open_for("c").agenda(monday.date() + timedelta(1)),
    ]
    assert not any(each.id == made.id for each in around)


async def test_guests_are_kept(open_for: Open, monday: datetime) -> None:
    made = await open_for(f"d{monday}").create("Lunch", monday, 30, guests=["lena@acme.test"])
    assert [(guest.email, guest.answer) for guest in made.guests] == [("lena@acme.test", "unanswered")]


async def test_a_meeting_is_made_in_another_calendar(open_for: Open, monday: datetime) -> None:
    team = next(each for each in await open_for("e").calendars() if not each.primary)
    made = await open_for(f"f{monday}").create("Party", monday, 30, calendar=team.name)
    assert made.calendar == team.id
    assert made.id in [each.id for each in await open_for("e").agenda(monday.date(), calendar=team.id)]
    assert made.id not in [each.id for each in await open_for("e").agenda(monday.date())]


async def test_words_are_found(open_for: Open, monday: datetime) -> None:
    made = await open_for(f"g{monday}").create("Zeppelin flight", monday, 30)
    found = await open_for("h").find("zeppelin", monday.date())
    assert [each.id for each in found] == [made.id]


async def test_many_meetings_are_read_page_by_page(open_for: Open, monday: datetime) -> None:
    for number in range(251):
        await open_for(f"i{monday}{number}").create(f"No. {number}", monday, 30)
    assert sum(each.title.startswith("No.") for each in await open_for("j").agenda(monday.date())) == 251


async def test_a_cancelled_meeting_is_gone(open_for: Open, monday: datetime) -> None:
    made = await open_for(f"k{monday}").create("Design review", monday, 45)
    await open_for("l").cancel(made)
    assert made.id not in [each.id for each in await open_for("m").agenda(monday.date())]


async def test_what_is_not_there_can_t_be_cancelled(open_for: Open, monday: datetime) -> None:
    made = await open_for(f"n{monday}").create("Design review", monday, 45)
    other = next(each for each in await open_for("o").calendars() if not each.primary)
    with pytest.raises(Refused, match="can't find that"):
        await open_for("o").cancel(replace(made, calendar=other.id))


async def test_meetings_are_busy_times(open_for: Open, monday: datetime) -> None:
    await open_for(f"p{monday}").create("Workshop", monday + timedelta(hours=2), 120)
    found = await open_for("q").free(["x@nowhere.org"], [monday.date()], (time(11), time(15)), 60)
    assert [(slot.start, slot.end) for slot in found.slots] == [(monday + timedelta(hours=4), monday + timedelta(hours=6))]
    assert found.unseen == ("x@nowhere.org",)


async def test_the_check_passes(open_for: Open) -> None:
    await ADAPTER.check(open_for("r"))
