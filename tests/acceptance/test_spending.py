"""What may be spent on models, and what stays secret of it, with the real process."""

import re
from pathlib import Path

import pytest

from tests.acceptance.asking import asking

LIMITS = {
    "AI_PERSON_DOLLARS": "You have",
    "AI_CONVERSATION_DOLLARS": "This conversation has",
    "AI_TENANT_DOLLARS": "Your team has",
}
QUESTION = "ask What is CANARY-question about?"


@pytest.mark.parametrize(("setting", "whose"), LIMITS.items())
async def test_where_a_limit_is_reached_its_asker_is_told_whose_it_is_and_when_there_is_more(
    setting: str, whose: str, tmp_path: Path
) -> None:
    words = (
        rf"{whose} too little left of today's \$0\.00 for AI models\. There is more from midnight UTC, in \d+ h; "
        r"something shorter or smaller may still fit\."
    )
    async with asking(tmp_path, ["slack", "teams"], **{setting: "0"}) as on:
        await on.world.bot.start()
        for side in on.world.sides.values():
            await side.ask(QUESTION, side.open_room("asked"))
        await on.world.settled()
        said = [each for side in on.world.sides.values() for each in side.said()]

        assert [each.only_for for each in said] == [side.ada for side in on.world.sides.values()], "each is told once, alone"
        assert all(re.fullmatch(words, each.text) for each in said), said
        assert on.openai.questions == on.claude.questions == []
        assert on.left() == {"reserved": 0, "answering": 0}
        assert on.records() == [("refused", "")] * 2


async def test_no_key_gets_anywhere_and_no_question_into_the_log(tmp_path: Path) -> None:
    async with asking(tmp_path, ["slack", "teams"], LOG_LEVEL="DEBUG") as on:
        await on.world.bot.start()
        rooms = [on.channel("asked", "slack"), on.chat("teams")]
        on.openai.say("CANARY-answer it is.", "CANARY-answer it is.")
        for room in rooms:
            await room.ask(QUESTION)
            await room.shows("CANARY-answer")
        await on.world.settled()
        on.openai.forget()
        on.claude.forget()  # keys that are turned down are not told of either
        for room in rooms:
            await room.ask(QUESTION)
        await on.world.settled()
        await on.world.bot.end()

        kept = {str(path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        heard = [entry.body for sandbox in (on.world.slack, on.world.teams) for entry in sandbox.journal]
        log = on.world.bot.log.read_text()
        assert log
        assert not [name for name, content in kept.items() for key in on.keys if key.encode() in content]
        assert not [body for body in heard for key in on.keys if key.encode() in body]
        assert "CANARY" not in log
