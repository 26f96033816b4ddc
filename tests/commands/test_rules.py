"""Rules as people see and change them in chat, over a real database."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from adapters.errors import Refused
from bot.directory import Directory
from bot.rules import Judge
from bot.rules_desk import ruling_of
from commands import calendar, help, ping, rules
from commands.call import Actor, Place
from commands.catalog import Catalog, subjects
from commands.parse import parse
from commands.preview import Change, Preview
from commands.reply import Button, Item, Reply
from commands.rules import Ruling
from commands.usage import UsageError
from storage.database import Database
from storage.rules import Rules
from tests.bot.conftest import FixedClock

ADA, BOSS, CHIEF = (Actor("slack", "T1", f"U0{name.upper()}", name) for name in ("Ada", "Boss", "Chief"))
TENANT = "11111111-1111-4111-8111-111111111111"
GUID = "12345678-90ab-cdef-1234-567890abcdef"
BILL = Actor("teams", TENANT, "22222222-2222-4222-8222-222222222222", "Bill")
SALES, LOUNGE = Place("slack", "T1", "C0SALES"), Place("slack", "T1", "C0LOUNGE")
TEAM = Place("teams", TENANT, "19:abc@thread.tacv2")
CATALOG = Catalog(subjects([calendar, rules, help, ping]), lambda _: True)
PAGE = "https://bot.acme.test/rules"


@dataclass
class World:
    store: Rules
    judge: Judge
    clock: FixedClock
    again: bool = False  # whether an earlier attempt was begun

    def ruling(self, actor: Actor = BOSS, place: Place = SALES) -> Ruling:
        async def again() -> bool:
            return self.again

        return ruling_of(self.judge, CATALOG, PAGE, actor, place, again)

    async def steps(self, words: str, actor: Actor = BOSS, place: Place = SALES) -> list[Any]:
        """What the command yields."""
        command, rest = CATALOG.find(words)
        now = self.clock.now()
        given = {"ruling": self.ruling(actor, place)}
        return [each async for each in command.run(command.validate(parse(command, rest), now), given, now)]

    async def said(self, words: str, actor: Actor = BOSS, place: Place = SALES) -> Reply:
        *_, reply = await self.steps(words, actor, place)
        assert isinstance(reply, Reply)
        return reply

    async def made(self, words: str, actor: Actor = BOSS, place: Place = SALES) -> tuple[str, ...]:
        """The rule as it is stored."""
        reply = await self.said(f"rules {words}", actor, place)
        found = await self.store.find(reply.record, f"{actor.platform}:{actor.tenant}")
        assert found
        assert (found.made_by, found.made, found.removed) == (actor.key, self.clock.time(), 0)
        return found.effect, found.what, found.who, found.where, found.by

    async def holding(self) -> list[str]:
        return [each.id for each in await self.store.of("slack:T1")]


class Town:
    """In the place of a platform."""

    def __init__(self, *people: Actor) -> None:
        self._people = {each.key: each for each in people}

    async def known(self, actor: Actor) -> Actor | None:
        return self._people.get(actor.key)

    async def room(self, place: Place) -> object:
        if place.conversation not in (SALES.conversation, LOUNGE.conversation, TEAM.conversation):
            raise Refused("The bot is not in there.")
        return place


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Boss, Chief and Bill run the bot, Ada does not."""
    clock, database = FixedClock(), Database(f"sqlite:///{tmp_path / 'rules.sqlite'}")
    await database.open()

    async def is_admin(actor: Actor) -> bool:
        return actor in (BOSS, CHIEF, BILL)

    async def admins_of(platform: str, tenant: str) -> Mapping[str, str]:
        return {BOSS.key: "Boss", CHIEF.key: "Chief"}

    store, directory = Rules(database, clock.time), Directory({"slack": Town(ADA, BOSS, CHIEF), "teams": Town(BILL)}, clock)
    yield World(store, Judge(store, is_admin, admins_of, directory, clock), clock)
    await database.close()


