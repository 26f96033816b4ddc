"""An answer as the Messages API streams it: https://platform.claude.com/docs/en/build-with-claude/streaming."""

import json
from typing import Any

from adapters.sandbox_chat import Dialect
from adapters.sandbox_chat_script import Call, Failure, Question

Json = dict[str, Any]


class MessageEvents(Dialect):
    """A message of numbered blocks, each begun, filled and ended."""

    def __init__(self, id: str, question: Question) -> None:
        self._id = id
        self._question = question
        self._blocks = 0
        self._text = False  # whether the block that is open is one of text
        self._stop = "end_turn"

    def begin(self) -> bytes:
        usage = {"input_tokens": self._question.tokens, "output_tokens": 1}
        message: Json = {"id": self._id, "type": "message", "role": "assistant", "model": self._question.model, "content": []}
        message |= {"stop_reason": None, "stop_sequence": None, "usage": usage}
        return _event("message_start", message=message) + _event("ping")

    def words(self, text: str) -> bytes:
        begun = b"" if self._text else self._begin({"type": "text", "text": ""})
        self._text = True
        return begun + self._delta({"type": "text_delta", "text": text})

    def thought(self, text: str) -> bytes:
        begun = self._end() + self._begin({"type": "thinking", "thinking": "", "signature": ""})
        signed = self._delta({"type": "signature_delta", "signature": "c2lnbmVk"})
        return begun + self._delta({"type": "thinking_delta", "thinking": text}) + signed + self._stopped()

    def call(self, call: Call) -> bytes:
        self._stop = "tool_use"
        use = {"type": "tool_use", "id": f"toolu_{self._blocks}", "name": call.name, "input": {}}
        begun = self._end() + self._begin(use)
        written = json.dumps(call.arguments)
        halves = written[: len(written) // 2], written[len(written) // 2 :]
        deltas = b"".join(self._delta({"type": "input_json_delta", "partial_json": half}) for half in halves)
        return begun + deltas + self._stopped()

    def filtered(self) -> bytes:
        return self._ended("refusal", 1)

    def failure(self, failure: Failure) -> bytes:
        return _event("error", error={"type": failure.kind, "message": failure.message})

    def end(self, output: int, cut: bool) -> bytes:
        return self._ended("max_tokens" if cut else self._stop, output)

    def _ended(self, why: str, output: int) -> bytes:
        delta = {"stop_reason": why, "stop_sequence": None}
        return self._end() + _event("message_delta", delta=delta, usage={"output_tokens": output}) + _event("message_stop")

    def _begin(self, block: Json) -> bytes:
        return _event("content_block_start", index=self._blocks, content_block=block)

    def _delta(self, delta: Json) -> bytes:
        return _event("content_block_delta", index=self._blocks, delta=delta)

    def _end(self) -> bytes:
        return self._stopped() if self._text else b""

    def _stopped(self) -> bytes:
        self._text = False
        self._blocks += 1
        return _event("content_block_stop", index=self._blocks - 1)


def _event(type: str, **content: Any) -> bytes:
    return f"event: {type}\ndata: {json.dumps({'type': type, **content})}\n\n".encode()
