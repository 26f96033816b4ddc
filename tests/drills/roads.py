"""The roads by which text of every kind comes to the bot: a mention, a chat, a slash command, a form, a message's menu."""

import json
import time
from collections.abc import Iterable

from bot.slack.form import CALLBACK
from bot.slack.sandbox import SlackSandbox, payloads
from bot.slack.sandbox.workspace import ADA
from bot.teams.sandbox import TeamsSandbox
from bot.teams.sandbox.workspace import ADA as ADA_IN_TEAMS
from tests.drills.kinds_of_text import KINDS
from tests.drills.town import Town

_FORM = {"type": "modal", "id": "V1", "callback_id": CALLBACK, "blocks": []}
_LONGEST = 3_000  # letters that a form takes
_A_FEW = 3  # of each kind of chat that has one bot and one person: Slack lets it speak once a second there


async def said_everywhere(town: Town) -> int:
    """Gives how many questions there were."""
    before, (slack, teams) = len(town.ledger.questions), _platforms(town)
    await _mentioned(town, KINDS.values())
    await _alone(town, slack, teams, town.random.sample(list(KINDS.values()), _A_FEW))
    for text in KINDS.values():
        sayable = text.encode("utf-8", "replace").decode()  # what is URL-encoded can hold no lone surrogate
        room = town.ways[0].side.open_room(town.ledger.room())
        question = town.ledger.ask("slack", room, "")
        began = time.monotonic()
        told = await slack.command("/ping", f"{question.word} {sayable}", channel=room)
        town.ledger.note(question, began, told.status)
        await _filled_in(town, slack, text)
    return len(town.ledger.questions) - before


async def summarized_everywhere(town: Town) -> int:
    """From the menu of a message of each kind. Gives how many there were, each in a room of its own."""
    slack, teams = _platforms(town)
    for text in KINDS.values():
        room = town.ways[0].side.open_room(town.ledger.room())
        posted = slack.workspace.post(room, ADA, text)
        assert (await slack.shortcut("summarize", posted.ts, channel=room)).status < 300
        room = town.ways[1].side.open_room(town.ledger.room())
        written = teams.workspace.post(teams.workspace.conversation(room), ADA_IN_TEAMS, text)
        assert (await teams.act("message.summarize", written.id)).status < 300
        assert (await teams.submit({})).status < 300
    return len(KINDS) * 2


def _platforms(town: Town) -> tuple[SlackSandbox, TeamsSandbox]:
    """They deliver to the first bot."""
    slack, teams = town.sandboxes["slack"], town.sandboxes["teams"]
    assert isinstance(slack, SlackSandbox)
    assert isinstance(teams, TeamsSandbox)
    slack.courier.url, teams.courier.url = f"{town.bots[0].url}slack/events", f"{town.bots[0].url}api/messages"
    return slack, teams


async def _filled_in(town: Town, slack: SlackSandbox, text: str) -> None:
    """As if it had been opened there."""
    room = town.ways[0].side.open_room(town.ledger.room())
    question, began = town.ledger.ask("slack", room, ""), time.monotonic()
    view = {**_FORM, "private_metadata": json.dumps({"command": "ping", "channel": room, "thread": ""})}
    values = {"text": {"value": {"type": "plain_text_input", "value": f"{question.word} {text}"[:_LONGEST]}}}
    told = await slack.courier.hand_over("interactive", payloads.submission(slack.workspace, view, values, ADA, "1.1.1"))
    assert "errors" not in (told.answer or {})
    town.ledger.note(question, began, told.status)


async def _mentioned(town: Town, texts: Iterable[str]) -> None:
    for text in texts:
        for way in town.ways:
            room = way.side.open_room(town.ledger.room())
            thread = way.side.begin(room, "Let us talk.")
            question = town.ledger.ask(way.side.kind, room, thread)
            await town.people.tell(way, question, way.message(f"ping {question.word} {text}", room, thread))


async def _alone(town: Town, slack: SlackSandbox, teams: TeamsSandbox, texts: Iterable[str]) -> None:
    for text in texts:
        question, began = town.ledger.ask("slack", slack.workspace.direct(ADA).id, ""), time.monotonic()
        told = await slack.message(f"ping {question.word} {text}")
        town.ledger.note(question, began, told.status if told else 0)
        question, began = town.ledger.ask("teams", teams.workspace.conversation(ADA_IN_TEAMS).id, ""), time.monotonic()
        town.ledger.note(question, began, (await teams.message(f"ping {question.word} {text}")).status)
