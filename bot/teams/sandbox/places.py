"""Where somebody is, and what stands there. Raises ValueError for what the person could not do, as things stand."""

from bot.teams.sandbox.activities import Where
from bot.teams.sandbox.errors import ApiError
from bot.teams.sandbox.workspace import BOT, Json, Posted, Workspace, thread_of


class Places:
    """A conversation is given by its id, or not at all for the person's own chat with the bot."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def placed(self, user: str, conversation: str = "", thread: str = "") -> Where:
        """Where the person is, with or without the bot."""
        try:
            where = self._workspace.conversation(conversation or user)
        except ApiError as error:
            raise ValueError(f"{conversation or user}: {error}") from None
        if user not in where.members:
            raise ValueError(f"{user} is not in {where.name}")
        return Where(self._workspace.people[user], where, thread or thread_of(conversation))

    def entered(self, user: str, conversation: str = "", thread: str = "") -> Where:
        """Where the person is together with the bot."""
        where = self.placed(user, conversation, thread)
        blocked = where.conversation.type == "personal" and user in self._workspace.blocked
        if where.conversation.home in self._workspace.removed or blocked:
            raise ValueError(f"the bot is not in {where.conversation.name}, so Teams would not tell it")
        return where

    def message(self, id: str) -> Posted:
        posted = next((each for each in self._workspace.posts() if each.id == id), None)
        if not posted:
            raise ValueError(f"there is no message {id}")
        return posted

    def card(self, posted: Posted, user: str) -> Json | None:
        """The card of a message by the bot, as this person sees it, if they do."""
        members = self._workspace.conversation(posted.conversation).members
        return self._workspace.view(posted, user) if posted.author == BOT and user in members else None
