"""What was done, as people ask for it in chat: each sees of it what is theirs to see, over a real database."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest

from adapters.errors import Refused
from bot.auditing import auditing_of
from commands import SUBJECTS
from commands.call import Actor, Call, Place
from commands.catalog import Catalog, subjects
from commands.parse import parse
from commands.reply import Button, Item, Reply
from commands.usage import Meant, UsageError
from storage.audit import Audit, Entry
from storage.database import Database
from tests.bot.conftest import MONDAY, FixedClock

ADA, GRACE = (Actor("slack", "T1", f"U0{name.upper()}", name, "Europe/Berlin") for name in ("Ada", "Grace"))
BOSS = Actor("slack", "T1", "U0BOSS", "Boss", "America/New_York")
SALES, LOUNGE, NOWHERE = (Place("slack", "T1", id) for id in ("C0SALES1", "C0LOUNGE1", ""))
CATALOG = Catalog(subjects(SUBJECTS), lambda _: True)
PAGE = "https://bot.acme.test/activity"
CANARIES = re.compile(r"CANARY-\w+")


@dataclass
class World:
    audit: Audit
    clock: FixedClock

    async def said(self, words: str, actor: Actor = ADA, place: Place = SALES, page: str = PAGE) -> Reply:
        """As the dispatch does it: where the words mean something else, that is run."""
        command, rest = CATALOG.find(words)
        arguments = command.validate(parse(command, rest), self.clock.now().astimezone(ZoneInfo(actor.zone)))
        for _ in range(2):
            try:
                return await self._run(arguments, actor, place, page)
            except Meant as meant:
                arguments = {**arguments, **meant.arguments}
        raise AssertionError(arguments)

    async def _run(self, arguments: Mapping[str, Any], actor: Actor, place: Place, page: str) -> Reply:
        call = Call("call", "audit", arguments, actor, place, "mention", self.clock.now())
        given = {"auditing": auditing_of(self.audit, self.is_admin, CATALOG, page, call)}
        [reply] = [each async for each in CATALOG.named("audit").run(arguments, given, self.clock.now())]
        assert isinstance(reply, Reply)
        assert reply.private
        return reply

    async def is_admin(self, actor: Actor) -> bool:
        return actor == BOSS


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Boss runs the bot, Ada and Grace do not."""
    database = Database(f"sqlite:///{tmp_path / 'audit.sqlite'}")
    await database.open()
    yield World(Audit(database), FixedClock())
    await database.close()


def entry(actor: Actor = ADA, place: Place = SALES, ago: float = 0, **changes: Any) -> Entry:
    """Something asked `ago` hours before 8:30 on Monday in Berlin."""
    at = (MONDAY - timedelta(hours=ago)).timestamp()
    asked = ("slash", place.conversation, "calendar create", '{"title": "CANARY-argument", "place": "", "minutes": 30}')
    account = "Google Calendar: canary@acme.test; Notion: Acme"
    told = Entry("d1", "call", at, actor.key, actor.name, *asked, account, "", "done", "CANARY-said", "CANARY-record")
    return replace(told, **changes)


def shown(reply: Reply) -> list[str]:
    return [item.title for item in reply.items]


async def test_what_was_done_here_today_is_told_the_newest_first(world: World) -> None:
    await world.audit.append(
        entry(GRACE, ago=9),  # yesterday, in Berlin
        entry(GRACE, LOUNGE),
        entry(GRACE, ago=8, confirmed_by=ADA.key),
        entry(ago=1, outcome="refused"),
    )
    reply = await world.said("audit")
    assert reply == Reply(
        "I was asked for 2 things in this conversation today.",
        items=(
            Item(
                "07:30 you: calendar create",
                "refused · as Google Calendar: canary@acme.test; Notion: Acme · title: CANARY-argument · id CANARY-record",
            ),
            Item("00:30 Grace: calendar create", "done · confirmed by you · as Google Calendar: ca…@acme.test"),
        ),
        private=True,
    )


