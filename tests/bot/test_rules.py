"""Who may run what, where: the most specific rule decides, and no rule locks out those who mend it."""

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.errors import Refused, Unavailable
from bot.directory import Directory
from bot.rule_words import approver_in_words, in_words
from bot.rules import Judge, Verdict
from bot.ruling import OWN, Case, Decision, decide, is_about, precedence
from commands import SUBJECTS
from commands.call import Actor, Place
from commands.catalog import Catalog, Subject, subjects
from commands.command import Command, command
from commands.reply import Reply
from storage.database import Database
from storage.rules import Rule, Rules
from tests.bot.conftest import FixedClock

ADA, EVE, BOSS = (Actor("slack", "T1", user, user.capitalize()) for user in ("UADA", "UEVE", "UBOSS"))
SALES, LOUNGE = Place("slack", "T1", "C0SALES"), Place("slack", "T1", "C0LOUNGE")
T1, T2 = "slack:T1", "slack:T2"
CASES = settings(deadline=None, max_examples=int(os.environ.get("RULES_EXAMPLES", "100")))


@command
async def look() -> Reply:
    """Look at something."""
    return Reply("")


@command(undo="test-rules wipe")
async def make() -> Reply:
    """Make something."""
    return Reply("")


@command(irreversible=True)
async def wipe() -> Reply:
    """Wipe something out."""
    return Reply("")


LOOK, MAKE, WIPE = look, make, wipe
GARDEN = Subject("test-rules", "Your garden.", (LOOK, MAKE, WIPE))
EVERYBODYS = [each for subject in subjects(SUBJECTS) if subject.name in OWN for each in subject.commands]


def rule(id: str, effect: str, what: str = "*", who: str = "*", where: str = "*", by: str = "", tenant: str = T1) -> Rule:
    return Rule(id, tenant, effect, what, who, where, by or ("admins" if effect == "ask" else ""), BOSS.key, 1000.0)


def case(command: Command, actor: Actor = ADA, place: Place = SALES, team: bool = False) -> Case:
    return Case(command, actor.key, actor == BOSS, place.conversation, team)


FORBID, ALLOW, ASK = (rule(effect, effect) for effect in ("forbid", "allow", "ask"))


@pytest.mark.parametrize(
    ("asked", "held", "decides"),
    [
        (case(MAKE), [FORBID, replace(ALLOW, what="writes")], "allow"),
        (case(LOOK), [FORBID, replace(ALLOW, what="writes")], "forbid"),
        (case(LOOK), [FORBID, replace(ALLOW, what="reads")], "allow"),
        (case(WIPE), [replace(FORBID, what="irreversible"), replace(ALLOW, what="writes")], "forbid"),
        (case(MAKE), [replace(FORBID, what="irreversible")], ""),
        (case(WIPE), [replace(FORBID, what="irreversible"), replace(ALLOW, what="test-rules")], "allow"),
        (case(WIPE), [replace(ALLOW, what="test-rules"), replace(FORBID, what="test-rules wipe")], "forbid"),
        (case(MAKE), [replace(ALLOW, what="test-rules"), replace(FORBID, what="test-rules wipe")], "allow"),
        (case(MAKE), [replace(FORBID, what="calendar")], ""),
        # what before where before who
        (case(MAKE), [replace(FORBID, where="C0SALES", who=ADA.key), replace(ALLOW, what="writes")], "allow"),
        (case(MAKE), [replace(FORBID, where="C0SALES"), replace(ALLOW, who=ADA.key)], "forbid"),
        (case(MAKE), [FORBID, replace(ALLOW, where="C0SALES")], "allow"),
        (case(MAKE, place=LOUNGE), [FORBID, replace(ALLOW, where="C0SALES")], "forbid"),
        (case(MAKE, BOSS), [FORBID, replace(ALLOW, who="admins")], "allow"),
        (case(MAKE), [FORBID, replace(ALLOW, who="admins")], "forbid"),
        (case(MAKE, BOSS), [replace(ALLOW, who="admins"), replace(FORBID, who=BOSS.key)], "forbid"),
        (case(MAKE, EVE), [replace(FORBID, who=ADA.key)], ""),
        # of two alike, the stricter
        (case(MAKE), [ALLOW, FORBID, ASK], "forbid"),
        (case(MAKE), [ALLOW, ASK], "ask"),
        (case(LOOK), [ALLOW, ASK], "allow"),  # nobody confirms what only reads
    ],
)
def test_the_most_specific_rule_decides(asked: Case, held: Sequence[Rule], decides: str) -> None:
    for order in (held, held[::-1]):
        decision = decide(order, asked)
        assert (decision.rule.id if decision.rule else "") == decides
        assert decision.allowed is (decides != "forbid")
        assert decision.by == ("admins" if decides == "ask" else "")


