"""Connect an account of yours, so that it can be used as you."""

from typing import Annotated

from commands.command import command
from commands.integrations import Integration, Integrations
from commands.reply import Button, Item, Reply

_CONNECTABLE = ("not connected", "lent", "needs reconnect", "limited", "connected", "provider problem")


@command(example="connect google calendar")
async def connect(integrations: Integrations, service: Annotated[str, "the service, such as “google calendar”"] = "") -> Reply:
    """Connect an account of yours."""
    if not service:
        return _offered([each for each in await integrations.every() if each.connectable and each.state in _CONNECTABLE])
    chosen = await integrations.named(service, "connect")
    link = await integrations.link(chosen.name, False)
    again = " again" if _is_theirs(chosen) else ""
    text = f"This link is for you alone, and good for ten minutes: it connects {chosen.title}{again}."
    return Reply(text, buttons=(Button(f"Connect {chosen.title}", url=link, style="primary"),), private=True)


def _offered(every: list[Integration]) -> Reply:
    if not every:
        return Reply("There is nothing to connect here.", private=True)
    items = tuple(Item(each.title, each.about, buttons=(_button(each),)) for each in every)
    return Reply("Which one do you want to connect?", items=items, private=True)


def _button(integration: Integration) -> Button:
    label = "Connect again" if _is_theirs(integration) else "Connect"
    return Button(label, "connect", {"service": integration.name})


def _is_theirs(integration: Integration) -> bool:
    """Whether there is an account of their own already; the team's is not touched."""
    return integration.mine and integration.state not in ("not connected", "lent", "not set up")
