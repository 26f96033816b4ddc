"""What is known of a model without asking anybody: from the data of genai-prices, and from pydantic-ai's profiles.

To be imported by `load` alone, as `adapters.pydantic_chat`.
"""

from datetime import datetime
from decimal import Decimal

from genai_prices import Usage as Priced
from genai_prices import calc_price
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelInfo, TieredPrices
from pydantic_ai.messages import BinaryContent
from pydantic_ai.models import Model as Asked
from pydantic_ai.usage import RequestUsage

from adapters.chat import Document, Model, Usage
from adapters.errors import Refused

_IMAGES = ("image/png", "image/jpeg", "image/webp")  # which every one takes that takes pictures
_TEXT = "text/"
_TEXTS = ("application/json", "application/xml", "application/yaml", "application/x-yaml")  # texts by another name


def described(asked: Asked, provider: str, now: datetime) -> Model:
    """`provider` is its id in genai-prices. Prices are those of a short prompt: some models charge more for long ones."""
    known = _known(asked.model_name, provider)
    documents = _documents(asked)
    if known is None:
        return Model(asked.model_name, documents=documents)
    prices = known.get_prices(now)
    dollars = _dollars(prices.input_mtok), _dollars(prices.output_mtok)
    return Model(asked.model_name, known.name or "", *dollars, documents)


def cost(model: str, provider: str, usage: Usage | RequestUsage, now: datetime) -> float | None:
    """In US dollars, by what a prompt of that length costs: some models charge twice as much for long ones. None if unknown."""
    priced = Priced(input_tokens=usage.input, output_tokens=usage.output) if isinstance(usage, Usage) else usage
    try:
        price = calc_price(priced, model, provider_id=provider, genai_request_timestamp=now)
    except (LookupError, ValueError):  # nobody knows the model, or its usage does not add up
        return None
    known = price.model_price.input_mtok is not None and price.model_price.output_mtok is not None
    return float(price.total_price) if known else None


def sendable(document: Document, model: Model) -> BinaryContent:
    """The document as the model takes it. Raises Refused where it does not."""
    mime = document.mime.partition(";")[0].strip().lower()
    if not any(mime == each or (each.endswith("/") and mime.startswith(each)) for each in model.documents):
        raise Refused(f"{model.title or model.id} can't read “{document.name}”: it takes {_in_words(model.documents)}.")
    text = mime.startswith(_TEXT) or mime in _TEXTS
    return BinaryContent(document.content, media_type="text/plain" if text else mime)


def _known(model: str, provider: str) -> ModelInfo | None:
    try:
        return get_snapshot().find_provider_model(model, None, provider, None)[1]
    except LookupError:
        return None


def _dollars(price: Decimal | TieredPrices | None) -> float | None:
    base = price.base if isinstance(price, TieredPrices) else price
    return None if base is None else float(base)


def _documents(asked: Asked) -> tuple[str, ...]:
    profile = asked.profile
    images = _IMAGES if profile.get("supports_image_input", True) else ()
    kinds = profile.get("supported_document_media_types", frozenset()) if profile.get("supports_document_input", True) else ()
    files = sorted(kind for kind in kinds if not kind.startswith(_TEXT))
    return (*images, *files, *((_TEXT, *_TEXTS) if "text/plain" in kinds else ()))


def _in_words(documents: tuple[str, ...]) -> str:
    words = {"image/": "pictures", "application/pdf": "PDF", _TEXT: "plain text"}
    taken = [word for beginning, word in words.items() if any(each.startswith(beginning) for each in documents)]
    return f"{', '.join(taken[:-1])} and {taken[-1]}" if len(taken) > 1 else (taken or ["no files"])[0]
