"""The page of rules: everybody sees their own, those who run the bot change them, and what they do there is accounted for."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pytest

from adapters.errors import Refused, Unavailable
from bot.directory import Directory
from bot.rules import Judge
from bot.web.noting import Note
from bot.web.rules import RulesPage
from commands import SUBJECTS
from commands.call import Actor, Place
from commands.catalog import Catalog, subjects
from storage.audit import Audit
from storage.rules import Rule, Rules
from tests.bot.conftest import FixedClock
from tests.bot.web.reading import PAYLOADS, Read
from tests.bot.web.served import ADA, ADMIN, Answer, Site, site

CATALOG = Catalog(subjects(SUBJECTS), lambda _: True)
T1 = "slack:T1"


@dataclass
class Open:
    site: Site
    clock: FixedClock

    @property
    def rules(self) -> Rules:
        return Rules(self.site.database, self.clock.time)

    async def page(self, actor: Actor) -> Answer:
        async with self.site.window(actor) as window:
            return await window.get("/rules")

    async def post(self, path: str, actor: Actor | None = ADMIN, form: Mapping[str, str] | None = None, **more: str) -> Answer:
        async with self.site.window(actor) as window:
            return await window.post(f"/rules/{path}", {**(form or {}), **more})

    async def stored(self) -> list[tuple[str, ...]]:
        return [(each.effect, each.what, each.who, each.where, each.by) for each in await self.rules.of(T1)]

    async def noted(self) -> list[tuple[str, ...]]:
        entries = await Audit(self.site.database).of(tenant=T1)
        return [(each.kind, each.actor, each.command, each.said, each.record) for each in entries]


class Town:
    """In the place of Slack."""

    async def known(self, actor: Actor) -> Actor | None:
        if actor.user == "UAWAY":
            raise Unavailable("Slack can't be reached.")
        return ADA if actor.key == ADA.key else None

    async def room(self, place: Place) -> object:
        if place.conversation != "C0SALES":
            raise Refused("The bot is not in there.")
        return place


@pytest.fixture
async def opened(tmp_path: Path, clock: FixedClock) -> AsyncIterator[Open]:
    """Grace runs the bot, Ada does not."""

    async def admins_of(platform: str, tenant: str) -> Mapping[str, str]:
        return {ADMIN.key: ADMIN.name}

    def add_routes(built: Site) -> None:
        directory = Directory({"slack": Town()}, clock)
        judge = Judge(Rules(built.database, clock.time), built.is_admin, admins_of, directory, clock)
        page = RulesPage(built.pages, built.browser, judge, CATALOG, Note(Audit(built.database), clock))
        built.app.router.add_get("/rules", page.show)
        built.app.router.add_post("/rules/add", page.add)
        built.app.router.add_post("/rules/remove", page.remove)

    async with site(f"sqlite:///{tmp_path / 'site.sqlite'}", clock.time, add_routes) as built:
        yield Open(built, clock)


BLANK = {"effect": "forbid", "what": "writes", "who": "", "where": "", "by": ""}


@pytest.mark.parametrize(
    ("form", "stored"),
    [
        ({}, ("forbid", "writes", "*", "*", "")),
        (
            {"what": "calendar create", "who": " U0EVE ", "where": "C0SALES"},
            ("forbid", "calendar create", "slack:T1:U0EVE", "C0SALES", ""),
        ),
        ({"effect": "allow", "what": "irreversible", "who": "admins"}, ("allow", "irreversible", "admins", "*", "")),
        ({"effect": "ask", "by": "in:C0SALES"}, ("ask", "writes", "*", "*", "in:C0SALES")),
    ],
)
async def test_a_rule_is_added_by_form_and_accounted_for(opened: Open, form: dict[str, str], stored: tuple[str, ...]) -> None:
    answer = await opened.post("add", form={**BLANK, **form})
    assert (answer.status, answer.location) == (303, "/rules")
    assert await opened.stored() == [tuple(stored)]
    [rule] = await opened.rules.of(T1)
    [(kind, actor, command, said, record)] = await opened.noted()
    assert (kind, actor, command, record) == ("page", ADMIN.key, f"rules {stored[0]}", rule.id)
    page = await opened.page(ADMIN)
    assert page.status == 200
    assert said in page.words
    assert rule.id in page.words
    assert Read(page.text).alien == []
    assert (await opened.post("add", form={**BLANK, **form})).location == "/rules"  # it holds already
    assert (len(await opened.noted()), await opened.rules.of(T1)) == (1, [rule])


async def test_members_see_what_concerns_them_and_those_who_run_the_bot_all_by_their_names(opened: Open) -> None:
    made = (ADMIN.key, 1.0)
    for rule in (
        Rule("everybody", T1, "forbid", "writes", "*", "C0SALES", "", *made),
        Rule("hers", T1, "allow", "writes", ADA.key, "*", "", *made),
        Rule("confirms", T1, "ask", "writes", "slack:T1:UEVE", "*", ADA.key, *made),
        Rule("eves", T1, "forbid", "reads", "slack:T1:UEVE", "*", "", *made),
        Rule("admins", T1, "forbid", "reads", "admins", "*", "", *made),
    ):
        await opened.rules.add(rule)
    hers, whole = (await opened.page(ADA)).words, (await opened.page(ADMIN)).words
    assert [id in hers for id in ("everybody", "hers", "confirms", "eves", "admins")] == [True, True, True, False, False]
    assert all(id in whole for id in ("everybody", "hers", "confirms", "eves", "admins"))
    assert "You may change things everywhere." in hers
    assert "A person (UEVE) may change things everywhere once you confirm it." in hers
    assert "Ada Lovelace may change things everywhere." in whole
    assert "Nobody may change things in the channel C0SALES." in whole


async def test_a_rule_is_removed_and_both_are_accounted_for(opened: Open) -> None:
    await opened.post("add", form=BLANK)
    [rule] = await opened.rules.of(T1)
    for _ in range(2):  # a second press changes nothing
        assert (await opened.post("remove", id=rule.id)).location == "/rules"
    assert await opened.stored() == []
    assert [each[2] for each in await opened.noted()][-2:] == ["rules remove", "rules forbid"]
    assert "There is none beside the defaults." in (await opened.page(ADA)).words


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"what": "xyzzy"}, "there is no command called “xyzzy”"),
        ({"who": "Grace Hopper"}, "give their member ID"),
        ({"where": "here"}, "I don't know the channel “here”"),
        ({"where": "#sales"}, "I don't know the channel “#sales”"),
        ({"effect": "ask"}, "by: I don't know who"),
        ({"effect": "ask", "what": "reads", "by": "admins"}, "reads are never confirmed"),
        ({"what": "help"}, "“help” stays open to everybody"),
        ({"effect": "ask", "by": "UEVE"}, "I can't ask a person (UEVE)"),
        ({"effect": "ask", "by": "in:C0GONE"}, "The bot is not in there."),
        ({"effect": "ask", "by": "UAWAY"}, "Slack can't be reached."),
    ],
)
async def test_what_is_no_rule_is_told_beside_what_was_filled_in(opened: Open, form: Mapping[str, str], said: str) -> None:
    answer = await opened.post("add", form={**BLANK, **form})
    assert answer.status == 422
    assert said in unescape(answer.text)
    assert 'aria-invalid="true"' in answer.text
    assert await opened.stored() == []
    assert await opened.noted() == []


async def test_only_those_who_run_the_bot_change_it(opened: Open) -> None:
    rule = Rule("k7m2", T1, "forbid", "writes", "*", "*", "", ADMIN.key, 1.0)
    await opened.rules.add(rule)
    for actor in (ADA, None):
        assert (await opened.post("add", actor, BLANK)).status == 403
        assert (await opened.post("remove", actor, id=rule.id)).status == 403
    assert await opened.rules.of(T1) == [rule]
    page = (await opened.page(ADA)).text
    assert "/rules/add" not in page
    assert "/rules/remove" not in page


async def test_a_form_that_is_not_of_the_page_does_nothing(opened: Open) -> None:
    assert (await opened.post("add", form=BLANK, csrf="x" * 64)).status == 403
    assert (await opened.post("add", form={**BLANK, "effect": "explode"})).status == 400
    assert await opened.stored() == []


async def test_rules_of_elsewhere_are_not_shown(opened: Open) -> None:
    elsewhere = Rule("k7m2", "slack:T10", "forbid", "writes", "slack:T10:UCANARY", "CCANARY", "", ADMIN.key, 1.0)
    await opened.rules.add(elsewhere)
    assert "CANARY" not in (await opened.page(ADMIN)).text
    await opened.post("remove", id=elsewhere.id)
    assert await opened.rules.of("slack:T10") == [elsewhere]


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda text: ascii(text)[:30])
async def test_nothing_in_a_rule_comes_alive(opened: Open, payload: str) -> None:
    await opened.rules.add(Rule("k7", T1, "ask", payload, f"{T1}:{payload}", payload, f"in:{payload}", ADMIN.key, 1.0))
    assert Read((await opened.page(ADMIN)).text).alien == []
    typed = payload.encode("utf-8", "replace").decode()
    answer = await opened.post("add", form={**BLANK, "what": typed, "who": typed, "where": typed, "by": typed})
    assert answer.status == 422
    assert Read(answer.text).alien == []
