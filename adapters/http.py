"""The one way out: a pooled session, deadlines, size caps, no redirects, retries, rate limits, and a breaker."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Request:
    """What to send. `repeatable`: sending it twice does no harm (a read, or a write under an idempotency key)."""

    service: str  # the adapter's name: limits, breaker and metrics are kept per service and tenant
    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    repeatable: bool = False
    tenant: str = ""
    deadline: float = 10.0  # seconds in all, retries included


@dataclass(frozen=True)
class Response:
    """What came back, whole. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Http:
    """Sends requests with the one policy that all services share."""

    async def send(self, request: Request) -> Response:
        """Any answer but a redirect, 429 or 5xx is given back as it is.

        Raises Unavailable (try later), Unknown (a write may have happened), or Refused (a redirect, an answer too large).
        """
        raise NotImplementedError
