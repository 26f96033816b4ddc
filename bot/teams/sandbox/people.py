"""What people do in Teams besides pressing buttons: write to the bot, search, install and remove it."""

from dataclasses import replace

from bot.teams.sandbox import answers
from bot.teams.sandbox.activities import Activities
from bot.teams.sandbox.delivery import Courier, Delivery
from bot.teams.sandbox.places import Places
from bot.teams.sandbox.screens import Screens
from bot.teams.sandbox.workspace import ADA, Workspace


class People:
    """Each deed is delivered to the bot; what comes back is how the bot took it. A conversation is given by its id, or not
    at all for the person's own chat with the bot.

    Raises ValueError for what the person could not do, as things stand.
    """

    def __init__(
        self, workspace: Workspace, places: Places, activities: Activities, courier: Courier, screens: Screens
    ) -> None:
        self._workspace = workspace
        self._places = places
        self._activities = activities
        self._courier = courier
        self._screens = screens

    async def message(self, text: str, user: str = ADA, conversation: str = "", thread: str = "", html: str = "") -> Delivery:
        """Writes to the bot; in channels into a thread, or else a new one. Others are not alone with it and mention it.

        `html` is the same with its formatting, as Graph tells it.
        """
        where = self._places.entered(user, conversation, thread)
        posted = self._workspace.post(where.conversation, user, text, where.thread, html=html)
        return await self._courier.deliver(self._activities.message(replace(where, thread=posted.thread), text, posted.id))

    def talk(self, text: str, user: str = ADA, conversation: str = "", thread: str = "", html: str = "") -> str:
        """Writes to the others: the bot is not mentioned, and not told. Gives back the message's id."""
        where = self._places.placed(user, conversation, thread)
        return self._workspace.post(where.conversation, user, text, where.thread, html=html).id

    async def search(self, command: str, parameter: str, words: str, user: str = ADA, conversation: str = "") -> Delivery:
        """Looks something up from where messages are written, even where the bot is not: nothing is posted yet."""
        where = self._places.placed(user, conversation)
        return await self._screens.invoke(
            self._activities.query(where, command, parameter, words), answers.found, lambda _: None
        )

    async def install(self, conversation: str = "", user: str = ADA) -> Delivery:
        """Brings the bot into a conversation, or into the team that the channel belongs to."""
        where = self._places.placed(user, conversation)
        self._workspace.removed.discard(where.conversation.home)
        await self._courier.deliver(self._activities.members(where, "membersAdded"))
        return await self._courier.deliver(self._activities.installation(where, "add"))

    async def uninstall(self, conversation: str = "", user: str = ADA) -> Delivery:
        where = self._places.placed(user, conversation)
        self._workspace.removed.add(where.conversation.home)
        if where.conversation.type != "personal":
            await self._courier.deliver(self._activities.members(where, "membersRemoved"))
        return await self._courier.deliver(self._activities.installation(where, "remove"))

    async def react(self, message: str, reaction: str = "like", user: str = ADA) -> Delivery:
        posted = self._places.message(message)
        return await self._courier.deliver(
            self._activities.reaction(self._places.entered(user, posted.conversation, posted.thread), reaction, message)
        )

    async def edit(self, message: str, text: str, user: str = ADA) -> Delivery:
        """Writes a message of their own anew."""
        posted = self._places.message(message)
        if posted.author != user:
            raise ValueError(f"{message} is not by {user}")
        posted.text, posted.edited = text, self._workspace.stamp()
        where = self._places.entered(user, posted.conversation, posted.thread)
        return await self._courier.deliver(self._activities.edit(where, text, message))

    def block(self, user: str = ADA, blocked: bool = True) -> None:
        """The bot is told nothing, and can't write to this person until they change their mind."""
        (self._workspace.blocked.add if blocked else self._workspace.blocked.discard)(user)
