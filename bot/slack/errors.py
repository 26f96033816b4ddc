"""What a failed call of Slack's Web API means: https://docs.slack.dev/apis/web-api/#responses."""

import aiohttp
from slack_sdk.errors import SlackApiError

from adapters.errors import Unavailable
from adapters.retry_after import retry_after

# aiohttp raises TimeoutError for its own deadlines
FAILURES = (SlackApiError, aiohttp.ClientError, TimeoutError, OSError)

_PASSING = {"ratelimited", "rate_limited", "internal_error", "service_unavailable", "fatal_error", "request_timeout"}
_ELSEWHERE = {"not_in_channel", "channel_not_found", "is_archived", "restricted_action", "no_permission"}
_GONE = {"message_not_found", "cant_update_message", "edit_window_closed"}


def code(error: BaseException) -> str:
    """Slack's own word for what went wrong, or the exception's name."""
    return str(error.response.get("error", "")) if isinstance(error, SlackApiError) else type(error).__name__


def passing(error: BaseException) -> bool:
    """Whether it may work later."""
    return not isinstance(error, SlackApiError) or code(error) in _PASSING or error.response.status_code >= 429


def elsewhere(error: BaseException) -> bool:
    """Whether the bot can't post there, but might reach the person another way."""
    return code(error) in _ELSEWHERE


def gone(error: BaseException) -> bool:
    """Whether the message to be replaced is not there any more."""
    return code(error) in _GONE


def unavailable(error: BaseException, now: float) -> Unavailable:
    """The same as an error of the house; honours Retry-After. `now` is Unix time."""
    headers = error.response.headers if isinstance(error, SlackApiError) else {}
    return Unavailable("Slack can't be reached right now.", retry_after(headers.get("Retry-After") or "", now))
