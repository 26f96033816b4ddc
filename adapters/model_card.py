"""What is known of a model without asking anybody: from the data of genai-prices, and from pydantic-ai's profiles.

To be imported by `load` alone, as `adapters.pydantic_chat`.
"""

from datetime import datetime
from decimal import Decimal

from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelInfo, TieredPrices
from pydantic_ai.messages import BinaryContent
from pydantic_ai.models import Model as Asked

from adapters.chat import Document, Model
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
