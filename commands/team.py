"""Accounts that a whole team uses: where they may be used."""

from commands.command import command
from commands.integrations import Integrations, Service
from commands.reply import Reply


@command(undo="team close", example="team open google calendar")
async def open(integrations: Integrations, service: Service) -> Reply:
    """Let everybody in this channel use the team's account of a service."""
    chosen = await integrations.named(service, "team open")
    await integrations.share(chosen.name, True)
    return Reply(f"Everybody in this channel can use the team's {chosen.title} now.", undo={"service": chosen.name})


@command(undo="team open", example="team close google calendar")
async def close(integrations: Integrations, service: Service) -> Reply:
    """Close the team's account of a service to this channel."""
    chosen = await integrations.named(service, "team close")
    await integrations.share(chosen.name, False)
    return Reply(f"The team's {chosen.title} can't be used in this channel any more.", undo={"service": chosen.name})
