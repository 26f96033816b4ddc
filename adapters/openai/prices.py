"""What pictures cost, from the data of genai-prices.

To be imported by `load` alone, as `adapters.pydantic_chat`.
"""

from datetime import datetime
from decimal import Decimal

from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import TieredPrices

from adapters.chat import Model


def painter(model: str, now: datetime) -> Model:
    """A model that paints. Some have a price of their own for what they paint, others one for all that they give."""
    try:
        known = get_snapshot().find_provider_model(model, None, "openai", None)[1]
    except LookupError:
        return Model(model)
    prices = known.get_prices(now)
    painted = getattr(prices, "output_image_mtok", None) or prices.output_mtok
    return Model(model, known.name or "", _dollars(prices.input_mtok), _dollars(painted))


def _dollars(price: Decimal | TieredPrices | None) -> float | None:
    base = price.base if isinstance(price, TieredPrices) else price
    return None if base is None else float(base)