@pytest.mark.parametrize(
    ("words", "stored"),
    [
        ("forbid everything", ("forbid", "*", "*", "*", "")),
        ("forbid Writes where=here", ("forbid", "writes", "*", "C0SALES", "")),
        ("forbid /calendar create who=<@U0ADA>", ("forbid", "calendar create", "slack:T1:U0ADA", "*", "")),
        ("forbid calendar where=<#C0RANDOM>", ("forbid", "calendar", "*", "C0RANDOM", "")),
        ("forbid calendar where=<#C0RANDOM|random>", ("forbid", "calendar", "*", "C0RANDOM", "")),
        ("forbid calendar where=C0RANDOM", ("forbid", "calendar", "*", "C0RANDOM", "")),
        ("forbid calendar where=Anywhere", ("forbid", "calendar", "*", "*", "")),
        ("forbid calendar who=<@U0ADA|ada>", ("forbid", "calendar", "slack:T1:U0ADA", "*", "")),
        ("forbid calendar who=U0ADA", ("forbid", "calendar", "slack:T1:U0ADA", "*", "")),
        ("allow irreversible who=Admins where=everywhere", ("allow", "irreversible", "admins", "*", "")),
        ("allow reads who=everyone", ("allow", "reads", "*", "*", "")),
        ("ask calendar create by=admins", ("ask", "calendar create", "*", "*", "admins")),
        ("ask writes by=<@U0CHIEF|chief> who=U0ADA where=here", ("ask", "writes", "slack:T1:U0ADA", "C0SALES", CHIEF.key)),
        ("ask writes by=in:here", ("ask", "writes", "*", "*", "in:C0SALES")),
        ("ask writes by=Here", ("ask", "writes", "*", "*", "in:C0SALES")),
        ("ask writes by=in:<#C0LOUNGE|lounge>", ("ask", "writes", "*", "*", "in:C0LOUNGE")),
        ("ask writes by=<#C0LOUNGE>", ("ask", "writes", "*", "*", "in:C0LOUNGE")),
    ],
)
async def test_a_rule_is_made_from_words(world: World, words: str, stored: tuple[str, ...]) -> None:
    assert await world.made(words) == stored


@pytest.mark.parametrize(
    ("words", "who"),
    [
        (GUID.upper(), f"teams:{TENANT}:{GUID}"),
        (f"<@{GUID}|Ada%20Lovelace>", f"teams:{TENANT}:{GUID}"),
        (f"<@{GUID}>", f"teams:{TENANT}:{GUID}"),
        ("admins", "admins"),
    ],
)
@pytest.mark.parametrize("where", ["here", TEAM.conversation, f"<#{TEAM.conversation}|Sales>"])
async def test_in_teams_people_and_channels_are_mentioned_or_named_by_their_ids(
    world: World, words: str, who: str, where: str
) -> None:
    made = await world.made(f"forbid writes who={words} where={where}", BILL, TEAM)
    assert made == ("forbid", "writes", who, TEAM.conversation, "")


@pytest.mark.parametrize(
    ("words", "option", "said", "choices"),
    [
        ("forbid calendar creat", "what", "no command called “calendar creat”", ["calendar create"]),
        ("forbid xyzzy", "what", "no command called “xyzzy”", ["everything", "reads", "writes", "irreversible"]),
        ("forbid writes who=@ada", "who", "Mention them, or give their member ID", []),
        ("forbid writes who=slack:T2:U0ADA", "who", "I don't know who", []),
        ("forbid writes who=U0ADA,U0EVE", "who", "a rule names one person", []),
        ("forbid writes who=<@U0ADA", "who", "I don't know who", []),
        ("ask writes by=everyone", "by", "by: say who confirms: admins", []),
        ("ask writes by=in:sales", "by", "I don't know the channel “sales”", []),
        ("ask reads by=admins", "what", "reads are never confirmed", []),
        ("forbid help", "what", "“help” stays open to everybody", []),
        ("forbid rules remove", "what", "“rules remove” stays open to everybody", []),
        ("ask writes", "by", "is missing", []),
        ("forbid writes where=there", "where", "where: I don't know the channel “there”. Mention it", []),
        ("forbdi writes", "", "Did you mean “rules forbid writes”?", ["rules forbid writes"]),
    ],
)
async def test_what_fits_no_rule_is_told_and_nothing_is_made(
    world: World, words: str, option: str, said: str, choices: list[str]
) -> None:
    with pytest.raises(UsageError, match=re.escape(said)) as caught:
        await world.steps(f"rules {words}")
    assert (caught.value.option, [each.value for each in caught.value.choices][: len(choices) or None]) == (option, choices)
    assert await world.holding() == []


