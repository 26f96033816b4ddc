"""One question to HubSpot: built and read by its official client in a thread, sent by our own `Http`, its errors made ours."""

import json
import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, NoReturn, TypeVar

from adapters.base import Access, Service
from adapters.errors import NeedsConnection, Refused, Unavailable, ours_in
from adapters.hubspot.keeping import Keeping
from adapters.retry_after import retry_after
from adapters.threads import Answer, Door, in_thread

_DEADLINE = 15.0  # seconds
_LONGEST = 300  # characters of an explanation of HubSpot's
_MISREAD = (
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    RecursionError,
)  # where an answer has another shape
_INNER = re.compile(r'"message":"((?:[^"\\]|\\.)*)"')  # the errors of properties are JSON within the message
_SPENT = re.compile(rb'"policyName"\s*:\s*"DAILY"')  # the requests that an account has for a day, until its midnight
_BUSY = (423, 477)  # another change is under way; the account is being moved to another data centre
T = TypeVar("T")


class NotFound(Refused):
    """There is no such record, or this person does not see it."""


@dataclass(frozen=True)
class Library:
    """What is kept of hubspot-api-client: the parts that are used. Its clients cost 0.1 ms each, so each call has its own."""

    base_url: str
    objects: ModuleType
    properties: ModuleType
    pipelines: ModuleType
    owners: ModuleType
    failures: tuple[type[Exception], ...]  # its own, and those of reading what it gives
    definitions: Keeping = field(default_factory=Keeping)


def load(base_url: str) -> Library:
    """Imports the library; nothing is fetched."""
    from hubspot.crm import objects, owners, pipelines, properties

    failures = (each.exceptions.OpenApiException for each in (objects, properties, pipelines, owners))
    return Library(base_url.rstrip("/"), objects, properties, pipelines, owners, (*failures, *_MISREAD))


@dataclass(frozen=True)
class _Door(Door):
    """HubSpot's refusals end here, so the library sees good answers only."""

    refuse: Callable[[Answer], Exception] = lambda _: Refused("HubSpot did not accept that.")

    def request(self, *args: Any, **options: Any) -> Answer:
        answer = super().request(*args, **options)
        if answer.status >= 300:
            raise self.refuse(answer)
        return answer


@dataclass(frozen=True)
class Api:
    """The library's classes for one question, made in its thread."""

    library: Library
    token: str
    door: Door

    @property
    def basic(self) -> Any:
        return self.library.objects.BasicApi(self.client(self.library.objects))

    @property
    def batch(self) -> Any:
        return self.library.objects.BatchApi(self.client(self.library.objects))

    @property
    def search(self) -> Any:
        return self.library.objects.SearchApi(self.client(self.library.objects))

    @property
    def properties(self) -> Any:
        return self.library.properties.CoreApi(self.client(self.library.properties))

    @property
    def pipelines(self) -> Any:
        return self.library.pipelines.PipelinesApi(self.client(self.library.pipelines))

    @property
    def owners(self) -> Any:
        return self.library.owners.OwnersApi(self.client(self.library.owners))

    def get(self, path: str) -> Any:
        """For what the library has no method."""
        client = self.client(self.library.objects)
        answers = {200: "object"}
        return client.call_api(path, "GET", response_types_map=answers, auth_settings=["oauth2"], _return_http_data_only=True)

    def client(self, package: ModuleType) -> Any:
        configuration = package.Configuration(host=self.library.base_url)
        configuration.access_token = self.token
        client = package.ApiClient(configuration)
        client.rest_client.pool_manager = self.door
        return client


class Wire:
    """Asks HubSpot as one person. Everything here raises the four errors, among them NotFound."""

    def __init__(self, service: Service, access: Access) -> None:
        self._service = service
        self._access = access
        self._library: Library = service.sdk

    async def ask(self, question: Callable[[Api], Any], read: Callable[[Any], T], repeatable: bool = True) -> T:
        """What `read` makes of the answer. Both run in a thread. `repeatable`: asking twice does no harm."""
        adapter, tenant = self._service.adapter, self._access.tenant
        http, title = self._service.http, adapter.title
        door = _Door(http, adapter.name, title, tenant, repeatable, _DEADLINE, spent=_SPENT, refuse=self._error)
        api = Api(self._library, self._access.token.reveal(), door)
        try:
            with closing(door):
                return await in_thread(lambda: read(question(api)))
        except self._library.failures as error:
            self._misread(error)

    def _misread(self, error: Exception) -> NoReturn:
        """A write may have been done, though it can't be told from such an answer."""
        misread = Unavailable("HubSpot gave an answer that I can't read.", acted=True)
        raise ours_in(error) or misread from None

    def _error(self, answer: Answer) -> Exception:
        """HubSpot's errors by what happens next: https://developers.hubspot.com/docs/api-reference/error-handling."""
        category, message = _explanation(answer.data)
        title, told = self._service.adapter.title, message.replace(self._access.token.reveal(), "…")[:_LONGEST]
        match answer.status:
            case 401:
                return NeedsConnection(title, "HubSpot no longer accepts your connection.")
            case 403 if category == "MISSING_SCOPES":
                return NeedsConnection(title, "Your connection to HubSpot does not allow that.")
            case 403 if category == "RATE_LIMITS":
                return Unavailable("HubSpot asks me to slow down.", self._wait(answer))
            case 403:
                return Refused("HubSpot does not allow you to do that. Somebody who looks after it there can.")
            case 404:
                return NotFound("I can't find that in HubSpot, or it is archived.")
            case status if status in _BUSY:
                return Unavailable("HubSpot is busy with another change of the same thing.", self._wait(answer))
            case 429:
                return Refused("Your HubSpot account has used up the requests that it has for today. Ask again tomorrow.")
        return Refused(f"HubSpot did not accept that: {told}" if told else "HubSpot did not accept that, and gave no reason.")

    def _wait(self, answer: Answer) -> float | None:
        return retry_after(answer.headers.get("retry-after", ""), self._access.now().timestamp())


def _explanation(body: bytes) -> tuple[str, str]:
    """The category and the message in an error's body, whatever is left of it."""
    try:
        error = json.loads(body)
        category, message = error.get("category"), error.get("message")
    except (ValueError, AttributeError, RecursionError):
        return "", ""
    if not isinstance(message, str):
        return str(category), ""
    inner = [each.replace('\\"', '"') for each in _INNER.findall(message)]
    return str(category), " ".join(" ".join(inner or [message]).split())
