"""The declaration: what it asks for is what it needs."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from adapters.base import OAuth2
from adapters.errors import NeedsConnection
from adapters.google_calendar import ADAPTER
from adapters.google_calendar.client import GoogleCalendar
from tests.adapters.google_calendar.discovery import document, methods
from tests.adapters.google_calendar.stage import Stage, opened
from tests.adapters.switched_on import Moment

USED = ("calendarList.list", "events.list", "events.get", "events.insert", "events.patch", "events.delete", "freebusy.query")


def scopes_of(method: str) -> set[str]:
    return set(next(each["scopes"] for each in methods() if each["id"] == f"calendar.{method}"))


@pytest.mark.parametrize("method", USED)
def test_the_scopes_are_enough(method: str) -> None:
    assert scopes_of(method) & set(ADAPTER.scopes)


def test_no_scope_is_too_much() -> None:
    for scope in ADAPTER.scopes:
        others = set(ADAPTER.scopes) - {scope}
        assert any(not scopes_of(method) & others for method in USED)


def test_the_scopes_exist() -> None:
    assert set(ADAPTER.scopes) <= document()["auth"]["oauth2"]["scopes"].keys()


def test_google_gives_a_refresh_token_only_when_asked_like_this() -> None:
    assert isinstance(ADAPTER.auth, OAuth2)
    assert ADAPTER.auth.extra == {"access_type": "offline", "prompt": "consent"}


async def test_the_check_is_one_request_that_passes(stage: Stage, google: GoogleCalendar) -> None:
    await ADAPTER.check(google)
    assert len(stage.sandbox.journal) == 1


async def test_the_check_fails_with_a_wrong_token(stage: Stage) -> None:
    with pytest.raises(NeedsConnection):
        await ADAPTER.check(opened(stage.service, "CANARY-wrong", "UTC", Moment()))


def test_the_icon_is_a_picture_without_scripts_or_links() -> None:
    icon = (Path(__file__).parents[3] / "adapters/google_calendar/icon.svg").read_text()
    elements = {element.tag.partition("}")[2] for element in ElementTree.fromstring(icon).iter()}  # noqa: S314 - our own file
    assert elements <= {"svg", "rect", "path"}
    assert "href" not in icon
