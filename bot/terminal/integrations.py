"""The services as they stand at the terminal, where nobody connects an account."""

from collections.abc import Sequence

from adapters.base import Adapter
from adapters.errors import Refused
from bot.plan import Plan
from commands.integrations import Integration, Integrations

_ELSEWHERE = "Accounts are connected from Slack or Teams, or on the bot's page: here nobody could prove who they are."


def integrations(plan: Plan) -> Integrations:
    async def every() -> Sequence[Integration]:
        return [_integration(plan, adapter) for adapter in plan.adapters]

    async def refuse(*_: object) -> str:
        raise Refused(_ELSEWHERE)

    async def refuse_to_share(*_: object) -> None:
        raise Refused(_ELSEWHERE)

    return Integrations("", every, refuse, refuse, refuse_to_share)


def _integration(plan: Plan, adapter: Adapter) -> Integration:
    serves = adapter.name in plan.trials or adapter.name in plan.shared_keys
    state = "lent" if adapter.name in plan.sandboxed else "connected" if serves else "not set up"
    note = f"{adapter.name.upper()}_TOKEN is not set" if state == "not set up" else ""
    about = (adapter.name, adapter.title, adapter.about, adapter.category)
    return Integration(*about, state, mine=False, note=note, connectable=False)
