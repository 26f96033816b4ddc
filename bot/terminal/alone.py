"""At the terminal there is nobody else: who sits there runs the bot, and nobody else can be asked to confirm anything."""

from collections.abc import Mapping

from adapters.errors import Refused
from commands.call import Actor, Call
from commands.reply import Reply
from storage.proposals import Proposal


class Sitter:
    """In the place of `bot.admins.Administrators`."""

    async def is_admin(self, actor: Actor) -> bool:
        return True

    async def names(self, platform: str, tenant: str) -> Mapping[str, str]:
        return {"": "whoever sits at the terminal"}


class NobodyElse:
    """In the place of `bot.approvals.Approvals`."""

    async def announce(self, proposal: Proposal, call: Call, card: Reply) -> str:
        raise Refused("Somebody else has to confirm this, and from the terminal nobody can be asked. Ask in Slack or Teams.")

    async def close(self, proposal: Proposal, line: str) -> None:
        """There are no cards elsewhere."""

    async def run(self, proposal: Proposal, by: Actor) -> None:
        """Nothing is confirmed here for anybody else."""
