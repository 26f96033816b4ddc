"""Which services words need. Each SDK takes long to import: who asks one thing need not wait for the others."""

from collections.abc import Sequence

from adapters.base import Adapter, Client
from adapters.chat import ChatModel
from bot.plan import Plan
from commands.assistant import Assistant, Stopping
from commands.audit import Auditing
from commands.catalog import Catalog
from commands.command import Command
from commands.forget import Forgetting
from commands.illustrator import Illustrator
from commands.integrations import Integrations
from commands.parse import take_flags
from commands.preferences import Preferences
from commands.rules import Ruling
from commands.talk import Talk
from commands.usage import UsageError

_KNOWN = (Client, Assistant, Auditing, Catalog, Forgetting, Illustrator, Integrations, Preferences, Ruling, Stopping, Talk)
"""What a command may be given without reaching more services than its signature names; other things may lead to any."""


def needed(plan: Plan, words: str) -> Sequence[Adapter]:
    """Those that the command of these words may reach; none where the words are no command, for then nothing is done."""
    catalog = Catalog(plan.subjects, plan.runnable("terminal"))
    try:
        command, _ = catalog.find(take_flags(words)[0])
    except UsageError:
        return ()
    return [adapter for adapter in plan.switched_on if _reaches(command, adapter.client)]


def _reaches(command: Command, client: type[Client]) -> bool:
    needs = command.needs.values()
    if not all(issubclass(need, _KNOWN) for need in needs):
        return True
    return client in needs or (Assistant in needs and issubclass(client, ChatModel))
