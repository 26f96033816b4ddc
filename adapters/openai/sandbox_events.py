"""An answer as the Responses API streams it: https://developers.openai.com/api/reference/resources/responses/streaming-events."""

import json
from typing import Any

from adapters.sandbox_chat import Dialect
from adapters.sandbox_chat_script import Call, Failure, Question

Json = dict[str, Any]


class ResponseEvents(Dialect):
    """Every item of the output has its index, every event its number."""

    def __init__(self, id: str, created: int, question: Question) -> None:
        self._id = id
        self._created = created
        self._question = question
        self._number = 0
        self._output: list[Json] = []
        self._text: str | None = None  # of the message that is being said

    def begin(self) -> bytes:
        return self._event("response.created", response=self._response()) + self._event(
            "response.in_progress", response=self._response()
        )

    def words(self, text: str) -> bytes:
        begun = b"" if self._text is not None else self._begin_message()
        self._text = (self._text or "") + text
        return begun + self._part("response.output_text.delta", delta=text, logprobs=[])

    def thought(self, text: str) -> bytes:
        item = {"id": f"rs_{len(self._output)}", "type": "reasoning", "summary": [{"type": "summary_text", "text": text}]}
        where = {"item_id": item["id"], "output_index": self._here, "summary_index": 0}
        delta = self._event("response.reasoning_summary_text.delta", **where, delta=text)
        return self._item("added", {**item, "summary": []}) + delta + self._done(item)

    def call(self, call: Call) -> bytes:
        ended = self._end_message()
        arguments = json.dumps(call.arguments)
        item = {"id": f"fc_{self._here}", "type": "function_call", "call_id": f"call_{self._here}", "name": call.name}
        where = {"item_id": item["id"], "output_index": self._here}
        added = self._item("added", {**item, "arguments": "", "status": "in_progress"})
        delta = self._event("response.function_call_arguments.delta", **where, delta=arguments)
        done = self._event("response.function_call_arguments.done", **where, name=call.name, arguments=arguments)
        return ended + added + delta + done + self._done({**item, "arguments": arguments, "status": "completed"})

    def filtered(self) -> bytes:
        return self._end_message() + self._incomplete("content_filter", 0)

    def failure(self, failure: Failure) -> bytes:
        return self._event("error", code=failure.kind, message=failure.message, param=None)

    def end(self, output: int, cut: bool) -> bytes:
        ended = self._end_message()
        if cut:
            return ended + self._incomplete("max_output_tokens", output)
        return ended + self._event("response.completed", response=self._response("completed", output=output))

    @property
    def _here(self) -> int:
        return len(self._output)

    def _begin_message(self) -> bytes:
        item = {"id": f"msg_{self._here}", "type": "message", "role": "assistant", "status": "in_progress", "content": []}
        return self._item("added", item) + self._part("response.content_part.added", part=_text(""))

    def _end_message(self) -> bytes:
        if self._text is None:
            return b""
        text, self._text = self._text, None
        done = self._part("response.output_text.done", text=text, logprobs=[])
        done += self._part("response.content_part.done", part=_text(text))
        message = {"id": f"msg_{self._here}", "type": "message", "role": "assistant", "status": "completed"}
        return done + self._done({**message, "content": [_text(text)]})

    def _incomplete(self, reason: str, output: int) -> bytes:
        response = self._response("incomplete", {"reason": reason}, output)
        return self._event("response.incomplete", response=response)

    def _item(self, what: str, item: Json) -> bytes:
        return self._event(f"response.output_item.{what}", output_index=self._here, item=item)

    def _done(self, item: Json) -> bytes:
        event = self._item("done", item)
        self._output.append(item)
        return event

    def _part(self, type: str, **content: Any) -> bytes:
        return self._event(type, item_id=f"msg_{self._here}", output_index=self._here, content_index=0, **content)

    def _event(self, type: str, **content: Any) -> bytes:
        self._number += 1
        data = json.dumps({"type": type, "sequence_number": self._number - 1, **content})
        return f"event: {type}\ndata: {data}\n\n".encode()

    def _response(self, status: str = "in_progress", why: Json | None = None, output: int | None = None) -> Json:
        return {
            "id": self._id,
            "object": "response",
            "created_at": self._created,
            "status": status,
            "error": None,
            "incomplete_details": why,
            "instructions": self._question.instructions or None,
            "model": self._question.model,
            "output": self._output,
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
            "usage": None if output is None else _usage(self._question.tokens, output),
        }


def _text(text: str) -> Json:
    return {"type": "output_text", "text": text, "annotations": []}


def _usage(input: int, output: int) -> Json:
    return {
        "input_tokens": input,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": output,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": input + output,
    }
