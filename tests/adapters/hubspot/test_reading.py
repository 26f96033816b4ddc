"""Records are found and read, with all that people care about."""

import asyncio
from datetime import timedelta

import pytest

from adapters.errors import Refused
from adapters.hubspot import ADAPTER
from adapters.hubspot.client import HubSpot
from adapters.hubspot.definitions import owner_named, stage_named
from adapters.hubspot.pipeline import Pipeline, Stage
from adapters.hubspot.record import Owner
from adapters.hubspot.wire import NotFound
from tests.adapters.held_up import longest_hold
from tests.adapters.hubspot.stage import Stage as Scene


async def test_the_check_is_one_request(stage: Scene, hubspot: HubSpot) -> None:
    await ADAPTER.check(hubspot)
    assert [entry.path for entry in stage.sandbox.journal] == ["/account-info/v3/details"]


async def test_the_account_is_called_by_its_number(hubspot: HubSpot) -> None:
    assert await ADAPTER.account(hubspot) == f"Hub {(await hubspot.account()).portal}"


async def test_a_record_has_labels_for_ids_and_what_it_is_linked_to(hubspot: HubSpot) -> None:
    [deal] = await hubspot.named("deal", "orbital – pilot")
    found = await hubspot.record("deal", deal.id, ("start_date",))
    assert (found.title, found.stage, found.pipeline) == ("Orbital – Pilot", "Appointment scheduled", "Sales")
    assert (found.owner, str(found.money)) == ("Sam Sellers", "9,000 EUR")
    assert {each.title for each in found.related} == {"Katherine Johnson", "Orbital Mechanics"}
    portal = (await hubspot.account()).portal
    assert found.url == f"https://app.hubspot.com/contacts/{portal}/record/0-3/{deal.id}"
    assert all(each.url for each in found.related)


async def test_all_kinds_are_searched_at_once_and_in_order(hubspot: HubSpot) -> None:
    found = await hubspot.find("orbital")
    assert [(each.kind, each.total) for each in found] == [("contact", 1), ("company", 1), ("deal", 2), ("ticket", 0)]


@pytest.mark.parametrize("words", ["ADA@analytical.example", "ada lovelace", "LOVELACE"])
async def test_a_contact_is_meant_by_name_or_address(hubspot: HubSpot, words: str) -> None:
    assert [each.email for each in await hubspot.named("contact", words)] == ["ada@analytical.example"]


@pytest.mark.parametrize("words", ["nobody", "nobody@acme.test", "999999", "²", ""])
async def test_who_is_not_there_is_not_found(hubspot: HubSpot, words: str) -> None:
    assert not await hubspot.named("contact", words) or not words


async def test_a_board_has_all_stages_in_order(hubspot: HubSpot) -> None:
    board = await hubspot.board("sales")
    assert [column.stage.label for column in board.columns][:2] == ["Appointment scheduled", "Qualified to buy"]
    assert (board.total, [len(column.records) for column in board.columns]) == (5, [1, 1, 1, 1, 1, 0])
    assert [column.stage.closed for column in board.columns] == [False, False, False, False, True, True]


async def test_many_pages_of_a_board_are_read(stage: Scene, hubspot: HubSpot) -> None:
    for number in range(3):
        await hubspot.create("deal", {"dealname": f"Deal {number}"})
    assert sum(len(column.records) for column in (await hubspot.board()).columns) == 8


async def test_definitions_are_kept_for_five_minutes_and_for_one_token(stage: Scene) -> None:
    token = stage.sandbox.grant("ana@acme.test")
    for _ in range(3):
        await stage.open(token=token).owners()
    assert stage.asked("GET", "/owners") == 2  # those who have left are asked for apart
    stage.now.value += timedelta(minutes=5)
    await stage.open(token=token).owners()
    await stage.open().owners()
    assert stage.asked("GET", "/owners") == 6


@pytest.mark.parametrize("kind", ["contact", "note"])
async def test_what_is_not_there_is_refused(hubspot: HubSpot, kind: str) -> None:
    with pytest.raises(NotFound):
        await hubspot.record(kind, "999999")


@pytest.mark.parametrize("id", ["../owners", "1/../2", "1?archived=true"])
async def test_an_id_stays_in_its_place(hubspot: HubSpot, id: str) -> None:
    with pytest.raises(Refused):
        await hubspot.record("contact", id)


async def test_names_that_fit_nothing_are_told_what_there_is(hubspot: HubSpot) -> None:
    for asked, said in (
        (hubspot.owner("Nobody"), "Olivia Owens"),
        (hubspot.pipeline("Nowhere"), "Sales, Partners"),
        (hubspot.stage("deal", "Nowhere"), "Contract sent"),
        (hubspot.property("deal", "amont"), "Near ones are: Amount"),
    ):
        with pytest.raises(Refused, match=said):
            await asked


async def test_the_loop_is_never_held_up(stage: Scene, hubspot: HubSpot) -> None:
    holding = asyncio.create_task(longest_hold())
    [pilot] = await hubspot.named("deal", "orbital – pilot")
    await hubspot.record("deal", pilot.id)
    await hubspot.note(pilot, "**word** " * 2500)
    holding.cancel()
    assert await holding < 0.05


async def test_what_all_kinds_share_is_asked_for_once(stage: Scene, hubspot: HubSpot) -> None:
    await hubspot.find("ada")
    assert (stage.asked("GET", "/account-info"), stage.asked("GET", "/owners"), stage.asked("POST", "/search")) == (1, 2, 4)


async def test_an_owner_is_named_in_part_and_one_who_has_left_is_given_nothing(hubspot: HubSpot) -> None:
    assert (await hubspot.owner("sam")).name == "Sam Sellers"
    assert (await hubspot.owner("SELLERS")).name == "Sam Sellers"
    with pytest.raises(Refused, match=r"There is no owner “Greta Gone” in HubSpot. There are: Olivia Owens, "):
        await hubspot.owner("Greta Gone")


async def test_a_stage_is_looked_for_where_it_is_said_to_be(hubspot: HubSpot) -> None:
    assert (await hubspot.stage("deal", "signed", near="default")).pipeline == "8401"
    assert (await hubspot.stage("deal", "Closed won", near="gone")).pipeline == "default"
    with pytest.raises(Refused, match=r"There is no stage “Signed” in the pipeline “Sales”. Stages are: Appointment "):
        await hubspot.stage("deal", "Signed", "sales")


def _pipeline(id: str, label: str, *stages: str) -> Pipeline:
    return Pipeline(id, label, tuple(Stage(f"{id}{number}", each, id, label) for number, each in enumerate(stages)))


def test_a_stage_of_several_pipelines_is_that_of_the_nearest_or_asked_about() -> None:
    pipelines = [_pipeline("a", "Sales", "New"), _pipeline("b", "Partners", "New", "Won"), _pipeline("c", "Repair", "Won")]
    assert stage_named(pipelines, "new", near="b").id == "b0"
    with pytest.raises(Refused, match=r"several pipelines. Say in which, with pipeline=: Partners, Repair."):
        stage_named(pipelines, "won", near="a")


def test_of_many_names_some_are_told() -> None:
    owners = [Owner(f"{number}", f"Owner {number}", "") for number in range(40)]
    with pytest.raises(Refused, match=r"Owner 0, .*Owner 11 and 28 more.$"):
        owner_named(owners, "nobody")
