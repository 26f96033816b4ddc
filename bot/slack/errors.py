"""What a failed call of Slack's SDK means: https://docs.slack.dev/apis/web-api/#responses."""

import aiohttp
from slack_sdk.errors import SlackApiError

FAILURES = (SlackApiError, aiohttp.ClientError, TimeoutError, OSError)

_PASSING = {"ratelimited", "internal_error", "service_unavailable", "fatal_error", "request_timeout"}


def code(error: BaseException) -> str:
    """Slack's own word for what went wrong, or the exception's name."""
    return str(error.response.get("error", "")) if isinstance(error, SlackApiError) else type(error).__name__


def passing(error: BaseException) -> bool:
    """Whether it may work later."""
    return not isinstance(error, SlackApiError) or code(error) in _PASSING or error.response.status_code >= 429