@pytest.mark.parametrize(
    ("words", "said", "number"),
    [
        ("audit yesterday", "one thing in this conversation on Sunday 22 November.", 1),
        ("audit day=yesterday", "one thing in this conversation on Sunday 22 November.", 1),
        ("audit in here yesterday", "one thing in this conversation on Sunday 22 November.", 1),
        ("audit mine", "You asked for 2 things today.", 2),
        ("audit yesterday Mine", "You asked for 2 things on Sunday 22 November.", 2),
        ("audit where=mine command=ping", "You asked for nothing today.", 0),
        ("audit mine command=/Calendar_Create", None, 0),
        ("audit everywhere who=me", "You asked for 2 things anywhere today.", 2),
        ("audit <@U0GRACE|grace>", "U0GRACE asked for nothing in this conversation today.", 0),
        ("audit who=me", "You asked for one thing in this conversation today.", 1),
        ("audit <#C0SALES1|sales>", "one thing in this conversation today.", 1),
        ("audit yesterday in C0SALES1", "one thing in this conversation on Sunday 22 November.", 1),
        ("audit <#C0LOUNGE1|lounge> who=me", "You asked for one thing in C0LOUNGE1 today.", 1),
        ("audit 2026-11-20", "nothing in this conversation on Friday 20 November.", 0),
        ("audit 1999-12-31", "nothing in this conversation on Friday 31 December 1999.", 0),
    ],
)
async def test_people_say_it_in_their_own_words(world: World, words: str, said: str | None, number: int) -> None:
    await world.audit.append(entry(), entry(place=LOUNGE), entry(ago=9), entry(place=LOUNGE, ago=10), entry(GRACE, LOUNGE))
    if said is None:
        with pytest.raises(UsageError, match="no command called"):
            await world.said(words)
        return
    reply = await world.said(words)
    assert reply.text == (said if " asked for " in said else f"I was asked for {said}")
    assert len(reply.items) == number


async def test_a_day_that_is_still_to_come_is_no_day_without_deeds(world: World) -> None:
    assert (await world.said("audit tomorrow")).text == "Tuesday 24 November is still to come."


@pytest.mark.parametrize(
    "words",
    [
        "audit everywhere",
        "audit yesterday everywhere",
        "audit <#C0LOUNGE1|lounge>",
        "audit where=C0LOUNGE1",
        "audit everywhere who=<@U0GRACE>",
        "audit <@U0GRACE> everywhere",
        "audit <#C0LOUNGE1> who=U0GRACE",
    ],
)
async def test_what_others_did_elsewhere_is_for_those_who_run_the_bot(world: World, words: str) -> None:
    await world.audit.append(entry(GRACE, LOUNGE), entry(GRACE, LOUNGE, ago=9))
    for place in (SALES, NOWHERE):
        with pytest.raises(Refused, match="for those who run the bot to see"):
            await world.said(words, ADA, place)
    assert (await world.said(words, BOSS)).items


async def test_nothing_of_others_is_told_but_that_they_asked(world: World) -> None:
    """Not even what they typed that was no command."""
    words = "calender create CANARY-typed"
    await world.audit.append(
        entry(GRACE),
        entry(GRACE, command=words, arguments=""),
        entry(GRACE, kind="decision", command="confirm", arguments='{"id": "CANARY-proposal"}'),
    )
    reply = await world.said("audit")
    assert shown(reply) == ["08:30 Grace: confirm", "08:30 Grace: (no command)", "08:30 Grace: calendar create"]
    assert CANARIES.findall(str(reply)) == []
    assert "canary@" not in str(reply)
    assert set(CANARIES.findall(str(await world.said("audit", BOSS)))) == {
        "CANARY-argument",
        "CANARY-typed",
        "CANARY-proposal",
        "CANARY-record",
    }
    assert set(CANARIES.findall(str(await world.said("audit", GRACE)))) >= {"CANARY-argument", "CANARY-typed"}


@pytest.mark.parametrize(
    ("account", "told"),
    [
        ("Notion: Acme; CANARY-name", "Notion"),
        ("Notion: CANARY-name: CANARY-name", "Notion"),
        ("Google Calendar: canary@acme.test; Notion: CANARY-name", "Google Calendar: ca…@acme.test"),
        ("Notion: CANARY-name (canary@acme.test); canary@acme.test", "Notion: ca…@acme.test, ca…@acme.test"),
        ("CANARY-name", ""),
        ("Slack: @CANARY-name", "Slack"),
        ("", ""),
    ],
)
async def test_of_anothers_account_no_name_is_told(world: World, account: str, told: str) -> None:
    await world.audit.append(entry(GRACE, account=account))
    [item] = (await world.said("audit")).items
    assert item.detail == (f"done · as {told}" if told else "done")


