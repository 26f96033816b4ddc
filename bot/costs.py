"""What an answer costs: as many tokens as it may take at the most, before it is asked for, and their price."""

from adapters.chat import ChatModel, Document, Prompt, Usage

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
    known = client.described(model)
    prices = (unknown if each is None else each for each in (known.input_price, known.output_price))
    given, said = (tokens * each / 1_000_000 for tokens, each in zip((usage.input, usage.output), prices, strict=True))
    return given + said if usage.dollars is None else usage.dollars


def _tokens(document: Document) -> int:
    if document.mime.startswith("image/"):
        return _PICTURE
    return min(max(_PICTURE, len(document.content) // _PACKED), _WINDOW)