async def test_in_teams_a_name_is_no_id_and_that_is_said(world: World) -> None:
    with pytest.raises(UsageError, match="give their object ID"):
        await world.steps('rules forbid writes who="Ada Lovelace"', BILL, TEAM)


@pytest.mark.parametrize("words", ["forbid writes", "allow writes", "ask writes by=U0ADA", "remove {id}", "restore {id}"])
async def test_only_those_who_run_the_bot_change_rules_and_everybody_else_is_told_who(world: World, words: str) -> None:
    id = (await world.said("rules forbid reads")).record
    with pytest.raises(Refused, match="Only those who run the bot may change its rules: Boss or Chief"):
        await world.steps(f"rules {words.format(id=id)}", ADA)
    assert await world.holding() == [id]


async def test_a_rule_is_shown_before_it_holds_and_can_be_taken_back_and_back_again(world: World) -> None:
    preview, reply = await world.steps("rules forbid calendar create where=here")
    id, words = reply.record, "Nobody may use “calendar create” in this channel."
    assert preview == Preview(f"Let this rule hold: {words}", changes=(Change(f"Rule {id}", "", words),), private=True)
    assert reply == Reply(f"From now on: {words} That is rule {id}.", undo={"id": id}, record=id, private=True)
    assert await world.holding() == [id]

    preview, reply = await world.steps(f"rules remove {id.upper()}")
    assert preview == Preview(f"Remove rule {id}.", changes=(Change(f"Rule {id}", words, ""),), private=True)
    assert reply == Reply(f"Rule {id} does not hold any more: {words}", undo={"id": id}, record=id, private=True)
    assert await world.holding() == []

    preview, reply = await world.steps(f"rules restore {id}")
    assert preview == Preview(f"Let this rule hold: {words}", changes=(Change(f"Rule {id}", "", words),), private=True)
    assert (reply.undo, await world.holding()) == ({"id": id}, [id])


@pytest.mark.parametrize("words", ["forbid writes", "allow writes", "ask writes by=admins"])
async def test_until_it_is_let_go_on_nothing_is_made(world: World, words: str) -> None:
    command, rest = CATALOG.find(f"rules {words}")
    arguments, now = command.validate(parse(command, rest), world.clock.now()), world.clock.now()
    steps = command.run(arguments, {"ruling": world.ruling()}, now)
    assert isinstance(await anext(steps), Preview)
    await steps.aclose()
    assert await world.holding() == []


@pytest.mark.parametrize("words", ["forbid writes", "allow writes", "ask writes by=admins"])
async def test_what_is_so_already_is_said_and_offers_nothing_to_take_back(world: World, words: str) -> None:
    first = await world.said(f"rules {words}")
    id = first.record
    for again, actor in ((words, BOSS), (words, CHIEF), (f"restore {id}", BOSS)):
        [reply] = await world.steps(f"rules {again}", actor)
        assert (reply.text.startswith(f"That holds already, as rule {id}: "), reply.undo, reply.private) == (True, None, True)
    assert (await world.said(f"rules remove {id}")).undo == {"id": id}
    [reply] = await world.steps(f"rules remove {id}")
    assert reply == Reply(f"Rule {id} does not hold any more: nothing to remove.", private=True)
    assert await world.holding() == []
    assert (await world.said(f"rules {words}")).undo == {"id": id}
    assert await world.holding() == [id]


@pytest.mark.parametrize("words", ["forbid writes", "ask writes by=admins", "remove {id}", "restore {id}"])
async def test_a_further_attempt_finds_its_own_deed_and_answers_as_the_first_would_have(world: World, words: str) -> None:
    """As after a fault that came when all was done already."""
    id = (await world.said("rules forbid reads")).record
    if words.startswith("restore"):
        await world.said(f"rules remove {id}")
    first = await world.steps(f"rules {words.format(id=id)}")
    after = await world.holding()
    world.again = True
    assert await world.steps(f"rules {words.format(id=id)}") == first
    assert await world.holding() == after


