"""Who may run what, where: the most specific rule decides, and no rule locks out those who mend it."""

import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rules import Judge, Verdict
from bot.ruling import Case, decide, is_about, precedence
from commands import confirm, dismiss, help, rules, settle, undo
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
MENDING = [each for subject in subjects([confirm, dismiss, help, rules, settle, undo]) for each in subject.commands]
DECIDING = [each for each in MENDING if each.by_hand]


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


@pytest.mark.parametrize("mending", MENDING, ids=lambda each: each.name)
@pytest.mark.parametrize("effect", ["forbid", "ask"])
def test_whoever_runs_the_bot_can_always_mend_it(mending: Command, effect: str) -> None:
    """Not even a rule that asks stands in their way: who confirms may have left."""
    whats = ("*", "reads", "writes", mending.subject, mending.name)
    held = [rule("r", effect, what, BOSS.key, SALES.conversation, EVE.key) for what in whats]
    assert decide(held, case(mending, BOSS)) == decide([], case(mending, BOSS))
    everybody = [replace(each, who="*") for each in held]
    assert decide(everybody, case(mending, BOSS)).allowed
    assert decide(everybody, case(mending)).allowed is (effect == "ask")


@pytest.mark.parametrize("deciding", DECIDING, ids=lambda each: each.name)
def test_to_decide_about_a_call_is_no_kind_of_command(deciding: Command) -> None:
    """What is confirmed or taken back is judged by itself."""
    assert decide([replace(FORBID, what="reads"), replace(FORBID, what="writes")], case(deciding)).allowed
    assert not decide([FORBID], case(deciding)).allowed


RULES = st.builds(
    rule,
    st.text("ab", min_size=1, max_size=3),
    st.sampled_from(["forbid", "allow", "ask"]),
    st.sampled_from(["*", "reads", "writes", "irreversible", "test-rules", "rules", *(each.name for each in GARDEN.commands)]),
    st.sampled_from(["*", "admins", ADA.key, BOSS.key]),
    st.sampled_from(["*", SALES.conversation, LOUNGE.conversation]),
)
ASKED = st.builds(
    case,
    st.sampled_from([*GARDEN.commands, *MENDING]),
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


class World:
    """Two processes that look at the same rules; Boss runs the bot."""

    def __init__(self, store: Rules, clock: FixedClock) -> None:
        self.store = store
        self.names = ["Boss"]
        self.one, self.other = (Judge(store, self.is_admin, self.names_of, clock) for _ in range(2))

    async def is_admin(self, actor: Actor) -> bool:
        return actor == BOSS

    async def names_of(self, platform: str, tenant: str) -> Sequence[str]:
        return self.names if (platform, tenant) == ("slack", "T1") else []


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
        False, "", "Nobody may use “test-rules make” in this conversation. That is rule k7m2. Boss can change that."
    )
    assert (await world.one.judge(MAKE, ADA, LOUNGE)).allowed
    assert (await world.one.judge(MAKE, Actor("slack", "T2", "UADA"), SALES)).allowed  # theirs are other rules


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], "Nobody runs this bot yet who could change that."),
        (["Ada", "Bo"], "Ada or Bo can change that."),
        (["Ada", "Bo", "Cy", "Di", "Ed"], "Ada, Bo, Cy or 2 more can change that."),
    ],
)
async def test_the_default_that_refuses_is_told_with_those_who_can_change_it(world: World, names: list[str], said: str) -> None:
    world.names = names
    verdict = await world.one.judge(WIPE, ADA, SALES, team_account=True)
    assert (verdict.allowed, verdict.reason) == (
        False,
        f"With the team's accounts, only those who run the bot may do what can't be taken back. {said}",
    )
    assert (await world.one.judge(WIPE, BOSS, SALES, team_account=True)) == Verdict(True)


async def test_a_rule_that_asks_says_who_confirms(world: World) -> None:
    await world.one.book.add(rule("k7", "ask", "writes", by="in:C0LOUNGE"))

    assert await world.one.judge(MAKE, ADA, SALES) == Verdict(
        True,
        "in:C0LOUNGE",
        "Everybody may change things everywhere once somebody in C0LOUNGE confirms it. That is rule k7.",
    )
    assert await world.one.judge(LOOK, ADA, SALES) == Verdict(True)


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
