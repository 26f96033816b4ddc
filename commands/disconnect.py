"""Take back an account that you connected."""

from commands.command import command
from commands.integrations import Integrations, Service
from commands.reply import Button, Reply


@command(irreversible=True, example="disconnect google calendar")
async def disconnect(integrations: Integrations, service: Service) -> Reply:
    """Take back an account: its token is revoked there, and forgotten here."""
    chosen = await integrations.named(service, "disconnect")
    account = await integrations.disconnect(chosen.name)
    whose = f" ({account})" if account else ""
    again = Button("Connect again", "connect", {"service": chosen.name})
    return Reply(f"{chosen.title}{whose} is disconnected.", buttons=(again,), private=True)
