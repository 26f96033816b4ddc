"""The one way out: every request to every service is sent under the same policy."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import cast

import aiohttp

from adapters.breaker import Breaker
from adapters.errors import Refused, Unavailable, Unknown
from adapters.exchange import Failure, Request, Response, exchange, pooled_session
from adapters.limits import Limits, Rate
from adapters.retry_after import retry_after
from adapters.streaming import Begun, Streaming, begin

__all__ = ["Http", "Observe", "Rate", "Request", "Response", "Streaming", "pooled_session"]

_Once = Callable[[float], Awaitable[Begun | Failure]]
"""Tries once, in so many seconds."""

Observe = Callable[[str, int | str, float], None]
"""Told of each attempt: the service, the status or the kind of failure, the seconds it took."""

ATTEMPTS = 3
_BACKOFF = 0.5  # seconds at most before the second attempt, doubled before the third
_SHORTEST = 0.1  # seconds: with less an attempt is not worth its while
_OVERLOADED = (503, 529)  # with a Retry-After they say that nothing was done
_REDIRECTED = "sent us to another address, and we don't follow."
_REFUSALS: Mapping[int | Failure, str] = {
    Failure.TOO_LARGE: "answered with more than we can take.",
    Failure.ADDRESS: "has no such address.",
}


class Http:
    """Sends requests: at most three attempts with full jitter inside one deadline, a rate per tenant, a breaker per service.

    `now` counts seconds, `wall` is Unix time (Retry-After may name a date), `rates` says how fast each service may be asked.
    The loop is our own because stamina takes no clock or sleep, and its timeout ends neither an attempt under way nor a wait
    that a service asked for.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        random: Callable[[], float] = random.random,
        wall: Callable[[], float] = time.time,
        rates: Mapping[str, Rate | None] | None = None,
        observe: Observe | None = None,
    ) -> None:
        self._session = session
        self._now = now
        self._sleep = sleep
        self._random = random
        self._wall = wall
        self._limits = Limits(rates or {})
        self._observe = observe
        self._breakers: dict[str, Breaker] = {}

    async def send(self, request: Request) -> Response:
        """Any answer but a redirect, 429 or 5xx is given back as it is, and so is a 429 for a quota that is `spent`.

        Raises Unavailable (try later), Unknown (a write may have happened), or Refused (a redirect, an answer too large).
        """
        return cast(Response, await self._attempts(request, partial(exchange, self._session, request), _may_have_acted))

    async def stream(self, request: Request, idle: float) -> Response | Streaming:
        """As `send`, but a good answer is given back once its first bytes are there, for which the deadline holds.

        What follows raises Unavailable where it breaks off, says nothing for `idle` seconds, or never ends. Who answers with an
        error instead has not begun, so nothing was done then.
        """
        once = partial(begin, self._session, request, idle, partial(self._broke_off, request))
        return await self._attempts(request, once, _went_missing)

    def _broke_off(self, request: Request) -> Exception:
        self.breaker(request.service).failed()
        return Unavailable(f"{_title(request)} broke off in the middle of its answer.", acted=True)

    async def _attempts(self, request: Request, once: _Once, may_have_acted: Callable[[int | Failure], bool]) -> Begun:
        ends = self._now() + request.deadline
        attempt, acted = 1, False
        while True:
            await self._admit(request, ends, acted)
            outcome = await self._try(request, ends, once)
            acted = acted or may_have_acted(_result(outcome))
            if not isinstance(outcome, Failure) and (_is_answer(outcome.status) or _is_spent(request, outcome)):
                return outcome
            asked = self._asked_wait(outcome)
            wait = (asked or 0.0) + self._random() * _BACKOFF * attempt
            if attempt == ATTEMPTS or self._now() + wait + _SHORTEST > ends or not _may_repeat(request, _result(outcome)):
                raise _verdict(request, _result(outcome), asked, acted)
            await self._sleep(wait)
            attempt += 1

    def breaker(self, service: str) -> Breaker:
        """The service's breaker; its `state` tells whether the service is being left alone."""
        return self._breakers.get(service) or self._breakers.setdefault(service, Breaker(self._now))

    async def _admit(self, request: Request, ends: float, acted: bool) -> None:
        patience = ends - self._now() - _SHORTEST
        if not await self._limits.admit(request.service, request.tenant, patience):
            raise Unavailable(f"{_title(request)} is being asked too much at the moment.", acted=acted)
        breaker = self.breaker(request.service)
        if not breaker.allows():
            raise Unavailable(f"{_title(request)} has been failing for a while.", breaker.remaining, acted)

    async def _try(self, request: Request, ends: float, once: _Once) -> Begun | Failure:
        started = self._now()
        outcome = await once(max(ends - started, 0.001))
        result = _result(outcome)
        breaker = self.breaker(request.service)
        if _is_failure(result) and not _is_spent(request, outcome):
            breaker.failed()
        else:
            breaker.succeeded()
        if self._observe:
            self._observe(request.service, result, self._now() - started)
        return outcome

    def _asked_wait(self, outcome: Begun | Failure) -> float | None:
        if isinstance(outcome, Failure):
            return None
        return retry_after(outcome.headers.get("retry-after", ""), self._wall())


def _result(outcome: Begun | Failure) -> int | Failure:
    return outcome if isinstance(outcome, Failure) else outcome.status


def _is_answer(status: int) -> bool:
    return status == 304 or status < 300 or (400 <= status < 500 and status != 429)


def _is_spent(request: Request, outcome: Begun | Failure) -> bool:
    """Not before tomorrow, or not before somebody pays, is there another answer."""
    if request.spent is None or not isinstance(outcome, Response) or outcome.status != 429:
        return False
    return request.spent.search(outcome.body) is not None


def _is_failure(result: int | Failure) -> bool:
    """The service is in trouble, or we ask too much of it; any other answer shows that it is alive."""
    if isinstance(result, Failure):
        return result in (Failure.CONNECT, Failure.TIMEOUT, Failure.DROPPED)
    return result == 429 or result >= 500


def _may_have_acted(result: int | Failure) -> bool:
    """Where there is no answer, or one that says of itself that something went wrong."""
    return _went_missing(result) if isinstance(result, Failure) else result >= 500


def _went_missing(result: int | Failure) -> bool:
    return result in (Failure.TIMEOUT, Failure.DROPPED, Failure.TOO_LARGE)


def _may_repeat(request: Request, result: int | Failure) -> bool:
    return _is_failure(result) and (request.repeatable or result in (Failure.CONNECT, 429))


def _verdict(request: Request, result: int | Failure, asked: float | None, acted: bool) -> Exception:
    title = _title(request)
    if not _is_failure(result):
        return Refused(f"{title} {_REFUSALS.get(result, _REDIRECTED)}", acted=result == Failure.TOO_LARGE)
    overloaded = result in _OVERLOADED and asked is not None
    if _may_repeat(request, result) or overloaded:
        return Unavailable(f"{title} can't answer at the moment.", asked, acted)
    return Unknown(f"{title} did not say whether it was done.")


def _title(request: Request) -> str:
    return request.title or request.service.replace("_", " ").capitalize()
