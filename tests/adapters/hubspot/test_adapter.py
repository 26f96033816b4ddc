"""The declaration: what it asks for is what it needs."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from adapters.errors import NeedsConnection
from adapters.hubspot import ADAPTER
from adapters.hubspot.client import HubSpot
from tests.adapters.hubspot.specs import SPECS, operations
from tests.adapters.hubspot.stage import TOKEN, Stage

OBJECTS = "/crm/v3/objects"
USED = (
    *((method, f"{OBJECTS}/contacts/{{contactId}}") for method in ("GET", "PATCH", "DELETE")),
    *((method, f"{OBJECTS}/companies/{{companyId}}") for method in ("GET", "PATCH", "DELETE")),
    *((method, f"{OBJECTS}/0-3/{{dealId}}") for method in ("GET", "PATCH", "DELETE")),
    *((method, f"{OBJECTS}/tickets/{{ticketId}}") for method in ("GET", "PATCH", "DELETE")),
    *(
        ("POST", f"{OBJECTS}/{type}{what}")
        for type in ("contacts", "0-3", "tickets")
        for what in ("", "/search", "/batch/read")
    ),
    *(("POST", f"{OBJECTS}/{type}") for type in ("notes", "tasks")),
    ("GET", "/crm/v3/owners"),
    ("GET", "/crm/v3/pipelines/{objectType}"),
)
UNDESCRIBED = {"oauth"}  # what account-info asks for, of which no description is at hand
described = pytest.mark.skipif(not SPECS.exists(), reason="HubSpot's description of its API is not at hand")


def ways_to(method: str, path: str) -> list[set[str]]:
    """The sets of scopes of which each is enough."""
    operation, _ = operations()[method, path]
    return [{scope for scopes in way.values() for scope in scopes} for way in operation["security"]]


@described
@pytest.mark.parametrize(("method", "path"), USED)
def test_the_scopes_are_enough(method: str, path: str) -> None:
    assert any(way <= set(ADAPTER.scopes) for way in ways_to(method, path))


@described
@pytest.mark.parametrize("scope", sorted(set(ADAPTER.scopes) - UNDESCRIBED))
def test_no_scope_is_too_much(scope: str) -> None:
    others = set(ADAPTER.scopes) - {scope}
    assert any(not any(way <= others for way in ways_to(*used)) for used in USED)


async def test_the_check_is_one_request_that_passes(stage: Stage, hubspot: HubSpot) -> None:
    await ADAPTER.check(hubspot)
    assert len(stage.sandbox.journal) == 1


async def test_the_check_fails_with_a_wrong_token(stage: Stage) -> None:
    with pytest.raises(NeedsConnection):
        await ADAPTER.check(stage.open(token=TOKEN))


async def test_an_account_is_told_by_its_number(stage: Stage, hubspot: HubSpot) -> None:
    assert (await ADAPTER.account(hubspot)).startswith("Hub 2")


def test_the_icon_is_a_picture_without_scripts_or_links() -> None:
    icon = (Path(__file__).parents[3] / "adapters/hubspot/icon.svg").read_text()
    elements = {element.tag.partition("}")[2] for element in ElementTree.fromstring(icon).iter()}  # noqa: S314 - our own file
    assert elements <= {"svg", "rect", "path", "circle"}
    assert "href" not in icon
