"""See whether the bot and its services are well."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from commands.command import Given, command
from commands.reply import Field, Reply


@dataclass(frozen=True)
class Check:
    """What became of trying one thing: `state` is "ok", "not connected", or in a word or two what is wrong."""

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
    idle = ", ".join(check.title for check in checks if check.state == "not connected")
    wrong = ", ".join(f"{check.title} ({check.state})" for check in checks if check.state not in ("ok", "not connected"))
    if not checks:
        return "There is nothing to check."
    said = f"Something is wrong with {wrong}." if wrong else "All is well."
    return f"{said} Not connected: {idle}." if idle else said
