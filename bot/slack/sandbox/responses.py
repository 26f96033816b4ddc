"""Response URLs: five answers within thirty minutes, even where the bot is no member.

https://docs.slack.dev/interactivity/handling-user-interaction/#message_responses
"""

import secrets
from dataclasses import dataclass

from bot.slack.sandbox.arguments import Arguments
from bot.slack.sandbox.chat import content
from bot.slack.sandbox.workspace import BOT, ApiError, Posted, Workspace

_USES, _LIFE = 5, 1800.0


@dataclass
class ResponseUrl:
    """Where an answer goes: to a channel or one person there, or in place of the message whose button was pressed."""

    channel: str
    user: str
    original: Posted | None
    until: float
    uses: int = _USES


class ResponseUrls:
    """Every response URL that was given out."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._urls: dict[str, ResponseUrl] = {}

    def issue(self, channel: str, user: str, original: Posted | None = None) -> str:
        token = secrets.token_urlsafe(16)
        self._urls[token] = ResponseUrl(channel, user, original, self._now() + _LIFE)
        return token

    def knows(self, token: str) -> bool:
        return token in self._urls

    def respond(self, token: str, told: Arguments) -> None:
        """Raises ApiError."""
        url = self._urls.get(token)
        if not url or url.until < self._now():
            raise ApiError("expired_url")
        if not url.uses:
            raise ApiError("used_url")
        url.uses -= 1
        self.answer(url, told)

    def answer(self, url: ResponseUrl, told: Arguments) -> None:
        if url.original and told.flag("delete_original"):
            self._workspace.remove(url.original)
            return
        text, blocks = content(self._workspace, told)
        if url.original and told.flag("replace_original"):
            url.original.text, url.original.blocks, url.original.edited = text, blocks, self._workspace.ts()
            return
        only_for = "" if told.text("response_type") == "in_channel" else url.user
        self._workspace.post(url.channel, BOT, text, blocks=blocks, thread_ts=told.text("thread_ts"), only_for=only_for)

    def acknowledged(self, channel: str, user: str, told: Arguments) -> None:
        """A command's acknowledgement may be its answer already."""
        self.answer(ResponseUrl(channel, user, None, self._now()), told)

    def _now(self) -> float:
        return self._workspace.now().timestamp()