@pytest.mark.parametrize(
    ("asked", "held", "allowed"),
    [
        (case(WIPE, team=True), [], False),
        (case(WIPE, BOSS, team=True), [], True),
        (case(WIPE), [], True),
        (case(MAKE, team=True), [], True),
        (case(WIPE, team=True), [ALLOW, replace(ALLOW, what="writes")], False),  # too broad to have meant that
        (case(WIPE, team=True), [replace(ASK, what="writes")], False),
        (case(WIPE, team=True), [replace(ALLOW, what="irreversible")], True),
        (case(WIPE, team=True), [replace(ALLOW, what="test-rules wipe", who=ADA.key)], True),
        (case(WIPE, BOSS, team=True), [replace(FORBID, what="irreversible")], False),
    ],
)
def test_what_is_for_good_on_a_teams_account_is_for_admins_unless_a_rule_is_about_it(
    asked: Case, held: Sequence[Rule], allowed: bool
) -> None:
    assert decide(held, asked).allowed is allowed


@pytest.mark.parametrize("own", EVERYBODYS, ids=lambda each: each.name)
@pytest.mark.parametrize("effect", ["forbid", "ask"])
def test_what_is_everybodys_own_no_rule_reaches(own: Command, effect: str) -> None:
    """So whoever runs the bot can always mend it, and not even a rule that asks stands in their way."""
    whats = ("*", "reads", "writes", "irreversible", own.subject, own.name)
    held = [
        rule("r", effect, what, who, where, EVE.key) for what in whats for who in ("*", ADA.key) for where in ("*", "C0SALES")
    ]
    assert [decide(held, case(own, actor, team=team)) for actor in (ADA, BOSS) for team in (False, True)] == [
        Decision(True)
    ] * 4


GOVERNED = {
    *("calendar", "notion", "hubspot", "team"),
    *("ask", "summarize", "search", "translate", "rewrite", "compare", "imagine", "models"),
}


def test_everybodys_own_are_subjects_that_there_are() -> None:
    assert {each.subject for each in EVERYBODYS} == OWN
    assert {subject.name for subject in subjects(SUBJECTS)} - OWN == GOVERNED


RULES = st.builds(
    rule,
    st.text("ab", min_size=1, max_size=3),
    st.sampled_from(["forbid", "allow", "ask"]),
    st.sampled_from(["*", "reads", "writes", "irreversible", "test-rules", "help", *(each.name for each in GARDEN.commands)]),
    st.sampled_from(["*", "admins", ADA.key, BOSS.key]),
    st.sampled_from(["*", SALES.conversation, LOUNGE.conversation]),
)
ASKED = st.builds(
    case,
    st.sampled_from([*GARDEN.commands, *EVERYBODYS]),
    st.sampled_from([ADA, EVE, BOSS]),
    st.sampled_from([SALES, LOUNGE]),
    st.booleans(),
)


@CASES
@given(st.lists(RULES, max_size=6), RULES, ASKED)
def test_one_more_rule_that_forbids_never_allows_more(held: list[Rule], more: Rule, asked: Case) -> None:
    before, after = decide(held, asked), decide([*held, replace(more, effect="forbid")], asked)
    assert before.allowed or not after.allowed
    assert not before.by or not after.allowed or after.by == before.by


@CASES
@given(st.lists(RULES, max_size=6), ASKED)
def test_what_decides_is_about_it_and_nothing_about_it_is_more_specific(held: list[Rule], asked: Case) -> None:
    decision = decide(held, asked)
    if decision.rule:
        assert is_about(decision.rule, asked)
        assert all(precedence(each) <= precedence(decision.rule) for each in held if is_about(each, asked))
        assert decision.allowed is (decision.rule.effect != "forbid")
    assert decide(held[::-1], asked) == decision


@CASES
@given(st.lists(RULES, max_size=6), RULES, ASKED)
def test_a_rule_about_something_else_changes_nothing(held: list[Rule], more: Rule, asked: Case) -> None:
    assert is_about(more, asked) or decide([*held, more], asked) == decide(held, asked)


