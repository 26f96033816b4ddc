"""Accounts that a whole team uses: connected by who runs the bot, and opened to channels."""

from commands.command import command
from commands.integrations import Integrations, Service
from commands.reply import Button, Reply


@command(example="team connect google calendar")
async def connect(integrations: Integrations, service: Service) -> Reply:
    """Connect an account that the whole team uses."""
    chosen = await integrations.named(service, "team connect")
    link = await integrations.link(chosen.name, True)
    text = f"This link is for you alone, and good for ten minutes: it connects {chosen.title} for your whole team."
    return Reply(text, buttons=(Button(f"Connect {chosen.title}", url=link, style="primary"),), private=True)


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
