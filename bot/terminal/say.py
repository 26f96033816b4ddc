"""One line, one answer: `interact say "calendar today"`."""

from bot.plan import Plan
from bot.terminal.conversation import Conversation
from bot.terminal.desk import at_desk
from bot.terminal.needed import needed
from bot.terminal.person import person
from bot.terminal.screen import Screen


async def say(plan: Plan, text: str, screen: Screen) -> bool:
    """Shows the answer; False where it is not what was asked for."""
    async with at_desk(plan, needed(plan, text)) as desk:
        conversation = Conversation(desk, person(plan.settings), screen, plan.clock)
        return (await conversation.say(text)).given