class Town:
    """In the place of a platform: those whom it knows, and the rooms that the bot is in. `asked` is whom it was asked about."""

    def __init__(self) -> None:
        self.names = {EVE.user: "eve of York", BOSS.user: "Boss"}
        self.asked: list[str] = []
        self.away = False

    async def known(self, actor: Actor) -> Actor | None:
        self.asked.append(actor.user)
        if self.away:
            raise Unavailable("It is away.")
        return replace(actor, name=self.names[actor.user]) if actor.user in self.names else None

    async def room(self, place: Place) -> object:
        if place != LOUNGE:
            raise Refused("The bot is not in there.")
        return place


class World:
    """Two processes that look at the same rules; Boss runs the bot."""

    def __init__(self, store: Rules, clock: FixedClock) -> None:
        self.store = store
        self.town = Town()
        self.directory = Directory({"slack": self.town}, clock)
        self.admins = {BOSS.key: ""}
        self.one, self.other = (Judge(store, self.is_admin, self.admins_of, self.directory, clock) for _ in range(2))

    async def is_admin(self, actor: Actor) -> bool:
        return actor == BOSS

    async def admins_of(self, platform: str, tenant: str) -> Mapping[str, str]:
        return self.admins if (platform, tenant) == ("slack", "T1") else {}


@pytest.fixture
async def world(tmp_path: Path, clock: FixedClock) -> AsyncIterator[World]:
    database = Database(f"sqlite:///{tmp_path / 'rules.sqlite'}")
    await database.open()
    yield World(Rules(database, clock.time), clock)
    await database.close()


async def test_without_rules_everybody_may_and_nobody_else_confirms(world: World) -> None:
    assert [await world.one.judge(each, ADA, SALES) for each in GARDEN.commands] == [Verdict(True)] * 3


async def test_a_refusal_says_which_rule_and_who_can_change_it(world: World) -> None:
    await world.one.book.add(rule("k7m2", "forbid", "test-rules make", where=SALES.conversation))

    assert await world.one.judge(MAKE, ADA, SALES) == Verdict(
        False, "", "Nobody may use “test-rules make” in this channel. That is rule k7m2. It can be changed by Boss."
    )
    assert (await world.one.judge(MAKE, ADA, LOUNGE)).allowed
    assert (await world.one.judge(MAKE, Actor("slack", "T2", "UADA"), SALES)).allowed  # theirs are other rules


@pytest.mark.parametrize(
    ("admins", "said"),
    [
        ({}, "Nobody runs this bot yet who could change that."),
        ({EVE.key: ""}, "It can be changed by eve of York."),  # a name is written as it is
        ({"slack:T1:UZOE": ""}, "It can be changed by a person (UZOE)."),
        ({"1": "ada", "2": "Bo"}, "It can be changed by ada or Bo."),
        (
            {"1": "Ada", "2": "Bo", "3": "Cy", "slack:T1:U4": "", "slack:T1:U5": ""},
            "It can be changed by Ada, Bo, Cy or 2 more.",
        ),
    ],
)
async def test_the_default_that_refuses_is_told_with_those_who_can_change_it(
    world: World, admins: dict[str, str], said: str
) -> None:
    world.admins = admins
    verdict = await world.one.judge(WIPE, ADA, SALES, team_account=True)
    assert (verdict.allowed, verdict.reason) == (
        False,
        f"With the team’s accounts, only those who run the bot may do irreversible things. {said}",
    )
    assert len(world.town.asked) == sum(not name for name in list(admins.values())[:3])  # nobody who is not named
    assert (await world.one.judge(WIPE, BOSS, SALES, team_account=True)) == Verdict(True)


async def test_a_rule_that_asks_says_who_confirms_as_everybody_may_read_it(world: World) -> None:
    await world.one.book.add(rule("k7", "ask", "writes", who=EVE.key, by="in:C0LOUNGE"))

    assert await world.one.judge(MAKE, EVE, SALES) == Verdict(
        True,
        "in:C0LOUNGE",
        "Rule k7: eve of York may change things everywhere once one of the people of another channel (C0LOUNGE) confirms it.",
    )
    assert await world.one.judge(LOOK, EVE, SALES) == Verdict(True)


