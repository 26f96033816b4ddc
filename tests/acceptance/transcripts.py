"""What people see on Slack, on Teams and at a terminal, from a run of the real process: it stands in README.md and in docs.

`python -m tests.acceptance.transcripts` puts it there. What differs from run to run (`masked`) is not compared.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.sandboxes import serving
from tests.acceptance.at_terminal import at_terminal
from tests.acceptance.sides import Side
from tests.acceptance.stories import QUESTION, TOLD, StandIns, Story, answered, confirmed, taken_back
from tests.acceptance.telling import Telling
from tests.acceptance.world import World, world

BEGIN, END = "<!-- transcripts: python -m tests.acceptance.transcripts -->\n", "<!-- end of the transcripts -->\n"
_ROOT = Path(__file__).parents[2]
README, MORE = _ROOT / "README.md", _ROOT / "docs/transcripts.md"

_CREATE = 'calendar create "Design review" tomorrow 15:00'
_TITLES = ("A meeting, created and taken back", "Something that can't be taken back, confirmed", "An answer, as it grows")
_DAY = re.compile(r"(?:\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day )?\b\d{1,2} [A-Z][a-z]+(?: \d{4})?\b|\b\d{4}-\d\d-\d\d\b")
_ID = re.compile(r"\b(e?id=|Id: )\w+")
_EDITED = re.compile(r"(edited \(a day\)), \d\d:\d\d")


async def transcripts(folder: Path) -> Mapping[Path, str]:
    """In Markdown, by the file in which it stands. One process serves both platforms."""
    told = StandIns()
    async with serving(told.by_name, 0) as address:
        settings = {f"{name.upper()}_BASE_URL": f"{address}{name}/" for name in told.by_name}
        named = ",".join(("google_calendar", *told.by_name))
        async with world(folder, ("slack", "teams"), SANDBOX=named, **settings) as running:
            await running.bot.start()
            return {README: await _everywhere(running, told), MORE: await _on_slack(running, told)}


async def _everywhere(running: World, told: StandIns) -> str:
    told.answers_the_question(times=3)
    on_platforms = (_on_platform(running, side, told) for side in running.sides.values())
    seen = await asyncio.gather(*on_platforms, _at_terminal(running))
    return "\n".join(_folded(title, each) for title, *each in zip(_TITLES, *seen, strict=True))


async def _on_platform(running: World, side: Side, told: StandIns) -> Sequence[Sequence[str]]:
    """One after the other, so that no message is taken for an answer to something else."""
    home = side.home, {"slack": "#general", "teams": "the channel General"}[side.kind]
    own = side.own_chat(side.ada), "a chat with Interact"
    stories: tuple[tuple[Story, tuple[str, str]], ...] = ((taken_back, home), (confirmed, own), (answered, own))
    return [await _lines(Telling(running, side, *where), story, told) for story, where in stories]


async def _lines(ada: Telling, story: Story, told: StandIns) -> Sequence[str]:
    await story(ada, told)
    return ada.lines


async def _at_terminal(running: World) -> Sequence[Sequence[str]]:
    """One after the other here too: what is forgotten can't be taken back."""
    async with at_terminal(running.bot, "google_calendar,openai") as terminal:
        return [
            await terminal.tells(_CREATE, "Undo"),
            await terminal.tells("forget", "Confirm"),
            await terminal.tells(QUESTION),
        ]


async def _on_slack(running: World, told: StandIns) -> str:
    side = running.sides["slack"]
    parts: list[str] = []
    for service, stories in TOLD:
        parts += [f"## {service}", ""]
        for title, story in stories:
            lines = await _lines(Telling(running, side, side.home, "#general"), story, told)
            parts += [f"### {title}", "", "```", *lines, "```", ""]
    return "\n".join(parts)


def _folded(title: str, told: Sequence[Sequence[str]]) -> str:
    named = zip(("Slack", "Teams", "A terminal"), told, strict=True)
    parts = [line for name, lines in named for line in (f"{name}:", "", "```", *lines, "```", "")]
    return "\n".join(("<details>", f"<summary>{title}</summary>", "", *parts, "</details>", ""))


def masked(text: str) -> str:
    """Without days, ids, and the time of day at which something was edited."""
    return _ID.sub(r"\1…", _EDITED.sub(r"\1", _DAY.sub("(a day)", text)))


def shown(file: Path) -> str:
    """What stands there now."""
    return file.read_text().partition(BEGIN)[2].partition(END)[0]


def main() -> None:
    with TemporaryDirectory() as folder:
        for file, text in asyncio.run(transcripts(Path(folder))).items():
            before, _, rest = file.read_text().partition(BEGIN)
            file.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}")


if __name__ == "__main__":
    main()
