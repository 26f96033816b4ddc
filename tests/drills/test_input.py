"""Whatever is sent to a bot that runs: nothing forged is let in, nothing odd breaks it, and what people ask is answered."""

import json
import time
from collections import Counter
from collections.abc import Iterable

import aiohttp
import psutil

from bot.slack.sandbox import SlackSandbox
from bot.teams.sandbox import TeamsSandbox
from tests.drills.account import LONG
from tests.drills.bombs import bombs
from tests.drills.conftest import OpenTown
from tests.drills.framings import framings
from tests.drills.fuzz import slack_fuzz, teams_fuzz
from tests.drills.mutants import slack_mutants, teams_mutants
from tests.drills.platforms import Way
from tests.drills.queue import given_up
from tests.drills.roads import said_everywhere
from tests.drills.series import series
from tests.drills.town import Town
from tests.drills.wire import Probe, answers, signed

_MIB = 1024 * 1024
_FUZZED = 10_000 if LONG else 200
_LATER = 503  # the inbox can't be written just now: the platform delivers it again
_MOST_GROWTH = 64  # MiB that it may take for all of them


async def test_what_is_forged_framed_badly_or_odd_is_refused_or_answered_and_breaks_nothing(on_sqlite: OpenTown) -> None:
    async with on_sqlite() as town:
        await town.start()
        faults = await series(town, (_forged, _framed, _fuzzed, _said, _out_of_order, _shared))

    assert faults == {}


async def _forged(town: Town) -> str:
    slack, teams = _platforms(town)
    event = json.dumps(town.ways[0].message("ping forged", town.ways[0].side.open_room("forged"), "")).encode()
    probes = [*slack_mutants(slack, event, int(time.time())), *teams_mutants(teams)]
    statuses = await _answered(town, probes)
    accepted = [name for name, told in statuses.items() if any(status < 400 for status in told)]
    broken = [name for name, told in statuses.items() if any(status >= 500 for status in told)]
    assert (accepted, broken, town.tracebacks()) == ([], [], 0)
    return f"E4: {len(probes)} mutants of signatures and tokens: accepted 0, 5xx 0, tracebacks 0"


async def _framed(town: Town) -> str:
    body, memory = b'{"type":"event_callback","event":{}}', psutil.Process(town.bots[0].pid).memory_info
    before = memory().rss
    probes = list(framings(_platforms(town)[0], body, int(time.time())))
    statuses = await _answered(town, probes)
    grown = (memory().rss - before) / _MIB
    broken = [name for name, told in statuses.items() if any(status >= 500 for status in told)]
    assert (broken, town.tracebacks()) == ([], 0)
    assert statuses["requests in one piece"] == [200, 200]
    assert grown < _MOST_GROWTH
    return f"E5: {len(probes)} odd framings, too large or packed: 5xx 0, {grown:.0f} MB more memory"


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
    await town.settled()
    town.probes += statuses.total()
    assert not {status for status in statuses if status >= 500 and status != _LATER}
    taken, dead, later = statuses[200] + statuses[201], given_up(town.database), statuses[_LATER]
    return f"E6: signed well, each with one odd value: {taken} taken, {dead} of them dead letters, 503 {later}, other 5xx 0"


async def _said(town: Town) -> str:
    number = await said_everywhere(town)
    return f"E7: text of every kind, by every road that people have: {number} answered"


async def _out_of_order(town: Town) -> str:
    """Later ones come first, and edits before what they edit: each is answered once, in the order in which it came."""
    for way in list(town.ways) * (25 if LONG else 2):
        await _conversation(town, way)
    return "E2: thread replies in the wrong order, edits before what they edit"


async def _conversation(town: Town, way: Way) -> None:
    room = way.side.open_room(town.ledger.room())
    thread = way.side.begin(room, "Let us talk.")
    questions = [town.ledger.ask(way.side.kind, room, thread) for _ in range(4)]
    messages = {question.word: way.message(f"ping {question.word}", room, thread) for question in reversed(questions)}
    for question in questions:
        message = messages[question.word]
        await way.deliver(way.edited(message), town.bots[0].url, 0)
        await town.people.tell(way, question, message)


async def _shared(town: Town) -> str:
    memory = psutil.Process(town.bots[0].pid).memory_info
    before = memory().rss
    for way in town.ways:
        for name, (type, content) in bombs().items():
            room = way.side.open_room(town.ledger.room())
            thread = way.side.begin(room, "Look at this.")
            question = town.ledger.ask(way.side.kind, room, thread)
            message = way.message(f"ping {question.word}", room, thread)
            await town.people.tell(way, question, way.sharing(message, name, type, content))
    await town.settled()
    grown = (memory().rss - before) / _MIB
    assert grown < _MOST_GROWTH
    return f"E9: files that are bombs are shared: none is opened, {grown:.0f} MB more memory"


def _platforms(town: Town) -> tuple[SlackSandbox, TeamsSandbox]:
    slack, teams = town.sandboxes["slack"], town.sandboxes["teams"]
    assert isinstance(slack, SlackSandbox)
    assert isinstance(teams, TeamsSandbox)
    return slack, teams