@pytest.mark.parametrize(
    ("by", "said"),
    [("U0GONE", r"I can't ask a person \(U0GONE\) to confirm"), ("in:C0GONE", "not in there"), ("<#C0GONE>", "not in there")],
)
async def test_nobody_is_made_to_confirm_who_could_not_be_asked(world: World, by: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        await world.steps(f"rules ask writes by={by}")
    assert await world.holding() == []


async def test_what_is_changed_is_told_with_names_even_to_whom_it_is_about(world: World) -> None:
    """Others may come to see it: in the audit, on a card."""
    reply = await world.said("rules ask writes who=U0CHIEF by=U0BOSS", BOSS)
    assert "Chief may change things everywhere once Boss confirms it." in reply.text
    assert (await world.said("rules")).items[-1].title == "Chief may change things everywhere once you confirm it."
    assert (await world.said("rules", CHIEF)).items[0].title == "You may change things everywhere once Boss confirms it."


@pytest.mark.parametrize("id", ["zzzz", "%", "x" * 5_000])
async def test_a_rule_that_is_not_there_can_not_be_removed(world: World, id: str) -> None:
    with pytest.raises(Refused, match="There is no rule “") as caught:
        await world.steps(f"rules remove {id}")
    assert len(str(caught.value)) < 150


async def test_a_rule_of_another_tenant_is_neither_seen_nor_removed(world: World) -> None:
    id = (await world.said("rules forbid writes")).record
    with pytest.raises(Refused):
        await world.steps(f"rules remove {id}", BILL, TEAM)
    assert id not in str(await world.said("rules", BILL, TEAM))


async def test_rules_alone_shows_what_concerns_me_and_to_those_who_change_them_the_rest(world: World) -> None:
    broad = (await world.said("rules forbid writes who=U0ADA")).record
    narrow = (await world.said("rules allow calendar where=here")).record
    elsewhere = (await world.said("rules forbid everything who=U0CHIEF", place=LOUNGE)).record
    there = (await world.said("rules forbid writes where=here", place=LOUNGE)).record
    mine = (await world.said("rules ask calendar who=U0CHIEF by=U0ADA")).record
    defaults = (
        Item("Everybody may look things up, and change things with accounts that they may use.", "by default"),
        Item("With the team’s accounts, only those who run the bot may do irreversible things.", "by default"),
    )
    reply = await world.said("rules", ADA)
    assert reply == Reply(
        "For you, here, 2 rules and the defaults hold. The most specific rule wins; of two alike, the stricter.",
        items=(
            Item("Everybody may use “calendar” in this channel.", f"rule {narrow}"),
            Item("You may not change things anywhere.", f"rule {broad}"),
            *defaults,
            Item("Chief may use “calendar” everywhere once you confirm it.", f"rule {mine}, for others or elsewhere"),
            Item("Nobody may change things in another channel (C0LOUNGE).", f"rule {there}, for others or elsewhere"),
        ),
        buttons=(Button("Open the page", url=PAGE),),
        private=True,
    )
    boss = await world.said("rules")
    assert [item.title for item in boss.items][1:3] == [item.title for item in defaults]
    assert boss.items[0].buttons == (Button("Remove", "rules remove", {"id": narrow}),)
    others = {f"rule {each}, for others or elsewhere" for each in (broad, elsewhere, there, mine)}
    assert {item.detail for item in boss.items[3:]} == others


async def test_where_nothing_was_ruled_the_defaults_are_told(world: World) -> None:
    reply = await world.said("rules", ADA)
    assert reply.text.startswith("For you, here, only the defaults hold.")
    assert [item.detail for item in reply.items] == ["by default"] * 2


async def test_help_explains_the_rules_and_each_of_their_verbs_and_says_which_forbids_what(world: World) -> None:
    command = CATALOG.named("help")

    async def explained(words: str) -> Reply:
        given = {"catalog": CATALOG.only(await world.judge.may(ADA, SALES)), "ruling": world.ruling(ADA)}
        [reply] = [each async for each in command.run({"words": words}, given, world.clock.now())]
        assert isinstance(reply, Reply)
        return reply

    shown = [item.title.split(" <")[0] for item in (await explained("rules")).items]
    assert shown == ["rules", *(f"rules {verb}" for verb in ("forbid", "allow", "ask", "remove", "restore"))]
    assert (await explained("rules ask")).text.startswith("Have somebody confirm")
    id = (await world.said("rules forbid calendar create")).record
    barred = f"Nobody may use “calendar create” anywhere. That is rule {id}. It can be changed by Boss or Chief."
    assert await explained("/Calendar create") == Reply(barred, private=True)
    assert "calendar create" not in str(await explained("calendar"))
    await world.said("rules forbid calendar")
    assert (await explained("calendar")).text.startswith("Nobody may use “calendar”")
