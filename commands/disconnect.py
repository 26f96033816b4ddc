"""Take back an account that you connected."""

from collections.abc import AsyncIterator

from adapters.errors import Refused
from commands.command import command
from commands.integrations import HELD, Integrations, Service
from commands.preview import Preview
from commands.reply import Button, Field, Reply


@command(irreversible=True, example="disconnect google calendar")
async def disconnect(integrations: Integrations, service: Service) -> AsyncIterator[Preview | Reply]:
    """Take back an account: its token is revoked there, and forgotten here."""
    chosen = await integrations.named(service, "disconnect")
    if not (chosen.mine and chosen.state in HELD):
        raise Refused(f"You have not connected an account of your own to {chosen.title}.")
    account = (Field("Account", chosen.account),) if chosen.account else ()
    yield Preview(f"Take back your account at {chosen.title}: I can't use it any more then.", account, private=True)
    account_name = await integrations.disconnect(chosen.name)
    whose = f" ({account_name})" if account_name else ""
    again = Button("Connect again", "connect", {"service": chosen.name})
    yield Reply(f"{chosen.title}{whose} is disconnected.", buttons=(again,), private=True)
