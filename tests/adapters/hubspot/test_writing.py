"""What is written is written once, however often the same call asks."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from adapters.errors import Refused, Unavailable, Unknown
from adapters.hubspot import sandbox_setup
from adapters.hubspot.client import HubSpot
from adapters.hubspot.record import Record
from tests.adapters.hubspot.stage import Stage
from tests.adapters.switched_on import MONDAY

Write = Callable[[HubSpot], Awaitable[Record]]
CREATING = r"/objects/\w+$"


async def _pilot(hubspot: HubSpot) -> Record:
    [deal] = await hubspot.named("deal", "orbital – pilot")
    return await hubspot.record("deal", deal.id)


async def _deal(hubspot: HubSpot) -> Record:
    stage, [owner] = await hubspot.stage("deal"), [await hubspot.owner("Sam Sellers")]
    return await hubspot.create_deal(
        "Telescope", stage, Decimal("12500.50"), date(2026, 12, 24), owner, [await _katherine(hubspot)]
    )


async def _katherine(hubspot: HubSpot) -> Record:
    return (await hubspot.named("contact", "katherine"))[0]


async def _ticket(hubspot: HubSpot) -> Record:
    return await hubspot.create_ticket("Empty export", await hubspot.stage("ticket"), "It is.", "HIGH")


async def _note(hubspot: HubSpot) -> Record:
    return await hubspot.note(await _pilot(hubspot), "They *like* it. <script>alert(1)</script>")


async def _task(hubspot: HubSpot) -> Record:
    return await hubspot.task(await _pilot(hubspot), "Send the offer", MONDAY + timedelta(days=4), "By **post**")


async def _contact(hubspot: HubSpot) -> Record:
    return (await hubspot.save_contact("mary@orbital.example", {"firstname": "Mary", "phone": ""})).record


CREATIONS = (_deal, _ticket, _note, _task, _contact)
each_creation = pytest.mark.parametrize("create", CREATIONS, ids=lambda each: each.__name__.strip("_"))


@each_creation
async def test_what_is_created_is_what_is_read_later(hubspot: HubSpot, create: Write) -> None:
    made = await create(hubspot)
    found = await hubspot.record(made.kind, made.id)
    assert replace(found, related=()) == replace(made, related=())
    assert found.url


@each_creation
@pytest.mark.parametrize("lost", [1, 2])
async def test_a_lost_answer_costs_nothing(stage: Stage, create: Write, lost: int) -> None:
    stage.fail("drop_after", method="POST", path=CREATING, times=lost)
    made = await create(stage.open())
    assert stage.changes == 1
    assert await create(stage.open(again=True)) == made
    assert stage.changes == 1


@each_creation
async def test_after_three_lost_answers_a_further_attempt_finds_it(stage: Stage, create: Write) -> None:
    stage.fail("drop_after", method="POST", path=CREATING, times=3)
    with pytest.raises(Unavailable):
        await create(stage.open())
    await create(stage.open(again=True))
    assert stage.changes == 1


@each_creation
async def test_another_call_creates_another(stage: Stage, create: Write) -> None:
    made = await create(stage.open())
    other = await create(stage.open(call="call-2"))
    assert (made.id != other.id) == (create is not _contact)


@pytest.fixture
def _keyless(monkeypatch: pytest.MonkeyPatch) -> None:
    """An account that lets nobody write the key of a creation."""
    shut = {
        type: tuple(replace(each, read_only=each.read_only or each.name == "hs_unique_creation_key") for each in some)
        for type, some in sandbox_setup.PROPERTIES.items()
    }
    monkeypatch.setattr(sandbox_setup, "PROPERTIES", shut)


@pytest.mark.usefixtures("_keyless")
@pytest.mark.parametrize("create", [_deal, _ticket, _note, _task])
async def test_without_a_key_a_lost_answer_is_unknown_and_what_it_made_is_found(stage: Stage, create: Write) -> None:
    stage.fail("drop_after", method="POST", path=CREATING)
    with pytest.raises(Unknown):
        await create(stage.open())
    await create(stage.open(again=True))
    assert stage.changes == 1


@pytest.mark.usefixtures("_keyless")
async def test_without_a_key_nothing_is_written_again_before_the_search_can_tell(stage: Stage) -> None:
    with pytest.raises(Unavailable, match="does not yet tell") as raised:
        await _deal(stage.open(again=True))
    assert raised.value.retry_after == 60
    stage.now.value += timedelta(minutes=1)
    with pytest.raises(Unknown):
        await _deal(stage.open(again=True))
    assert stage.changes == 0


async def test_a_note_is_safe_html_and_told_as_text(hubspot: HubSpot) -> None:
    note = await _note(hubspot)
    assert note.values["hs_note_body"] == "<p>They <em>like</em> it. &lt;script&gt;alert(1)&lt;/script&gt;</p>"
    assert note.title == "They like it. <script>alert(1)</script>"
    assert [each.title for each in (await hubspot.record("note", note.id)).related] == ["Orbital – Pilot"]


@pytest.mark.parametrize("text", ["[x](javascript:alert(1))", "![x](https://evil.test/x.png)", "<img src=x onerror=y>"])
async def test_nothing_in_a_note_is_run_or_fetched(hubspot: HubSpot, text: str) -> None:
    note = await hubspot.note(await _pilot(hubspot), text)
    assert not any(bad in note.values["hs_note_body"] for bad in ("<img", 'href="javascript'))


async def test_a_note_that_is_too_long_is_refused(stage: Stage, hubspot: HubSpot) -> None:
    with pytest.raises(Refused, match="too long for HubSpot"):
        await hubspot.note(await _pilot(hubspot), "x" * 65_600)
    assert stage.changes == 0


async def test_an_update_is_made_once_and_may_be_asked_twice(stage: Stage, hubspot: HubSpot) -> None:
    deal = await _pilot(hubspot)
    stage.fail("drop_after", method="PATCH")
    assert (await hubspot.update("deal", deal.id, {"description": "New"})).values["description"] == "New"
    changes = stage.changes
    await stage.open(again=True).update("deal", deal.id, {"description": "New"})
    assert stage.changes == changes
    assert "description" not in (await hubspot.update("deal", deal.id, {"description": ""})).values


async def test_a_deal_moves_to_another_pipeline(hubspot: HubSpot) -> None:
    moved = await hubspot.move(await _pilot(hubspot), await hubspot.stage("deal", "signed", "partners"))
    assert (moved.stage, moved.pipeline) == ("Signed", "Partners")


async def test_a_contact_that_is_there_is_changed_and_emptied_of_nothing(hubspot: HubSpot) -> None:
    saved = await hubspot.save_contact("Ada@analytical.example", {"jobtitle": "Countess", "firstname": ""})
    assert (saved.new, saved.former, saved.record.title) == (False, {"jobtitle": "Analyst"}, "Ada Lovelace")


async def test_what_is_archived_can_be_made_anew(stage: Stage, hubspot: HubSpot) -> None:
    deal, before = await _pilot(hubspot), stage.sandbox.state("ana@acme.test")
    values = await hubspot.values("deal", deal.id)
    await hubspot.archive("deal", deal.id)
    await hubspot.archive("deal", deal.id)
    with pytest.raises(Refused):
        await hubspot.record("deal", deal.id)
    assert await hubspot.values("deal", deal.id, archived=True) == values
    assert (await hubspot.record("deal", deal.id, archived=True)).title == deal.title
    await hubspot.create("deal", values, deal.related)
    assert stage.sandbox.state("ana@acme.test") == before


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"email": "ada@analytical.example"}, "Contact already exists"),
        ({"email": "nobody"}, "Email address nobody is invalid"),
        ({"colour": "red"}, 'Property "colour" does not exist'),
        ({"lifecyclestage": "friend"}, "was not one of the allowed options"),
    ],
)
async def test_what_hubspot_does_not_take_is_told_in_its_words(
    stage: Stage, hubspot: HubSpot, values: dict[str, str], said: str
) -> None:
    with pytest.raises(Refused, match=said) as raised:
        await hubspot.create("contact", values)
    assert "isValid" not in str(raised.value)
    assert stage.changes == 0


async def test_a_lifecycle_stage_goes_back_too(hubspot: HubSpot) -> None:
    [grace] = await hubspot.named("contact", "grace hopper")
    assert grace.values["lifecyclestage"] == "customer"
    assert (await hubspot.update("contact", grace.id, {"lifecyclestage": "lead"})).values["lifecyclestage"] == "lead"
    assert (await hubspot.update("contact", grace.id, {"lifecyclestage": "customer"})).values["lifecyclestage"] == "customer"