@pytest.mark.parametrize(
    ("by", "here", "words"),
    [
        ("admins", "C0SALES", "those who run the bot"),
        ("in:C0SALES", "C0SALES", "the people of this channel"),
        ("in:C0LOUNGE", "C0SALES", "the people of another channel (C0LOUNGE)"),
        ("in:C0LOUNGE", "", "the people of the channel C0LOUNGE"),
        (EVE.key, "C0SALES", "eve of York"),
        ("slack:T1:UZOE", "C0SALES", "a person (UZOE)"),
    ],
)
async def test_who_has_to_confirm_is_said_in_words(world: World, by: str, here: str, words: str) -> None:
    assert await approver_in_words(by, here, world.directory.name) == words


@pytest.mark.parametrize(
    ("held", "reader", "words"),
    [
        (rule("r", "allow", who=EVE.key), None, "eve of York may do anything everywhere."),
        (rule("r", "allow", who=EVE.key), EVE, "You may do anything everywhere."),
        (
            rule("r", "forbid", "irreversible", "slack:T1:UZOE"),
            None,
            "A person (UZOE) may not do irreversible things anywhere.",
        ),
        (
            rule("r", "forbid", "reads", "admins", "C0LOUNGE"),
            None,
            "Those who run the bot may not look things up in another channel (C0LOUNGE).",
        ),
        (rule("r", "ask", by=EVE.key), EVE, "Everybody may do anything everywhere once you confirm it."),
        (rule("r", "ask", by=EVE.key), ADA, "Everybody may do anything everywhere once eve of York confirms it."),
        (
            rule("r", "ask", where="C0SALES"),
            ADA,
            "Everybody may do anything in this channel once one of those who run the bot confirms it.",
        ),
    ],
)
async def test_a_rule_is_a_sentence(world: World, held: Rule, reader: Actor | None, words: str) -> None:
    assert await in_words(held, world.directory.name, "C0SALES", reader) == words


async def test_a_name_is_asked_for_once_in_ten_minutes_and_again_where_it_could_not_be_told(
    world: World, clock: FixedClock
) -> None:
    world.town.away = True
    assert await world.directory.name(EVE.key) == "a person (UEVE)"
    world.town.away = False
    assert [await world.directory.name(EVE.key) for _ in range(3)] == ["eve of York"] * 3
    assert len(world.town.asked) == 2
    world.town.names[EVE.user] = "Eve"
    clock.at += timedelta(minutes=10)
    assert await world.directory.name(EVE.key) == "Eve"
    assert await world.directory.name("teams:T1:UEVE") == "a person (UEVE)"  # where there is no such platform


@pytest.mark.parametrize(
    ("by", "wrong"),
    [
        ("admins", ""),
        (EVE.key, ""),
        ("in:C0LOUNGE", ""),
        ("slack:T1:UZOE", r"I can't ask a person \(UZOE\) to confirm anything"),
        ("in:C0GONE", "The bot is not in there"),
    ],
)
async def test_whoever_is_to_confirm_must_be_somebody_who_can_be_asked(world: World, by: str, wrong: str) -> None:
    with pytest.raises(Refused, match=wrong) if wrong else nullcontext():
        await world.directory.vouch(by, ADA)
    with pytest.raises(Refused, match="nobody else can be asked") if by != "admins" else nullcontext():
        await world.directory.vouch(by, Actor("terminal", "local", "ada"))


async def test_what_is_changed_here_holds_at_once_and_elsewhere_in_two_seconds(world: World, clock: FixedClock) -> None:
    async def allowed() -> list[bool]:
        return [(await each.judge(MAKE, ADA, SALES)).allowed for each in (world.one, world.other)]

    assert await allowed() == [True, True]
    await world.one.book.add(rule("k7", "forbid"))
    assert await allowed() == [False, True]
    clock.at = clock.at.fromtimestamp(clock.time() + 2.0, clock.at.tzinfo)
    assert await allowed() == [False, False]
    await world.other.book.remove("k7", T1)
    assert await allowed() == [False, True]
    await world.one.book.restore("k7", T1)
    assert await allowed() == [False, True]
    clock.at = clock.at.fromtimestamp(clock.time() - 3600.0, clock.at.tzinfo)  # the clock was put back
    assert await allowed() == [False, False]


async def test_the_help_is_given_what_they_may_run_and_suggests_nothing_else(world: World) -> None:
    await world.one.book.add(rule("k7", "forbid", "test-rules make", ADA.key))
    catalog = Catalog([GARDEN], lambda _: True)

    hers = catalog.only(await world.one.may(ADA, SALES))
    theirs = catalog.only(await world.one.may(EVE, SALES))
    assert hers.subjects == (Subject("test-rules", "Your garden.", (LOOK, WIPE)),)
    assert theirs.subjects == (GARDEN,)
