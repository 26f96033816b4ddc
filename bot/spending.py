"""What may be spent on AI models in a day, by a person, in a conversation and by a team."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.errors import Refused
from bot.written import conversation_of
from commands.call import Call
from storage.budgets import Budgets

_MICROS = 1_000_000  # to a dollar


@dataclass(frozen=True)
class Limits:
    """In US dollars a day (UTC)."""

    person: float
    conversation: float
    tenant: float


class Spending:
    """Everything here raises StorageError."""

    def __init__(self, budgets: Budgets, limits: Limits, now: Callable[[], datetime]) -> None:
        self._budgets = budgets
        self._limits = limits
        self._now = now

    async def reserve(self, id: str, call: Call, dollars: float) -> None:
        """Sets aside what a request, `id`, may cost. Raises Refused where that is more than is left."""
        place, limits = call.place, self._limits
        scopes = {
            f"person {call.actor.key}": limits.person,
            f"conversation {conversation_of(call)}": limits.conversation,
            f"tenant {place.platform}:{place.tenant}": limits.tenant,
        }
        micros = {scope: _micros(limit) for scope, limit in scopes.items()}
        full = await self._budgets.reserve(id, f"{self._now():%Y-%m-%d}", micros, _micros(dollars))
        if full:
            raise Refused(self._in_words(full.partition(" ")[0], scopes[full]))

    async def settle(self, id: str, dollars: float, frees: bool = True) -> None:
        """So much it has cost; the rest is free again, unless another attempt has set it aside for itself by now (`frees`)."""
        await self._budgets.settle(id, _micros(dollars), frees)

    async def release(self, call: str, but: str = "") -> None:
        """What requests of this call, by ids like "<call>:0", set aside and never settled is free again, but for one's."""
        await self._budgets.release(f"{call}:", but)

    def _in_words(self, whose: str, limit: float) -> str:
        who = {"person": "You have", "conversation": "This conversation has", "tenant": "Your team has"}[whose]
        now = self._now()
        midnight = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), now.tzinfo)
        hours = -(-int((midnight - now).total_seconds()) // 3600)
        return (
            f"{who} too little left of today's ${limit:.2f} for AI models. There is more from midnight UTC, in {hours} h; "
            "something shorter or smaller may still fit."
        )


def _micros(dollars: float) -> int:
    return round(dollars * _MICROS)
