"""Has models paint for commands: within what may be spent, and once for a call as far as that can be known."""

from functools import partial

from adapters.chat import End, Usage
from adapters.errors import OURS, Refused, Unavailable, Unknown
from adapters.openai.client import OpenAI
from adapters.openai.image import Image, Shape
from bot import costs
from bot.gallery import Gallery
from bot.listed import Listed
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

    def __init__(self, spending: Spending, listed: Listed, unknown: float, gallery: Gallery | None = None) -> None:
        self._spending = spending
        self._listed = listed
        self._unknown = unknown
        self._gallery = gallery

    def illustrator(self, call: Call) -> Illustrator:
        """For the command that this call runs."""
        return Illustrator(partial(self._paint, call))

    async def _paint(self, call: Call, openai: OpenAI, prompt: str, shape: Shape, model: str) -> Picture:
        """See `Illustrator`."""
        if self._gallery and (found := await self._gallery.found(call)):
            return found
        model = await self._chosen(openai, model)
        image, record = await self._paid(call, openai, prompt, shape, model)
        return await self._shown(call, image, record)

    async def _paid(self, call: Call, openai: OpenAI, prompt: str, shape: Shape, model: str) -> tuple[Image, str]:
        """The picture, and what it took: settled before it is kept, so that of what is kept nothing stays reserved."""
        most, id = Usage(len(prompt.encode()), _MOST), f"{call.id}:picture"
        dollars = expected = self._cost(openai, model, most)
        await self._spending.reserve(id, call, expected)
        try:
            image = await openai.imagine(prompt, model, shape)
            end = End(image.usage) if image.usage != Usage() else None
            dollars = self._cost(openai, model, end.usage) if end else expected
            return image, costs.record(model, end.usage if end else most, dollars, end)
        except OURS as error:
            if _lost(error):
                raise Refused(_LOST) from None
            dollars = expected if _is_paid(error) else 0.0
            raise
        finally:
            await self._spending.settle(id, dollars)

    async def _chosen(self, openai: OpenAI, wanted: str) -> str:
        """The model that somebody means, else the newest. Raises Refused."""
        offered = [each.id for each in await self._listed.painters(openai)]
        if not offered:
            raise Refused("OpenAI offers no model that paints to whoever has this key.")
        name = wanted.casefold().removeprefix("openai:").strip() or offered[0].casefold()
        for id in offered:
            if id.casefold() == name:
                return id
        raise Refused(f"OpenAI has no model “{wanted}” that paints. These do: {', '.join(offered)}.")

    async def _shown(self, call: Call, image: Image, record: str) -> Picture:
        if self._gallery:
            return await self._gallery.hang(call, image, record)
        return Picture(image.content, image.mime, record)

    def _cost(self, openai: OpenAI, model: str, usage: Usage) -> float:
        """In US dollars."""
        known = openai.painter(model)
        given, painted = (self._unknown if price is None else price for price in (known.input_price, known.output_price))
        return (usage.input * given + usage.output * painted) / 1_000_000


def _lost(error: Exception) -> bool:
    """Who says when to come back has done nothing yet."""
    return isinstance(error, Unknown) or (isinstance(error, Unavailable) and error.acted and error.retry_after is None)


def _is_paid(error: Exception) -> bool:
    """What came, but is not to be shown, was painted all the same."""
    return isinstance(error, Refused) and error.acted
