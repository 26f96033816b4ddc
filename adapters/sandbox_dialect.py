"""How a vendor words what its token endpoint answers, where it has a way of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from adapters.sandbox_request import Refusal

Answer = Mapping[str, object]


def standard_refusal(refusal: Refusal) -> Answer:
    """https://www.rfc-editor.org/rfc/rfc6749#section-5.2"""
    return {"error": refusal.code, "error_description": str(refusal)}


@dataclass(frozen=True)
class Dialect:
    """`issued` is given the standard's answer, and the id of the account that it is for."""

    issued: Callable[[Answer, str], Answer] = lambda answer, _: answer
    refused: Callable[[Refusal], Answer] = standard_refusal
