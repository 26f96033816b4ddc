"""What people type into a slash command, as Slack tells it: https://docs.slack.dev/interactivity/implementing-slash-commands/."""

import re

from bot.slack.escape import escape
from bot.slack.sandbox.workspace import Workspace

_NAMED = re.compile(r"(?<![\w@#])([@#])([\w-]+(?:\.[\w-]+)*)")


def marked(workspace: Workspace, text: str) -> str:
    """With `should_escape`: people and channels that are named come with their ids, and nothing else is markup."""
    ids = {f"@{person.name}": person.id for person in workspace.people.values()}
    ids |= {f"#{channel.name}": channel.id for channel in workspace.channels.values() if channel.kind != "im"}

    def linked(name: re.Match[str]) -> str:
        return f"<{name[1]}{ids[name[0]]}|{name[2]}>" if name[0] in ids else name[0]

    return _NAMED.sub(linked, escape(text))
