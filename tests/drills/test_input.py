"""Whatever is sent to a bot that runs: nothing forged is let in, nothing odd breaks it, and what people ask is answered."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import chain

import aiohttp

from adapters.openai.sandbox import OpenAISandbox
from bot.sandboxes import serving
from bot.slack.sandbox import SlackSandbox
from bot.teams.sandbox import TeamsSandbox
from tests.drills.account import LONG
from tests.drills.bombs import UNPACKED, bombs
from tests.drills.conftest import OpenTown
from tests.drills.framings import TAKEN, UNHEARD, framings
from tests.drills.fuzz import slack_fuzz, teams_fuzz
from tests.drills.mutants import slack_control, slack_mutants, strangers, teams_control, teams_mutants
from tests.drills.platforms import Way
from tests.drills.queue import given_up
from tests.drills.roads import said_everywhere, summarized_everywhere
from tests.drills.scarcity import peak
from tests.drills.series import series
from tests.drills.town import Town
from tests.drills.wire import Probe, answers, pour, signed

_FUZZED = 10_000 if LONG else 120
_IN_A_ROW = 4 if LONG else 3  # questions in one conversation
_POURING = 40  # connections that send megabytes of what is no request
_LATER = 503  # the inbox can't be written just now: the platform delivers it again
_DRAINED = 600.0  # seconds: much of it is answered in one chat, where Slack takes a message a second
_MOST_GROWTH = 64  # MB that it may take at any moment
_FETCHED = ("/files/", "/sharepoint/download/")


async def test_what_is_forged_framed_badly_or_odd_is_refused_or_answered_and_breaks_nothing(on_sqlite: OpenTown) -> None:
    async with _a_model() as settings, on_sqlite(**settings) as town:
        await town.start()
        faults = await series(town, (_forged, _framed, _fuzzed, _said, _summarized, _out_of_order, _shared))

    assert faults == {}


@asynccontextmanager
async def _a_model() -> AsyncIterator[Mapping[str, str]]:
    """A stand-in of one, which is told what is in files; gives the settings by which bots ask it."""
    openai = OpenAISandbox(lambda: datetime.now(UTC))
    async with serving({"openai": openai}, 0) as address:
        key = openai.grant("acme", seconds=10**6)
        yield {"OPENAI_BASE_URL": f"{address}openai/", "OPENAI_API_KEY": key, "AI_MODELS": "openai"}


async def _forged(town: Town) -> str:
    """A good token of another service's or tenant's is known, and may not do it: 403."""
    slack, teams = _platforms(town)
    room = town.ways[0].side.open_room("forged")
    event, activity = json.dumps(town.ways[0].message("ping forged", room, "")).encode(), teams.activity("message")
    unknown = await _answered(town, chain(slack_mutants(slack, event), teams_mutants(teams, activity)))
    unfit = await _answered(town, strangers(teams, activity))
    assert {name: told for name, told in unknown.items() if told != [401]} == {}
    assert {name: told for name, told in unfit.items() if told not in ([401], [403])} == {}
    await town.settled()
    assert (list(town.ways[0].side.said(room)), town.tracebacks()) == ([], 0)
    controls = await _answered(town, (slack_control(slack, event), teams_control(teams, activity)))
    assert [200 <= status < 300 for told in controls.values() for status in told] == [True, True]
    return f"E4: {len(unknown)} mutants of signatures and tokens: 401 to each; {len(unfit)} of what tokens are for: 401 or 403"


async def _framed(town: Town) -> str:
    body = b'{"type":"event_callback","event":{}}'
    with peak(town.bots[0].pid) as grown:
        statuses = await _answered(town, framings(_platforms(town)[0], body))
        await asyncio.gather(*(pour(int(town.bots[0].environment["PORT"])) for _ in range(_POURING)))
    refused = {name: told for name, told in statuses.items() if name not in TAKEN and (told or name not in UNHEARD)}
    assert {name: statuses[name] for name in TAKEN} == TAKEN
    assert {name: told for name, told in refused.items() if len(told) != 1 or not 400 <= told[0] < 500} == {}
    assert town.tracebacks() == 0
    assert grown() < _MOST_GROWTH
    return f"E5: {len(refused)} odd framings, too large or packed: each is refused (4xx), at most {grown():.0f} MB more memory"


async def _answered(town: Town, probes: Iterable[Probe]) -> dict[str, list[int]]:
    port = int(town.bots[0].environment["PORT"])
    statuses = {probe.name: list(await answers(port, probe.sent)) for probe in probes}
    town.probes += len(statuses)
    return statuses


async def _fuzzed(town: Town) -> str:
    slack, teams = _platforms(town)
    url, statuses = town.bots[0].url, Counter[int]()
    teams.courier.url = f"{url}api/messages"
    async with aiohttp.ClientSession() as session:
        for number in range(_FUZZED // 2):
            body, type = slack_fuzz(slack, town.ways[0].side.open_room(f"fuzz{number}"), town.random)
            headers = dict(signed(slack, body, int(time.time()), type))
            async with session.post(f"{url}slack/events", data=body, headers=headers) as answer:
                statuses[answer.status] += 1
            activity = teams_fuzz(teams, town.ways[1].side.open_room(f"fuzz{number}"), town.random)
            statuses[await teams.post(activity, teams.token())] += 1
    await town.settled(_DRAINED)
    town.probes += statuses.total()
    assert not {status for status in statuses if status >= 500 and status != _LATER}
    assert (given_up(town.database), town.tracebacks()) == (0, 0)
    taken, later = statuses[200] + statuses[201], statuses[_LATER]
    return f"E6: signed well, each with one odd value: {taken} taken, dead letters 0, tracebacks 0, 503 {later}, other 5xx 0"


async def _said(town: Town) -> str:
    number = await said_everywhere(town)
    await town.settled(_DRAINED)
    return f"E7: text of every kind, by mention, chat, slash command and form: {number} answered"


async def _summarized(town: Town) -> str:
    before = _replies(town)
    town.probes += (number := await summarized_everywhere(town))
    await town.settled(_DRAINED)
    assert (_replies(town) - before, town.tracebacks()) == (number, 0)
    return f"E7: a model is told messages of every kind, from their menus: {number} answered"


async def _out_of_order(town: Town) -> str:
    """Later ones come first, and edits before what they edit: each is answered once, in the order in which it came."""
    for way in list(town.ways) * (25 if LONG else 2):
        await _conversation(town, way)
    await town.settled()
    return "E2: thread replies in the wrong order, edits before what they edit"


async def _conversation(town: Town, way: Way) -> None:
    room = way.side.open_room(town.ledger.room())
    thread = way.side.begin(room, "Let us talk.")
    questions = [town.ledger.ask(way.side.kind, room, thread) for _ in range(_IN_A_ROW)]
    messages = {question.word: way.message(f"ping {question.word}", room, thread) for question in reversed(questions)}
    for question in questions:
        message = messages[question.word]
        await way.deliver(way.edited(message), town.bots[0].url, 0)
        await town.people.tell(way, question, message)


async def _shared(town: Town) -> str:
    """The model refuses some, and is told the beginning of what is said to be a text: each is answered."""
    before, rooms = _replies(town), list[tuple[Way, str]]()  # what can't be read is said in private, in Teams in Ada's own chat
    with peak(town.bots[0].pid) as grown:
        for way in town.ways:
            for name, (type, content) in bombs().items():
                room = way.side.open_room(town.ledger.room())
                rooms.append((way, room))
                message = way.message("ask What is this?", room, way.side.begin(room, "Look at this."))
                assert await way.deliver(way.sharing(message, name, type, content), town.bots[0].url, 0) < 300
        await town.settled(_DRAINED)
    shared = len(rooms)
    town.probes += shared
    assert {len(way.side.said(room)) for way, room in rooms} <= {0, 1}
    asked = {each.path for platform in _platforms(town) for each in platform.journal}
    fetched = [path for path in asked if any(at in path for at in _FETCHED)]
    assert (_replies(town) - before, len(fetched), town.tracebacks()) == (shared, shared, 0)
    assert grown() < _MOST_GROWTH
    return f"E9: {shared} files that are bombs ({UNPACKED} MB unpacked) shown to a model: at most {grown():.0f} MB more memory"


def _replies(town: Town) -> int:
    return sum(len(way.side.said()) for way in town.ways)


def _platforms(town: Town) -> tuple[SlackSandbox, TeamsSandbox]:
    slack, teams = town.sandboxes["slack"], town.sandboxes["teams"]
    assert isinstance(slack, SlackSandbox)
    assert isinstance(teams, TeamsSandbox)
    return slack, teams
