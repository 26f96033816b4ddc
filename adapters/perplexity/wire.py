"""How Perplexity is asked: through its official client, over our own `Http`, its errors turned into ours."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import Any

from adapters.base import Access, Service
from adapters.chat import FIRST, IDLE
from adapters.errors import OURS, NeedsConnection, Refused, Unavailable, ours_in
from adapters.perplexity.answer import failure
from adapters.transport import Route, client

_MISREAD = (ValueError, TypeError, AttributeError, LookupError, RecursionError)  # what another shape than expected leads to
_LONGEST_MESSAGE = 200
_SPENT = re.compile(rb"insufficient_quota")


@dataclass(frozen=True)
class Library:
    """What is kept of perplexityai. Clients of it are made for each call: without a pool of their own they cost 0.2 ms."""

    base_url: str
    http: ModuleType  # httpx
    client: Any  # perplexity.AsyncPerplexity
    error: Any  # perplexity.PerplexityError
    refusal: Any  # perplexity.APIStatusError
    not_found: Any  # perplexity.NotFoundError


def load(base_url: str) -> Library:
    import httpx
    import perplexity
    import perplexity.generated.api  # imported at the first use otherwise, in the middle of a call

    told = (perplexity.PerplexityError, perplexity.APIStatusError, perplexity.NotFoundError)
    return Library(base_url, httpx, perplexity.AsyncPerplexity, *told)


class Wire:
    """Asks Perplexity with one key."""

    def __init__(self, service: Service, access: Access) -> None:
        self._service = service
        self._access = access
        self.library: Library = service.sdk

    @cached_property
    def sdk(self) -> Any:
        """Perplexity's own client. To ask twice does no harm: nothing is changed by an answer."""
        name, title, tenant = self._service.adapter.name, self._service.adapter.title, self._access.tenant
        route = Route(name, title, tenant, repeatable=True, deadline=FIRST, streams=True, idle=IDLE, spent=_SPENT)
        http = client(self.library.http, self._service.http, route)
        key = self._access.token.reveal()
        return self.library.client(api_key=key, base_url=self.library.base_url, http_client=http, max_retries=0)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Whatever goes wrong within becomes one of the four errors."""
        key = self._access.token.reveal()
        if not key.isascii() or not key.isprintable():
            raise _turned_down()
        try:
            yield
        except OURS:
            raise
        except (self.library.error, self.library.http.HTTPError, *_MISREAD) as error:
            raise self._ours(error) from None

    def _ours(self, error: Any) -> Exception:
        if ours := ours_in(error):
            return ours
        if not isinstance(error, self.library.refusal):
            return Unavailable("Perplexity gave an answer that I can't read.", acted=True)
        kind, code, message = _explanation(error.body)
        return self._refusal(error.status_code, kind, code, message.replace(self._access.token.reveal(), "…"))

    def _refusal(self, status: int, kind: str, code: str, message: str) -> Exception:
        if "insufficient_quota" in (kind, code) or status == 402:
            return Refused("Perplexity has no credits left for this key. Add some at https://console.perplexity.ai.")
        match status:
            case 401:
                return _turned_down()
            case 403:
                return Refused("Perplexity does not allow this key to do that.")
            case 404:
                return Refused("Perplexity does not know of that.")
            case 400 | 422 if message:
                return Refused(f"Perplexity did not accept that: {message}")
            case _ if status < 400:  # an error in the middle of an answer
                return failure(kind, code)
        return Refused("Perplexity did not accept that.")


def _turned_down() -> Exception:
    return NeedsConnection("Perplexity", "Perplexity does not accept this key.")


def _explanation(body: Any) -> tuple[str, str, str]:
    """The type, the code and the message in an error's body, whatever is left of it."""
    error = body.get("error", body) if isinstance(body, dict) else None
    told = error if isinstance(error, dict) else {}
    message = " ".join(str(told.get("message") or "").split())[:_LONGEST_MESSAGE]
    return str(told.get("type", "")), str(told.get("code", "")), message
