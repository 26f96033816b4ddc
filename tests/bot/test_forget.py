"""What is forgotten is gone, and what stays is named."""

from collections.abc import Callable

from adapters import ADAPTERS
from bot.plan import Plan
from storage.pictures import Kept
from tests.bot.whole import BOSS, open_whole


async def test_what_was_painted_for_somebody_is_seen_no_more(make_plan: Callable[..., Plan]) -> None:
    async with open_whole(make_plan(adapters=ADAPTERS), "openai") as whole:
        pictures = whole.stores.pictures
        for id, actor in (("hers", BOSS.key), ("theirs", f"{BOSS.key}-2")):
            await pictures.keep(id, Kept(id, "image/png", b"a picture", actor=actor), whole.plan.clock.time())
        asked = await whole.says("forget")
        assert await pictures.find("hers")
        done = await whole.presses(asked, "Confirm")
        assert (await pictures.find("hers"), bool(await pictures.find("theirs"))) == (None, True)
        assert "your pictures are forgotten" in done.text
        assert "what was spent on AI models" in done.text