async def test_what_came_again_is_told_to_those_who_run_the_bot_there(world: World) -> None:
    repeat = replace(entry(), kind="repeat", actor="", name="", command="", arguments="", account="", record="")
    await world.audit.append(
        *(replace(repeat, id=tenant, outcome="repeated", conversation=f"slack:{tenant}:C1:U1") for tenant in ("T1", "T10"))
    )
    assert (await world.said("audit everywhere", BOSS)).items == (Item("02:30 somebody: repeat", "repeated"),)
    assert (await world.said("audit")).items == ()


async def test_nobody_sees_anything_of_another_tenant(world: World) -> None:
    other = Actor("slack", "T10", "U0ADA", "CANARY-name")
    await world.audit.append(entry(other), replace(entry(other), actor=""))
    for words in ("audit", "audit everywhere", "audit mine", "audit who=<@U0ADA>", "audit everywhere who=slack:T1:U0ADA"):
        assert (await world.said(words, BOSS)).items == ()


@pytest.mark.parametrize(
    ("words", "option", "said"),
    [
        ("audit #sales", "where", "I don't know the channel “#sales”"),
        ("audit by grace", "where", "mention a person, or say “who=” and their ID"),
        ("audit where=elsewhere", "where", "I can't read “elsewhere” as a day. Say here, mine, everywhere"),
        ("audit who=@ada", "who", "I don't know who “@ada” is"),
        ("audit who=admins", "who", "one person has to be named"),
        ("audit mine who=U0GRACE", "who", "“mine” is about you alone"),
        ("audit command=xyzzy", "command", "there is no command called “xyzzy”"),
        ("audit day=xyzzy", "day", "I can't read “xyzzy” as a day"),
        ("audit " + "x" * 5000, "where", "I can't read"),
    ],
)
async def test_what_is_not_understood_is_said(world: World, words: str, option: str, said: str) -> None:
    with pytest.raises(UsageError, match=re.escape(said)) as caught:
        await world.said(words)
    assert caught.value.option == option
    assert len(str(caught.value)) < 300


async def test_a_day_that_may_be_two_is_asked_about_and_the_rest_is_kept(world: World) -> None:
    with pytest.raises(UsageError) as caught:
        await world.said("audit 3/4/2026 mine <@U0ADA>")
    values = [choice.value for choice in caught.value.choices]
    assert (caught.value.option, values) == ("where", ["2026-03-04 mine <@U0ADA>", "2026-04-03 mine <@U0ADA>"])
    assert (await world.said(f"audit {values[0]}")).text == "You asked for nothing on Wednesday 4 March."


async def test_there_are_twenty_at_most_and_the_page_has_the_rest(world: World) -> None:
    await world.audit.append(*(entry(number=0, command="ping") for _ in range(21)))
    boss, ada, mine = (
        await world.said("audit who=U0ADA command=ping", BOSS),
        await world.said("audit"),
        await world.said("audit mine"),
    )
    assert [len(reply.items) for reply in (boss, ada, mine)] == [20] * 3
    assert mine.text == "These are the last 20 things that you asked for today."
    assert ada.buttons == ()
    assert asked_of(boss) == {
        "whose": ["all"],
        "person": ["U0ADA"],
        "conversation": ["C0SALES1"],
        "command": ["ping"],
        "since": ["2026-11-23"],
        "until": ["2026-11-23"],
    }
    assert asked_of(mine) == {"since": ["2026-11-23"], "until": ["2026-11-23"]}
    assert (await world.said("audit mine", page="")).buttons == ()


def asked_of(reply: Reply) -> Mapping[str, Any]:
    [button] = reply.buttons
    assert isinstance(button, Button)
    parts = urlsplit(button.url)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == PAGE
    return parse_qs(parts.query)
