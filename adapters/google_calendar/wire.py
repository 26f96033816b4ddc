"""One question to Google: built and read by its official client, sent by our own `Http`, its errors turned into ours."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from adapters.base import Access, Service
from adapters.errors import NeedsConnection, Refused, Unavailable
from adapters.http import Request, Response
from adapters.retry_after import retry_after

_PAGES = 40  # of up to 250 entries: more than a person has in any span of time that is asked for here
_NOT_SENT = {"accept-encoding", "user-agent", "content-length"}  # the transport's own business
_TOO_FAST = {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded"}
_TOO_LITTLE_GRANTED = {"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}
_IN_THE_WAY = {
    409: "Google Calendar already has a meeting under that id.",
    410: "That meeting was cancelled already.",
    412: "Somebody changed that meeting meanwhile, so I left it alone.",
}


class NotFound(Refused):
    """There is no such thing, or this person does not see it."""


class InTheWay(Refused):
    """Somebody was there before: 409, 410 or 412. It may have been ourselves, in an attempt whose answer was lost."""

    def __init__(self, status: int) -> None:
        super().__init__(_IN_THE_WAY[status])


@dataclass(frozen=True)
class Library:
    """What is kept of google-api-python-client: its resources (1.25 ms each to make), and the classes that read answers."""

    calendars: Any
    events: Any
    free_busy: Any
    answer: Any  # httplib2.Response
    failure: Any  # googleapiclient.errors.HttpError


def load(base_url: str) -> Library:
    """Builds the makers of requests from the discovery document that comes with the library; nothing is fetched."""
    import httplib2
    from googleapiclient.discovery import build
    from googleapiclient.errors import HttpError

    options = {"api_endpoint": f"{base_url.rstrip('/')}/calendar/v3/"}
    api = build("calendar", "v3", static_discovery=True, http=httplib2.Http(), client_options=options)
    return Library(api.calendarList(), api.events(), api.freebusy(), httplib2.Response, HttpError)


@contextmanager
def readable() -> Iterator[None]:
    """For reading what Google gave: in another shape than it describes, it is for later."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError):
        raise Unavailable("Google Calendar gave an answer that I can't read.", acted=True) from None


@dataclass(frozen=True)
class Wire:
    """Asks Google as one person. Everything here raises the four errors, and InTheWay."""

    service: Service
    access: Access

    async def change(self, question: Any, etag: str) -> Mapping[str, Any]:
        """As `ask`, for a change: Google makes it only if the event still is that version, and so at most once.

        Raises Unknown where the event has no version and the answer is lost.
        """
        return await self.ask(question, etag, repeatable=bool(etag))

    async def ask(self, question: Any, etag: str = "", repeatable: bool = True) -> Mapping[str, Any]:
        """Sends a request of the library's, one that may be sent twice: a read, or an insert under an id of ours."""
        headers = {name: value for name, value in question.headers.items() if name not in _NOT_SENT}
        headers["authorization"] = f"Bearer {self.access.token.reveal()}"
        if etag:
            headers["if-match"] = etag
        body = question.body.encode() if question.body else None
        adapter, tenant = self.service.adapter, self.access.tenant
        said = (adapter.name, question.method, question.uri, headers, body)
        request = Request(*said, tenant=tenant, repeatable=repeatable, title=adapter.title)
        return self._read(question, await self.service.http.send(request))

    async def entries(self, resource: Any, listing: Any) -> AsyncIterator[Mapping[str, Any]]:
        """What a list holds, page after page; a page is fetched when it is reached."""
        for _ in range(_PAGES):
            page = await self.ask(listing)
            with readable():
                entries = [dict(entry) for entry in page.get("items", ())]
                listing = resource.list_next(listing, page)
            for entry in entries:
                yield entry
            if listing is None:
                return
        raise Refused("That is more than I can go through. Try a shorter time.")

    def _read(self, question: Any, response: Response) -> Mapping[str, Any]:
        library: Library = self.service.sdk
        try:
            answer = question.postproc(library.answer({**response.headers, "status": str(response.status)}), response.body)
        except library.failure:
            raise self._error(response) from None
        except (ValueError, RecursionError):
            answer = None
        if response.status == 204:
            return {}
        if not isinstance(answer, dict):
            raise Unavailable("Google Calendar gave an answer that I can't read.")
        return answer

    def _error(self, response: Response) -> Exception:
        """Google's errors by what happens next: https://developers.google.com/workspace/calendar/api/guides/errors."""
        message, reasons = _explanation(response.body)
        message = message.replace(self.access.token.reveal(), "…")
        match response.status:
            case 401:
                return NeedsConnection(self.service.adapter.title, "Google Calendar no longer accepts your connection.")
            case 403 if reasons & _TOO_LITTLE_GRANTED:
                return NeedsConnection(self.service.adapter.title, "Your connection to Google Calendar does not allow that.")
            case 403 if reasons & _TOO_FAST:
                wait = retry_after(response.headers.get("retry-after", ""), self.access.now().timestamp())
                return Unavailable("Google Calendar asks me to slow down.", wait)
            case 403:
                return Refused(f"Google Calendar does not allow that: {message}")
            case 404:
                return NotFound("I can't find that in your Google Calendar.")
            case 409 | 410 | 412 as status:
                return InTheWay(status)
        return Refused(f"Google Calendar did not accept that: {message}")


def _explanation(body: bytes) -> tuple[str, set[str]]:
    """The message and the reasons in an error's body, whatever is left of it."""
    try:
        error = json.loads(body)["error"]
        details = [*error.get("errors", ()), *error.get("details", ())]
        return str(error["message"]), {detail.get("reason", "") for detail in details}
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return "it gave no reason.", set()
