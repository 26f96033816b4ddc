"""An answer as streamGenerateContent sends it: https://ai.google.dev/api/generate-content."""

import json
from typing import Any

from adapters.sandbox_chat import Dialect
from adapters.sandbox_chat_script import Call, Failure, Question

Json = dict[str, Any]


class Chunks(Dialect):
    """Each chunk is an answer in itself, to be put together."""

    def __init__(self, id: str, question: Question) -> None:
        self._id = id
        self._question = question
        self._calls = 0

    def begin(self) -> bytes:
        return b""

    def words(self, text: str) -> bytes:
        return self._chunk({"text": text})

    def thought(self, text: str) -> bytes:
        return self._chunk({"text": text, "thought": True})

    def call(self, call: Call) -> bytes:
        self._calls += 1
        return self._chunk({"functionCall": {"id": f"call_{self._calls}", "name": call.name, "args": dict(call.arguments)}})

    def filtered(self) -> bytes:
        return self._chunk(None, "SAFETY")

    def failure(self, failure: Failure) -> bytes:
        return _data({"error": {"code": failure.status, "message": failure.message, "status": failure.kind}})

    def end(self, output: int, cut: bool) -> bytes:
        return self._chunk({"text": ""}, "MAX_TOKENS" if cut else "STOP", output)

    def _chunk(self, part: Json | None, finish: str = "", output: int = 0) -> bytes:
        candidate: Json = {"index": 0}
        if part is not None:
            candidate["content"] = {"role": "model", "parts": [part]}
        if finish:
            candidate["finishReason"] = finish
        asked = self._question.tokens
        usage = {"promptTokenCount": asked, "candidatesTokenCount": output, "totalTokenCount": asked + output}
        told = {"usageMetadata": usage, "modelVersion": self._question.model, "responseId": self._id}
        return _data({"candidates": [candidate], **told})


def _data(content: Json) -> bytes:
    return f"data: {json.dumps(content)}\r\n\r\n".encode()
