"""What Ada asks the services for. What models answer is told to their stand-ins; all else is as it comes."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from adapters.anthropic.sandbox import ClaudeSandbox
from adapters.hubspot.sandbox import HubSpotSandbox
from adapters.notion.sandbox import NotionSandbox
from adapters.openai.sandbox import OpenAISandbox
from adapters.perplexity.sandbox import PerplexitySandbox
from adapters.sandbox import Sandbox
from adapters.sandbox_chat_script import Pause
from tests.acceptance.telling import Telling

QUESTION = "ask What is a leap second?"
_ANSWER = (
    "A leap second is one more second at the end of a day, ",
    Pause(3),
    "so that clocks keep up with **the Earth**, which turns a little unevenly.",
)
_POEM = ("Roses are red, violets are blue, ", Pause(60), "and nobody waits for this.")


class StandIns:
    """Notion, HubSpot and three providers of models."""

    def __init__(self) -> None:
        self.openai, self.claude = OpenAISandbox(_now), ClaudeSandbox(_now)
        others = (NotionSandbox(_now), HubSpotSandbox(_now), PerplexitySandbox(_now))
        self.by_name: dict[str, Sandbox] = {each.name: each for each in (self.openai, self.claude, *others)}

    def answers_the_question(self, times: int) -> None:
        self.openai.say(*[_ANSWER] * times)


Story = Callable[[Telling, StandIns], Awaitable[None]]


def _now() -> datetime:
    return datetime.now(UTC)


async def taken_back(ada: Telling, _: StandIns) -> None:
    await ada.ask('calendar create "Design review" tomorrow 15:00')
    await ada.press("Undo")


async def confirmed(ada: Telling, _: StandIns) -> None:
    await ada.ask("forget")
    await ada.press("Confirm")


async def answered(ada: Telling, _: StandIns) -> None:
    await ada.watch(QUESTION, "at the end of")


async def asked_further(ada: Telling, told: StandIns) -> None:
    told.answers_the_question(1)
    await ada.watch(QUESTION, "at the end of")
    ada.follow()
    told.openai.say("On 31 December 2016: it was the 27th.")
    await ada.ask("ask When was the last one?")
    ada.leave()
    told.openai.say(_POEM)
    await ada.watch("ask Write a poem", "violets", stop=True)


async def other_words(ada: Telling, told: StandIns) -> None:
    await ada.talk("The launch moves to Friday.", "I tell sales.", "And who updates the page?", "Me, tomorrow.")
    told.openai.say("The launch **moves to Friday**.\n\n- Grace tells sales.\n- She updates the page tomorrow.")
    await ada.ask("summarize")
    ada.leave()
    told.openai.say("Bis morgen!", "Could you send me the numbers by noon, please?")
    await ada.ask("translate German See you tomorrow!")
    await ada.ask("rewrite friendlier Send me the numbers by noon.")


async def searched(ada: Telling, _: StandIns) -> None:
    await ada.ask("search When is the next leap second?")


async def compared(ada: Telling, told: StandIns) -> None:
    told.openai.say("A monad is a way to chain steps, each of which may add something of its own.")
    told.claude.say("Think of a recipe that says how one step hands over to the next.")
    await ada.ask("compare openai,claude What is a monad?")


async def chosen(ada: Telling, _: StandIns) -> None:
    await ada.ask("models")
    await ada.ask("models use claude")
    await ada.press("Undo")


async def pages(ada: Telling, _: StandIns) -> None:
    await ada.ask("notion find meeting")
    await ada.ask("notion page runbook")
    await ada.ask('notion create Launch plan under="Meeting notes" body="Who does **what** until Friday."')
    await ada.press("Undo")


async def rows(ada: Telling, _: StandIns) -> None:
    await ada.ask('notion query Tasks where="Status=In progress" sort=-Points')
    await ada.ask("notion add Tasks Order badges, Priority=High, Due=friday")
    await ada.ask("notion set “Order badges” Status Done")
    await ada.press("Undo")


async def kept(ada: Telling, _: StandIns) -> None:
    await ada.ask("notion default meeting notes")
    await ada.talk("The launch moves to Friday.", "Then I tell sales.")
    await ada.ask("notion save-thread")


async def deals(ada: Telling, _: StandIns) -> None:
    await ada.ask("hubspot find orbital")
    await ada.ask("hubspot deal “Orbital – Pilot”")
    await ada.ask("hubspot move “Orbital – Pilot” Qualified to buy")
    await ada.press("Undo")
    await ada.ask("hubspot pipeline sales")


async def logged(ada: Telling, _: StandIns) -> None:
    await ada.talk("Katherine would like to start in March.", "Then I prepare the offer.")
    await ada.ask("hubspot log “Orbital – Pilot”")


TOLD: tuple[tuple[str, tuple[tuple[str, Story], ...]], ...] = (
    (
        "AI models",
        (
            ("An answer that grows, a question that follows, and Stop", asked_further),
            ("In other words", other_words),
            ("The web, with its sources", searched),
            ("Two models, side by side", compared),
            ("Which model", chosen),
        ),
    ),
    ("Notion", (("A page", pages), ("Rows of a database", rows), ("A thread, kept as a page", kept))),
    ("HubSpot", (("Deals", deals), ("A thread, kept as a note", logged))),
)
"""What docs/transcripts.md shows, by service."""
