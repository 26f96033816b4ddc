"""What the stand-in says, and the events in which it says it, in the shapes of Perplexity's own client."""

import re
import secrets
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Json = dict[str, Any]
_SEARCHES = ("web_search", "people_search", "finance_search")
_PRICE = 1e-6  # dollars for a token, of either kind


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")

    type: Literal["input_text", "input_image"]
    text: str = ""
    image_url: str = Field(default="", pattern="^$|^https://|^data:image/[a-z+.-]+;base64,[A-Za-z0-9+/=]+$")


class Message(BaseModel):
    model_config = ConfigDict(extra="forbid")

    type: Literal["message"]
    role: Literal["user", "assistant", "system", "developer"]
    content: str | list[Part]

    @property
    def text(self) -> str:
        return self.content if isinstance(self.content, str) else " ".join(part.text for part in self.content)


class Wanted(BaseModel):
    """What a request may ask for, of all that there is: what the adapter uses."""

    model_config = ConfigDict(extra="forbid")

    input: str | list[Message] = Field(min_length=1)
    model: str = Field(default="", pattern="^$|^[^/]+/[^/]+$")
    preset: Literal["", "fast", "low", "medium", "high", "xhigh"] = ""
    instructions: str = ""
    max_output_tokens: int = Field(default=1000, ge=1)
    tools: list[Json] = []
    stream: bool = False

    @model_validator(mode="after")
    def _names_whom_it_asks(self) -> "Wanted":
        if not self.model and not self.preset:
            raise ValueError("Either model or preset is required.")
        return self

    @property
    def question(self) -> str:
        return self.input if isinstance(self.input, str) else self.input[-1].text

    @property
    def searches(self) -> bool:
        return bool(self.preset) or any(tool.get("type") in _SEARCHES for tool in self.tools)

    @property
    def function(self) -> str:
        """The tool that is asked for, which is the first whose name is in the question."""
        names = [str(tool.get("name")) for tool in self.tools if tool.get("type") == "function"]
        return next((name for name in names if name in self.question), "")


def answer_to(wanted: Wanted, created: int) -> Json:
    """A response as it is at its end."""
    output: list[Json] = [_search(wanted.question)] if wanted.searches else []
    output.append(_call(wanted.function) if wanted.function else _message(wanted))
    words = sum(len(_words(part["text"])) for item in output for part in item.get("content", ()))
    asked = len(_words(f"{wanted.instructions} {wanted.question}"))
    return {
        "id": f"resp_{secrets.token_hex(16)}",
        "object": "response",
        "created_at": created,
        "model": wanted.model or "perplexity/sonar",
        "status": "completed",
        "output": output,
        "usage": _usage(asked, words),
    }


def events_of(response: Json) -> Iterator[Json]:
    """The same as it is streamed: what was found, then the text in pieces, then the whole."""
    begun = {**response, "status": "in_progress", "output": [], "usage": None}
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    for index, item in enumerate(response["output"]):
        if item["type"] == "search_results":
            yield {"type": "response.reasoning.started", "thought": ""}
            yield {"type": "response.reasoning.search_queries", "queries": item["queries"]}
            yield {"type": "response.reasoning.search_results", "results": item["results"]}
            yield {"type": "response.reasoning.stopped"}
        for part in item.get("content", ()):
            about = {"content_index": 0, "item_id": item["id"], "output_index": index}
            for words in re.findall(r"\S+\s*", part["text"]):
                yield {"type": "response.output_text.delta", "delta": words, **about}
            yield {"type": "response.output_text.done", "text": part["text"], **about}
        yield {"type": "response.output_item.done", "item": item, "output_index": index}
    yield {"type": "response.completed", "response": response}


def _search(question: str) -> Json:
    results = [
        {"id": number, "title": f"Page {number} about it", "url": f"https://example.com/{number}", "snippet": question[:80]}
        for number in (1, 2, 3)
    ]
    return {"type": "search_results", "queries": [question[:80]], "results": results}


def _message(wanted: Wanted) -> Json:
    cited = " People write about it [1], and others agree [2][3]." if wanted.searches else ""
    words = re.findall(r"\S+\s*", f"You asked: {wanted.question.strip()}{cited}")
    text = "".join(words[: wanted.max_output_tokens])
    part = {"type": "output_text", "text": text, "annotations": []}
    return {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [part]}


def _call(name: str) -> Json:
    return {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": name, "arguments": "{}", "status": "completed"}


def _usage(asked: int, said: int) -> Json:
    cost = {
        "currency": "USD",
        "input_cost": asked * _PRICE,
        "output_cost": said * _PRICE,
        "total_cost": (asked + said) * _PRICE,
    }
    return {"input_tokens": asked, "output_tokens": said, "total_tokens": asked + said, "cost": cost}


def _words(text: str) -> list[str]:
    return re.findall(r"\S+", text)
