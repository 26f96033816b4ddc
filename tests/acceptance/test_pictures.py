"""A picture that somebody asks for, with the real process: painted once, seen where it was asked for, and at its address."""

import json
import re
from pathlib import Path

import pytest

from adapters.faults import Fault
from tests.acceptance.asking import Asking, Room, asking

ADDRESS = re.compile(r"https://bot\.acme\.test/(pictures/[A-Za-z0-9_-]{43})")
IMAGINE = "imagine a lighthouse in the fog"
PAINTED = "“a lighthouse in the fog”, painted by OpenAI."
PUBLIC = {"PUBLIC_URL": "https://bot.acme.test/"}


def rooms_of(on: Asking) -> list[Room]:
    return [room for kind in ("slack", "teams") for room in (on.channel("asked", kind), on.chat(kind))]


def images(room: Room) -> list[str]:
    """The paths of the pictures that stand there, each shown and under a button."""
    posted = json.dumps(room.side.sandbox.messages(room.id), ensure_ascii=False)  # type: ignore[attr-defined]  # both have one
    return ADDRESS.findall(posted)


async def painted(on: Asking) -> list[tuple[str, str]]:
    return on.rows("SELECT outcome, record FROM audit WHERE command = 'imagine' ORDER BY number")


async def test_it_stands_where_it_was_asked_for_and_at_its_address(tmp_path: Path) -> None:
    async with asking(tmp_path, ["slack", "teams"], **PUBLIC) as on:
        await on.world.bot.start()
        for room in rooms_of(on):
            await room.ask(IMAGINE)
            await room.shows(PAINTED)
            [shown] = room.shown()
            path, *others = images(room)

            assert shown.buttons == ("Open the picture",)
            assert set(others) == {path}
            async with on.world.http() as anybody, anybody.get(f"{on.world.bot.url}{path}") as answer:
                assert (answer.status, answer.content_type) == (200, "image/jpeg")
                assert (await answer.read()).startswith(b"\xff\xd8\xff")
        await on.world.settled()
        assert on.openai.changes("acme") == 4
        assert await painted(on) == [("done", "gpt-image-2: 10 + 1056 tokens, $0.031730")] * 4
        assert on.left() == {"reserved": 0, "answering": 0}


async def test_a_kill_while_it_is_painted_leads_to_one_picture(tmp_path: Path) -> None:
    async with asking(tmp_path, ["slack", "teams"], **PUBLIC) as on:
        rooms = rooms_of(on)
        on.openai.script.add(Fault(kind="slow", path="images", seconds=60, times=len(rooms)))
        await on.world.bot.start()
        for room in rooms:
            await room.ask(IMAGINE)
            await room.shows("is painting")
        await on.world.bot.kill()
        on.openai.script.clear()
        await on.world.bot.start()
        for room in rooms:
            await room.shows(PAINTED)
        await on.world.settled()

        assert [[each.text for each in room.shown()] for room in rooms] == [[PAINTED]] * len(rooms)
        assert on.left() == {"reserved": 0, "answering": 0}


async def test_a_kill_once_it_is_painted_pays_for_no_second_one(tmp_path: Path) -> None:
    async with asking(tmp_path, ["slack", "teams"], **PUBLIC) as on:
        await on.world.bot.start()
        rooms = [on.channel("asked", kind) for kind in ("slack", "teams")]
        on.openai.script.add(Fault(kind="slow", path="images", seconds=0.5, times=2))
        for room in rooms:
            await room.ask(IMAGINE)
            await room.shows("is painting")
        on.deafen()
        await on.come(lambda: len(on.rows("SELECT id FROM picture")) == len(rooms))
        await on.world.bot.kill()
        on.heal()
        await on.world.bot.start()
        for room in rooms:
            await room.shows(PAINTED)
        await on.world.settled()

        assert [[each.text for each in room.shown()] for room in rooms] == [[PAINTED]] * len(rooms)
        assert on.openai.changes("acme") == len(rooms)


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:9/"])
async def test_where_nobody_out_there_can_reach_it_that_is_said(tmp_path: Path, url: str) -> None:
    async with asking(tmp_path, PUBLIC_URL=url) as on:
        await on.world.bot.start()
        await on.chat().ask(IMAGINE)
        shown = await on.chat().shows("can’t be shown here" if url else "no address where a picture could be seen")
        assert shown.buttons == (("Open the picture",) if url else ())
        assert '"type": "image"' not in json.dumps(on.world.slack.messages(on.chat().id))
