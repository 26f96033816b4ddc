"""Has models paint for commands: within what may be spent, and once for a call as far as that can be known."""

from functools import partial

from adapters.chat import Usage
from adapters.errors import OURS, Refused, Unavailable, Unknown
from adapters.openai.client import OpenAI
from adapters.openai.image import Image, Shape
from bot.gallery import Gallery
from bot.spending import Spending
from commands.call import Call
from commands.illustrator import Illustrator, Picture

_MOST = 2500  # tokens that a picture takes, of the sizes and the quality that are asked for
_LOST = (
    "OpenAI’s answer was lost on its way. The picture may have been painted and paid for, so I did not ask a second time. "
    "Ask again for a new one."
)


class Imagining:
    """Without a `gallery` pictures are handed over as they are. `unknown` is as in `bot.assistant.Models`."""

    def __init__(self, spending: Spending, unknown: float, gallery: Gallery | None = None) -> None:
        self._spending = spending
        self._unknown = unknown
        self._gallery = gallery

    def illustrator(self, call: Call) -> Illustrator:
        """For the command that this call runs."""
        return Illustrator(partial(self._paint, call))

    async def _paint(self, call: Call, openai: OpenAI, prompt: str, shape: Shape, model: str) -> Picture:
        """See `Illustrator`."""
        if self._gallery and (found := await self._gallery.found(call)):
            return found
        model, id = await _chosen(openai, model), f"{call.id}:picture"
        expected = self._cost(openai, model, Usage(len(prompt.encode()), _MOST))
        await self._spending.reserve(id, call, expected)
        dollars = expected  # of what is lost on its way nobody knows what it took
        try:
            image = await openai.imagine(prompt, model, shape)
            dollars = self._cost(openai, model, image.usage) or expected
            return await self._shown(call, image, _record(model, image.usage, dollars))
        except OURS as error:
            if _lost(error):
                raise Refused(_LOST) from None
            dollars = 0.0
            raise
        finally:
            await self._spending.settle(id, dollars)

    async def _shown(self, call: Call, image: Image, record: str) -> Picture:
        if self._gallery:
            return await self._gallery.hang(call, image, record)
        return Picture(image.content, image.mime, record)

    def _cost(self, openai: OpenAI, model: str, usage: Usage) -> float:
        """In US dollars."""
        known = openai.painter(model)
        given, painted = (self._unknown if price is None else price for price in (known.input_price, known.output_price))
        return (usage.input * given + usage.output * painted) / 1_000_000


async def _chosen(openai: OpenAI, wanted: str) -> str:
    """The model that somebody means, else the newest. Raises Refused."""
    offered = await openai.image_models()
    if not offered:
        raise Refused("OpenAI offers no model that paints to whoever has this key.")
    name = wanted.casefold().removeprefix("openai:").strip() or offered[0].casefold()
    for id in offered:
        if id.casefold() == name:
            return id
    raise Refused(f"OpenAI has no model “{wanted}” that paints. These do: {', '.join(offered)}.")


def _lost(error: Exception) -> bool:
    """Who says when to come back has done nothing yet."""
    return isinstance(error, Unknown) or (isinstance(error, Unavailable) and error.acted and error.retry_after is None)


def _record(model: str, usage: Usage, dollars: float) -> str:
    return f"{model}: {usage.input} + {usage.output} tokens, ${dollars:.6f}"
