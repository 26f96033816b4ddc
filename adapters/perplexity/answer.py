"""Perplexity's events become our pieces: https://docs.perplexity.ai/docs/cookbook/articles/streaming-citations/README."""

import json
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from typing import Any

from adapters.chat import Delta, End, Piece, Source, ToolCall, Usage
from adapters.errors import Refused, Unavailable

_REFUSALS = ("invalid", "content", "policy", "not_found", "unsupported", "too_long")  # in the types and codes of errors


async def pieces_of(events: AsyncIterator[Any], most: int) -> AsyncIterator[Piece]:
    """Raises Unavailable where the answer fails or breaks off, and whatever reading events in another shape raises.

    The client's own types are not relied on: an event with one field more or less comes in the type of another.
    """
    footnotes = _Footnotes()
    async for event in events:
        match event.model_dump(warnings=False):
            case {"type": "response.output_text.delta", "delta": str(words)} if words:
                yield Delta(words)
            case {"type": "response.reasoning.search_results", "results": results}:
                for source in footnotes.found(results):
                    yield source
            case {"type": "response.output_item.done", "item": item}:
                for piece in _item(item, footnotes):
                    yield piece
            case {"type": "response.completed", "response": response}:
                yield _end(response, most)
                return
            case {"type": "response.failed", "error": error}:
                raise failure(error.get("type"), error.get("code"))
    raise Unavailable("Perplexity broke off in the middle of its answer.", acted=True)


def failure(*told: str | None) -> Exception:
    """What an error is that comes in the middle of an answer, by its type and code."""
    if any(reason in str(each).lower() for each in told for reason in _REFUSALS):
        return Refused("Perplexity does not answer that.")
    return Unavailable("Perplexity could not finish its answer.", acted=True)


class _Footnotes:
    """Each source once, in the order of the numbers that the text cites. One behind a gap would get a wrong number."""

    def __init__(self) -> None:
        self._sources: dict[int, Source] = {}
        self._told = 0

    def found(self, results: Iterable[Mapping[str, Any]]) -> Iterator[Source]:
        for result in results:
            self._sources.setdefault(result["id"], Source(str(result.get("title") or result["url"]), str(result["url"])))
        while source := self._sources.get(self._told + 1):
            self._told += 1
            yield source


def _item(item: Mapping[str, Any], footnotes: _Footnotes) -> Iterator[Piece]:
    """What is not told in pieces: tools that the model asks for, and results where no event told them before."""
    match item:
        case {"type": "search_results", "results": results}:
            yield from footnotes.found(results)
        case {"type": "function_call", "name": str(name), "arguments": arguments}:
            yield ToolCall(name, json.loads(arguments))


def _end(response: Mapping[str, Any], most: int) -> End:
    """Perplexity does not say that it cut an answer: one that took exactly all that it might take was."""
    usage = response.get("usage") or {}
    cost = (usage.get("cost") or {}).get("total_cost")
    dollars = None if cost is None else float(cost)
    took = Usage(int(usage.get("input_tokens") or 0), int(usage.get("output_tokens") or 0), dollars)
    return End(took, took.output == most, str(response["id"]))
