"""What an answer costs: as many tokens as it may take at the most, before it is asked for, and their price."""

from adapters.chat import ChatModel, Document, End, Prompt, Usage

_BYTES = 3  # to a token, at the least: letters of Chinese and Japanese have three bytes, and are often a token each
_PICTURE = 2_000  # tokens: large ones are made smaller before they are looked at
_PACKED = 8  # bytes of a document to a token: what is in one is packed
_WINDOW = 200_000  # tokens: hardly a model takes more at once


def expected(prompt: Prompt) -> Usage:
    """What it may take, roughly."""
    written = sum(len(text.encode(errors="replace")) for text in (prompt.instructions, *(turn.text for turn in prompt.turns)))
    attached = sum(_tokens(document) for turn in prompt.turns for document in turn.documents)
    return Usage(written // _BYTES + attached, prompt.most)


def price(client: ChatModel, model: str, usage: Usage, unknown: float) -> float:
    """In US dollars: as the provider tells, or by its prices; by `unknown` for a million tokens, where it tells neither."""
    known = client.cost(model, usage)
    return (usage.input + usage.output) * unknown / 1_000_000 if known is None else known


def record(model: str, usage: Usage, dollars: float, end: End | None) -> str:
    """For the audit. Without an `end` nobody knows what it took: that is the most that it can be."""
    id, most = (f" {end.id}" if end.id else "", "") if end else ("", "at most ")
    return f"{model}{id}: {most}{usage.input} + {usage.output} tokens, ${dollars:.6f}"


def _tokens(document: Document) -> int:
    if document.mime.startswith("image/"):
        return _PICTURE
    return min(max(_PICTURE, len(document.content) // _PACKED), _WINDOW)
