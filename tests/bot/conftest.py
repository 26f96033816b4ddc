"""A desk with the sandboxes behind it: the real dispatch, the real clients, real HTTP."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from adapters import ADAPTERS, google_calendar
from adapters.base import Adapter
from bot.clock import Clock
from bot.desk import open_desk
from bot.dispatch import Dispatch, Form
from bot.plan import Plan
from bot.service_settings import Credentials, ServiceSettings
from bot.settings import Settings
from commands import SUBJECTS
from commands.call import Actor, Call, Place
from commands.catalog import subjects
from commands.reply import Reply

MONDAY = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
ASKER = Actor("terminal", "local", "ann", "Ann", "Europe/Berlin")
ONE = (google_calendar.ADAPTER,)
PLACE = Place("terminal", "local", "terminal")


class FixedClock(Clock):
    """A clock that stands where it is put."""

    def __init__(self, at: datetime = MONDAY) -> None:
        self.at = at

    def time(self) -> float:
        return self.at.timestamp()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def make_plan(clock: FixedClock, tmp_path: Path) -> Callable[..., Plan]:
    """Makes plans as `plan_in` does."""
    return partial(plan_in, tmp_path, clock)


def plan_in(
    folder: Path,
    clock: Clock,
    services: dict[str, dict[str, Any]] | None = None,
    adapters: Sequence[Adapter] = ONE,
    **settings: Any,
) -> Plan:
    """A plan from settings alone: neither the environment nor a `.env` file is looked at. Of one service, unless told more."""
    told = {adapter.name: ServiceSettings.model_construct() for adapter in adapters}
    told |= {name: told[name].model_copy(update=values) for name, values in (services or {}).items()}
    given = Settings.model_validate({"timezone": "UTC", "database_url": f"sqlite:///{folder / 'bot.sqlite'}", **settings})
    registered = {adapter.name: Credentials.model_construct() for adapter in adapters}
    return Plan(given, told, registered, adapters, subjects(SUBJECTS), clock)


@pytest.fixture
async def dispatch(make_plan: Callable[..., Plan]) -> AsyncIterator[Dispatch]:
    plan = make_plan(adapters=ADAPTERS)
    async with open_desk(plan, "", plan.settings.database) as desk:
        yield desk.dispatch


async def ask(dispatch: Dispatch, words: str, actor: Actor = ASKER, id: str = "call-1", asked: datetime = MONDAY) -> Reply:
    """The last reply to some words."""
    reply = await dispatch.read(words, id, actor, PLACE, "terminal", asked)
    if isinstance(reply, Call):
        async for each in dispatch.answer(reply):
            reply = each
    if isinstance(reply, Form):
        reply = reply.otherwise
    assert isinstance(reply, Reply)
    return reply
