"""Every road by which text comes to the bot, with text of every kind on it."""

import time
from collections.abc import Iterable

from bot.slack.sandbox import SlackSandbox
from bot.slack.sandbox.workspace import ADA
from bot.teams.sandbox import TeamsSandbox
from bot.teams.sandbox.workspace import ADA as ADA_IN_TEAMS
from tests.drills.kinds_of_text import KINDS
from tests.drills.town import Town

_A_FEW = 3  # of each kind of chat that has one bot and one person: Slack lets it speak once a second there


async def said_everywhere(town: Town) -> int:
    """Gives how many questions there were."""
    before, (slack, teams) = len(town.ledger.questions), (town.sandboxes["slack"], town.sandboxes["teams"])
    assert isinstance(slack, SlackSandbox)
    assert isinstance(teams, TeamsSandbox)
    slack.courier.url, teams.courier.url = f"{town.bots[0].url}slack/events", f"{town.bots[0].url}api/messages"
    await _mentioned(town, KINDS.values())
    await _alone(town, slack, teams, town.random.sample(list(KINDS.values()), _A_FEW))
    for text in KINDS.values():
        sayable = text.encode("utf-8", "replace").decode()  # a form can't hold a lone surrogate
        room = town.ways[0].side.open_room(town.ledger.room())
        question = town.ledger.ask("slack", room, "")
        began = time.monotonic()
        told = await slack.command("/ping", f"{question.word} {sayable}", channel=room)
        town.ledger.note(question, began, told.status)
    return len(town.ledger.questions) - before


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
