"""Who may call the Bot Connector, and which conversations are within reach."""

from collections.abc import Callable

from aiohttp import web

from bot.teams.sandbox.errors import ApiError
from bot.teams.sandbox.login import CONNECTOR, audience_of
from bot.teams.sandbox.workspace import BOT, OTHER_TENANT, TENANT, Conversation, Posted, Workspace


class Gate:
    """Every method raises ApiError. `account_of` gives the audience of a request's token."""

    def __init__(self, workspace: Workspace, account_of: Callable[[web.Request], str]) -> None:
        self._workspace = workspace
        self._account_of = account_of

    def let_in(self, request: web.Request) -> None:
        if audience_of(request, self._account_of) != CONNECTOR:
            raise ApiError(401, "Unauthorized", "Authorization has been denied for this request.")
        if request.match_info["tenant"] not in (TENANT, OTHER_TENANT):
            raise ApiError(403, "InvalidBotApiHost", "Invalid bot api host.")

    def reached(self, request: web.Request) -> Conversation:
        """The conversation that the request's path names."""
        self.let_in(request)
        return self.conversation(request, request.match_info["conversation"])

    def conversation(self, request: web.Request, id: str) -> Conversation:
        if id in self._workspace.people:
            raise ApiError(404, "ConversationNotFound", "Conversation not found.")
        conversation = self._workspace.conversation(id)
        self.check(request, conversation)
        return conversation

    def check(self, request: web.Request, conversation: Conversation) -> None:
        """Whether the bot may do anything there."""
        if conversation.tenant != request.match_info["tenant"]:
            raise ApiError(404, "ConversationNotFound", "Conversation not found.")
        if conversation.type == "personal" and self._workspace.blocked.intersection(conversation.members):
            raise ApiError(403, "ConversationBlockedByUser", "User blocked the conversation with the bot.")
        if conversation.home in self._workspace.removed:
            raise ApiError(403, "BotNotInConversationRoster", "The bot isn't part of the conversation roster.")

    def own(self, request: web.Request) -> Posted:
        """The bot's message that the request's path names."""
        posted = self._workspace.find(self.reached(request).id, request.match_info["activity"])
        if not posted:
            raise ApiError(404, "ActivityNotFoundInConversation", "Conversation not found.")
        if posted.author != BOT:
            raise ApiError(403, "NotEnoughPermissions", "The message was not sent by this bot.")
        return posted
