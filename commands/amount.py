"""Amounts of money as people write them: an option type."""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

_LARGEST = 10**15


def _read(value: Any) -> Any:
    """A comma is a decimal point to some and parts thousands to others: so it is not guessed at."""
    if not isinstance(value, str):
        return value
    try:
        return Decimal(value.replace(" ", ""))
    except InvalidOperation:
        raise ValueError(f"I can't read “{value}” as an amount. Try “12500” or “12500.50”.") from None


Amount = Annotated[Decimal, Field(ge=0, lt=_LARGEST, decimal_places=2), BeforeValidator(_read)]
