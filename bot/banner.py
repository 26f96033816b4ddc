"""What whoever started the bot is told: what is connected and where, and what to try."""

import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import make_url

from adapters.base import Adapter
from bot.app import House
from bot.plan import Plan
from bot.settings import Settings


def banner(plan: Plan, house: House) -> str:
    """In plain words, without a secret."""
    parts = dict(_parts(plan, house))
    width = max(map(len, parts))
    return "\n".join(
        [
            f"Interact {version('interact-bot')} is listening at {house.address}",
            "",
            *(f"  {name:{width}}  {what}" for name, what in parts.items()),
            *_made_up(plan),
            "",
            "Try:",
            *(f"  {line}" for line in _to_try(plan, house)),
            "",
        ]
    )


def _parts(plan: Plan, house: House) -> Iterator[tuple[str, str]]:
    yield "Slack", _slack(plan.settings, house)
    yield "Microsoft Teams", _teams(plan.settings, house)
    yield "Pages", house.public_url or "off: set PUBLIC_URL, so that people can connect accounts"
    for adapter in plan.adapters:
        yield adapter.title, _service(adapter, plan)
    yield "Database", make_url(plan.settings.database).render_as_string(hide_password=True)


def _slack(settings: Settings, house: House) -> str:
    if settings.sandbox_mode:
        return f"sandbox, at {house.sandboxes}slack/"
    if not settings.slack:
        return "off"
    if settings.slack_app_token:
        return f"your workspace, over Socket Mode; {_program()} check tells whether it is reached"
    return f"your workspace, delivering to {house.address}slack/events"


def _teams(settings: Settings, house: House) -> str:
    if settings.sandbox_mode:
        return f"sandbox; local emulators of Teams may deliver to {house.address}api/messages"
    return f"your tenant, delivering to {house.address}api/messages" if settings.teams else "off"


def _service(adapter: Adapter, plan: Plan) -> str:
    base_url = plan.services[adapter.name].base_url
    where = f", at {base_url}" if base_url else ""
    if adapter.name in plan.trials:
        return f"real, with the account of {adapter.name.upper()}_TOKEN{where}"
    if adapter.name in plan.sandboxed:
        return f"sandbox{where}"
    own = "the account that each person connects" if adapter.name in plan.connectable else ""
    key = f"the key of {adapter.env}_API_KEY" if adapter.name in plan.shared_keys else ""
    as_whom = " or ".join(filter(None, (own, key)))
    return f"real, with {as_whom}{where}" if as_whom else "off"


def _made_up(plan: Plan) -> Iterator[str]:
    """Nobody shall take what is made up for real, nor the other way round."""
    if not plan.settings.sandbox_mode:
        return
    yield ""
    if plan.trials:
        yield "This is a sandbox, but for what is called real above: what you do there, happens."
    else:
        yield "This is a sandbox: everything in it is made up, and no account of yours is used."


def _program() -> str:
    """How this program can be called from here, as `.venv/bin/interact`."""
    called, here = Path(sys.argv[0]).absolute(), Path.cwd()
    return str(called.relative_to(here)) if called.name == "interact" and called.is_relative_to(here) else "interact"


def _to_try(plan: Plan, house: House) -> Iterator[str]:
    yield f'{_program()} say "calendar today"'
    yield f"{_program()} chat"
    if plan.settings.sandbox_mode:
        yield f"{house.sandboxes}slack/ in a browser, as somebody who has to connect an account first"
        yield f"{house.public_url}integrations in a browser"
    else:
        if plan.settings.slack:
            yield "/interact help in Slack"
        if plan.settings.teams:
            yield "help in a chat with the bot in Teams"
        yield f"{_program()} check"
