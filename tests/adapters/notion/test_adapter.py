"""The declaration: how a workspace is connected, and what a check costs."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from adapters.base import OAuth2
from adapters.errors import NeedsConnection
from adapters.notion import ADAPTER
from adapters.notion.client import Notion
from tests.adapters.notion.stage import Stage, opened
from tests.adapters.switched_on import Moment


def test_a_person_connects_a_workspace_of_their_own() -> None:
    assert isinstance(ADAPTER.auth, OAuth2)
    assert (ADAPTER.auth.extra, ADAPTER.auth.json_body, ADAPTER.auth.client_auth) == (
        {"owner": "user"},
        True,
        "client_secret_basic",
    )


async def test_the_check_is_one_request_that_passes(stage: Stage, notion: Notion) -> None:
    await ADAPTER.check(notion)
    assert len(stage.sandbox.journal) == 1


async def test_the_account_is_the_workspace_and_whose_connection_it_is(notion: Notion) -> None:
    assert await ADAPTER.account(notion) == "Acme (Ana Lopez)"


async def test_the_check_fails_with_a_wrong_token(stage: Stage) -> None:
    with pytest.raises(NeedsConnection):
        await ADAPTER.check(opened(stage.service, "CANARY-wrong", Moment()))


def test_the_icon_is_a_small_picture_without_scripts_or_links() -> None:
    icon = (Path(__file__).parents[3] / "adapters/notion/icon.svg").read_text()
    elements = {element.tag.partition("}")[2] for element in ElementTree.fromstring(icon).iter()}  # noqa: S314 - our own file
    assert elements <= {"svg", "rect", "path", "circle"}
    assert "href" not in icon
    assert len(icon) < 1200
