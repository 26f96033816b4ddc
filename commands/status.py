"""See whether the bot and its services are well."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from commands.command import Given, command
from commands.reply import Field, Reply


@dataclass(frozen=True)
class Check:
    """What became of trying one thing.

    `state` is that of an Integration; of the bot's own parts it is "ok", "refused" or "unavailable". `detail` says more.
    """

    name: str
    title: str
    state: str
    detail: str = ""


class Health(Given):
    """The checks that this person may ask for. `checks` yields each as soon as it is known."""

    def __init__(self, checks: Callable[[], AsyncIterator[Check]]) -> None:
        self.checks = checks


@command
async def status(health: Health) -> AsyncIterator[Reply]:
    """Check the bot and every service, now."""
    yield Reply("Checking…")
    known: list[Check] = []
    async for check in health.checks():
        known.append(check)
        yield Reply(f"Checking… {len(known)} so far.", fields=_fields(known))
    yield Reply(_in_words(known), fields=_fields(known))


def _fields(checks: Sequence[Check]) -> tuple[Field, ...]:
    said = {check: f"{check.state}: {check.detail}" if check.detail else check.state for check in checks}
    return tuple(Field(check.title, said[check]) for check in sorted(checks, key=lambda check: check.title.casefold()))


def _in_words(checks: Sequence[Check]) -> str:
    if not checks:
        return "There is nothing to check."
    wrong = ", ".join(f"{check.title} ({check.state})" for check in checks if check.state not in (*_WELL, *_IDLE))
    said = [f"Something is wrong with {wrong}." if wrong else "All is well."]
    for state, words in _IDLE.items():
        if idle := ", ".join(check.title for check in checks if check.state == state):
            said.append(f"{words}: {idle}.")
    return " ".join(said)


_WELL = ("ok", "connected", "lent")
_IDLE = {"not connected": "Not connected", "not set up": "Not set up"}
