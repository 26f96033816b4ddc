"""What somebody has changed since is not taken back unseen."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.plan import Plan
from tests.bot.whole import OWN, Whole, open_whole


@pytest.fixture
async def bot(make_plan: Callable[..., Plan], tmp_path: Path) -> AsyncIterator[Whole]:
    plan = make_plan(database_url=f"sqlite:///{tmp_path / 'data/bot.sqlite'}", keyring=str(tmp_path / "keys/keyring.json"))
    async with open_whole(plan) as opened:
        await opened.connect()
        yield opened


async def test_what_was_changed_since_is_shown_and_asked_about_each_time_it_is_not_as_shown(bot: Whole) -> None:
    created = await bot.says("calendar create Tea 2026-11-24 15:00 place=Bar")
    await bot.says("calendar move tea 2026-11-25 16:00")
    card = await bot.presses(created, "Undo")

    assert card.text.startswith("Cancel “Tea”, Wednesday 25 November, 16:00–16:30. But it was changed since.")
    assert ("Changed since: start", "Tuesday 24 November, 15:00 → Wednesday 25 November, 16:00") in [
        (each.name, each.value) for each in card.fields
    ]
    assert created.record in bot.sandbox.state(OWN)[OWN]
    await bot.says("calendar move tea 2026-11-26 18:00")
    again = await bot.presses(card, "Undo anyway")
    assert again.text.startswith("It is not as it was shown before, so please look again.")
    assert created.record in bot.sandbox.state(OWN)[OWN]
    done = await bot.presses(again, "Undo anyway")
    assert done.text == "Cancelled “Tea”, Thursday 26 November, 18:00–18:30."
    assert created.record not in bot.sandbox.state(OWN)[OWN]
    assert (await bot.presses(card, "Undo anyway")).text == "This was confirmed already."


async def test_what_was_asked_about_and_called_off_stays_as_it_is(bot: Whole) -> None:
    created = await bot.says("calendar create Tea 2026-11-24 15:00")
    await bot.says("calendar move tea 2026-11-25 16:00")
    card = await bot.presses(created, "Undo")
    changes = bot.changes

    await bot.presses(card, "Cancel")
    assert (await bot.presses(card, "Undo anyway")).text == "This was cancelled already."
    assert bot.changes == changes


async def test_undo_goes_back_step_by_step_without_asking(bot: Whole) -> None:
    await bot.says("calendar today")
    before = await bot.state()
    for words in ("calendar create Tea 2026-11-24 15:00", "calendar move tea 2026-11-25 16:00", "calendar cancel tea"):
        await bot.says(words)

    told = [(await bot.says("undo")).text for _ in range(4)]
    assert told == [
        "“Tea” is back on your calendar, Wednesday 25 November, 16:00–16:30.",
        "Moved “Tea” to Tuesday 24 November, 15:00–15:30. It was on Wednesday 25 November, 16:00–16:30.",
        "Cancelled “Tea”, Tuesday 24 November, 15:00–15:30.",
        "You have done nothing here that I could take back.",
    ]
    assert await bot.state() == before
