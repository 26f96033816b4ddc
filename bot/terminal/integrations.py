"""The services as they stand at the terminal, where nobody connects an account."""

from collections.abc import Sequence

from adapters.errors import Refused
from bot.plan import Plan
from commands.integrations import Integration, Integrations

_ELSEWHERE = "Accounts are connected from Slack or Teams, or on the bot's page: here nobody could prove who they are."


def integrations(plan: Plan) -> Integrations:
    async def every() -> Sequence[Integration]:
        return [_integration(plan, name) for name in plan.titles]

    async def refuse(*_: object) -> str:
        raise Refused(_ELSEWHERE)

    async def refuse_to_share(*_: object) -> None:
        raise Refused(_ELSEWHERE)

    return Integrations("", every, refuse, refuse, refuse_to_share)


def _integration(plan: Plan, name: str) -> Integration:
    adapter = next(each for each in plan.adapters if each.name == name)
    shared = name in plan.trials or name in plan.shared_keys
    state = "lent" if name in plan.sandboxed else "connected" if shared else "not set up"
    return Integration(name, adapter.title, adapter.about, adapter.category, state, mine=False)
