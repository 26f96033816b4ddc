"""Messages that grow while they are read: https://learn.microsoft.com/microsoftteams/platform/bots/streaming-ux."""

from dataclasses import dataclass
from typing import Any

from bot.teams.sandbox.content import whole
from bot.teams.sandbox.errors import ApiError
from bot.teams.sandbox.workspace import ADA, BOT, Conversation, Json, Posted, Workspace

_PACE = 0.9  # seconds: Teams takes one request a second
_LASTS = 120.0  # seconds
_OVER = {
    "stopped": "Message was canceled by user",
    "ended": "Content stream is not allowed on an already completed streamed message",
    "late": "Content stream finished due to exceeded streaming time.",
}


@dataclass
class _Stream:
    """`state` is "open", "stopped", "ended" or "late"; `answer` what it has shown of the answer itself."""

    posted: Posted
    began: float
    last: float
    sequence: int = 1
    answer: str = ""
    state: str = "open"


def stream_of(activity: Json) -> Json | None:
    """What an activity says of a stream that it belongs to."""
    entities = activity.get("entities")
    found = [each for each in entities if isinstance(each, dict)] if isinstance(entities, list) else []
    return next((each for each in found if str(each.get("type", "")).lower() == "streaminfo"), None)


class Streams:
    """`allowed` is whether the bot may stream at all. What raises ApiError here, Teams refuses with the same words."""

    def __init__(self, workspace: Workspace) -> None:
        self.allowed = True
        self.requests = 0  # of those that showed something on the way
        self._workspace = workspace
        self._streams: dict[str, _Stream] = {}

    def take(self, conversation: Conversation, activity: Json, stream: Json) -> tuple[int, Json]:
        """The status and the body of the answer. Raises ApiError."""
        if not self.allowed or conversation.type != "personal":
            raise ApiError(403, "ContentStreamNotAllowed", "Content stream is not allowed")
        if stream.get("streamType") == "final":
            return self._end(activity, stream)
        text = activity.get("text")
        if activity.get("type") != "typing" or not isinstance(text, str) or not text.strip() or activity.get("attachments"):
            raise ApiError(400, "BadRequest", "Start streaming activities should include text")
        if "streamId" not in stream:
            return self._begin(conversation, text, stream)
        return self._go_on(text, stream)

    def stop(self, user: str = ADA) -> None:
        """The person presses Teams' own Stop, below what is being streamed. Raises ValueError where nothing is."""
        chat = self._workspace.conversation(user).id
        running = [each for each in self._streams.values() if each.posted.conversation == chat and self._is_open(each)]
        if not running:
            raise ValueError(f"nothing is being streamed to {user}")
        running[-1].state, running[-1].posted.streaming = "stopped", False

    def check_over(self, posted: Posted) -> None:
        """What is being streamed can't be changed otherwise."""
        if (stream := self._streams.get(posted.id)) and self._is_open(stream):
            raise ApiError(400, "BadSyntax", "A message that is being streamed can't be updated.")

    def _begin(self, conversation: Conversation, text: str, stream: Json) -> tuple[int, Json]:
        if stream.get("streamSequence") != 1:
            raise ApiError(400, "BadRequest", "streamSequence must start with 1")
        posted = self._workspace.post(conversation, BOT, text, streaming=True)
        now = self._now()
        self._streams[posted.id] = _Stream(posted, now, now, answer=_answer(text, stream))
        self.requests += 1
        return 201, {"id": posted.id}

    def _go_on(self, text: str, stream: Json) -> tuple[int, Json]:
        known = self._open(stream)
        if self._now() - known.last < _PACE:
            raise ApiError(429, "TooManyRequests", "API calls quota exceeded")
        sequence = stream.get("streamSequence")
        if not isinstance(sequence, int) or sequence <= known.sequence:
            return 202, {}  # it came too late, and is dropped
        if not text.startswith(known.answer):
            raise ApiError(400, "BadRequest", "Streamed content should contain the previously streamed content")
        known.sequence, known.last, known.answer = sequence, self._now(), _answer(text, stream) or known.answer
        known.posted.text = text
        self.requests += 1
        return 202, {}

    def _end(self, activity: Json, stream: Json) -> tuple[int, Json]:
        if activity.get("type") != "message" or "streamSequence" in stream:
            raise ApiError(400, "BadRequest", "Only a message without streamSequence can be final")
        known = self._open(stream)
        content = whole(activity)
        posted = known.posted
        posted.text, posted.summary, posted.attachments = content["text"], content["summary"], content["attachments"]
        known.state, posted.streaming = "ended", False
        return 202, {}

    def _open(self, stream: Json) -> _Stream:
        known = self._streams.get(str(stream.get("streamId")))
        if known is None:
            raise ApiError(404, "ActivityNotFoundInConversation", "Conversation not found.")
        if not self._is_open(known):
            raise ApiError(403, "ContentStreamNotAllowed", _OVER[known.state])
        return known

    def _is_open(self, stream: _Stream) -> bool:
        if stream.state == "open" and self._now() - stream.began > _LASTS:
            stream.state, stream.posted.streaming = "late", False
        return stream.state == "open"

    def _now(self) -> float:
        return self._workspace.now().timestamp()


def _answer(text: str, stream: Any) -> str:
    return "" if stream.get("streamType") == "informative" else text
