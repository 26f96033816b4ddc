"""Commands in the menu of each message, which Teams calls message actions.

https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/action-commands/define-action-command
"""

from bot.teams.form import MESSAGE
from commands.command import Command

_BEGINS = "message."  # so that it is told from the same command as a search


def id_of(command: Command) -> str:
    """Its id in the manifest."""
    return f"{_BEGINS}{command.name.replace(' ', '.')}"


def command_of(id: str) -> str:
    """The name of the command with that id, whether there is one or not."""
    return id.removeprefix(_BEGINS).replace(".", " ")


def runs_at_once(command: Command) -> bool:
    """Whether there is nothing to ask, and nothing that is better seen before it is done."""
    return not command.writes and {option.name for option in command.options} == {MESSAGE}
