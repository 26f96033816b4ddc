"""One question to Notion: built and read by its client library, sent by our own `Http`, its errors turned into ours."""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any, NoReturn, TypeVar

from adapters import transport
from adapters.base import Access, Service
from adapters.errors import OURS, NeedsConnection, Refused, Unavailable, Unknown
from adapters.threads import in_thread
from adapters.transport import Route

VERSION = "2026-03-11"
_PAGES = 40  # of up to 100 entries: more than people look through
_LONGEST = 300  # characters of an explanation of Notion's
_DEADLINE = 20.0  # seconds: Notion takes long over large pages
Json = Mapping[str, Any]
T = TypeVar("T")


class NotFound(Refused):
    """There is no such thing, or it is not shared with this person's connection."""


class TooMany(Refused):
    """A list goes on and on."""


class Invalid(Refused):
    """Notion does not take it as it stands: 400."""


@dataclass(frozen=True)
class Library:
    """What is kept of notion-client, and of httpx below it."""

    api: Any  # notion_client.AsyncClient
    failure: type[Exception]  # of all that it raises for an answer
    httpx: ModuleType
    silent: logging.Logger  # its own writes Notion's words to the console
    base_url: str


def load(base_url: str) -> Library:
    """Imports the library; nothing is fetched."""
    import httpx
    from notion_client import AsyncClient
    from notion_client.errors import NotionClientErrorBase

    silent = logging.Logger("notion")
    return Library(AsyncClient, NotionClientErrorBase, httpx, silent, base_url.rstrip("/"))


@contextmanager
def after_a_write() -> Iterator[None]:
    """For what is asked once something is written: whatever goes wrong then does not mean that nothing was done."""
    try:
        yield
    except Unavailable as error:
        raise Unavailable(str(error), error.retry_after, acted=True) from None
    except (Refused, NeedsConnection) as error:
        raise Unknown(f"It may be written, but I can't see it: {error}") from None


class Wire:
    """Asks Notion as one person, through `reads` what may be sent twice, through `writes` what may not.

    Everything here raises the four errors, among them NotFound, Invalid and TooMany.
    """

    def __init__(self, service: Service, access: Access) -> None:
        self._title = service.adapter.title
        self._token = access.token.reveal()
        self._library: Library = service.sdk
        self.reads = self._api(service, access.tenant, repeatable=True)
        self.writes = self._api(service, access.tenant, repeatable=False)

    async def ask(self, question: Awaitable[Any], read: Callable[[Any], T]) -> T:
        """What `read` makes of the answer, which is a JSON object."""
        try:
            answer = await question
        except OURS:
            raise
        except self._library.failure as failure:
            raise self._error(getattr(failure, "status", 0), str(failure)) from None
        except (ValueError, RecursionError, self._library.httpx.HTTPError):
            self._garbage()
        return self.tell(answer, read)

    def tell(self, told: Any, read: Callable[[Any], T]) -> T:
        """What `read` makes of something in an answer, which may be anything."""
        try:
            return read(told)
        except (LookupError, TypeError, ValueError, AttributeError, RecursionError):
            self._garbage()

    async def entries(
        self, endpoint: Callable[..., Awaitable[Any]], read: Callable[[Json], T], **asked: Any
    ) -> AsyncGenerator[T, None]:
        """What `read` makes of what a list holds, page after page; a page is fetched when it is reached."""
        for _ in range(_PAGES):
            page, cursor = await self._list(endpoint, read, page_size=100, **asked)
            for entry in page:
                yield entry
            if cursor is None:
                return
            asked["start_cursor"] = cursor
        raise TooMany(f"That is more than I can go through. Look at it in {self._title} itself.")

    async def some(
        self, endpoint: Callable[..., Awaitable[Any]], read: Callable[[Json], T], most: int, **asked: Any
    ) -> tuple[list[T], bool]:
        """The same of the first entries, at most 100, and whether there are more."""
        found, cursor = await self._list(endpoint, read, page_size=most, **asked)
        return found, cursor is not None

    async def _list(
        self, endpoint: Callable[..., Awaitable[Any]], read: Callable[[Json], T], **asked: Any
    ) -> tuple[list[T], str | None]:
        answer = await self.ask(endpoint(**asked), dict)
        return await in_thread(lambda: self.tell(answer, lambda told: _page(told, read)))  # a hundred rows take a while

    def _api(self, service: Service, tenant: str, repeatable: bool) -> Any:
        adapter, library = service.adapter, self._library
        route = Route(adapter.name, adapter.title, tenant, repeatable, _DEADLINE)
        return library.api(
            client=transport.client(library.httpx, service.http, route),
            auth=self._token,
            base_url=library.base_url,
            notion_version=VERSION,
            retry=False,
            logger=library.silent,
            log_level=logging.CRITICAL,
        )

    def _error(self, status: int, message: str) -> Exception:
        """Notion's errors by what happens next: https://developers.notion.com/reference/status-codes."""
        match status:
            case 401:
                return NeedsConnection(self._title, "Notion no longer accepts your connection.")
            case 403:
                return Refused("This bot may not do that in Notion: whoever set it up there can allow it.")
            case 404:
                return NotFound("I can't find that in Notion, or it is not shared with this bot.")
            case 409:
                return Unavailable("Notion was busy with another change of the same thing.")
        return Invalid(f"Notion did not accept that: {message.replace(self._token, '…')[:_LONGEST]}")

    def _garbage(self) -> NoReturn:
        """A write may have been done, though it can't be told from such an answer."""
        raise Unavailable("Notion gave an answer that I can't read.", acted=True) from None  # its words may hold anything


def _page(answer: Json, read: Callable[[Json], T]) -> tuple[list[T], str | None]:
    return [read(dict(entry)) for entry in answer["results"]], answer["next_cursor"] if answer["has_more"] else None
