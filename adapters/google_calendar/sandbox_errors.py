"""Errors as Google words them: https://developers.google.com/workspace/calendar/api/guides/errors."""

from aiohttp import web

_REASONS: dict[str | int, tuple[str, str]] = {  # domain and reason, by the message or else by the status
    "The specified time range is empty.": ("calendar", "timeRangeEmpty"),
    "Sync token is no longer valid, a full sync is required.": ("calendar", "fullSyncRequired"),
    "Shared properties can only be changed by the organizer of the event.": ("calendar", "forbiddenForNonOrganizer"),
    400: ("global", "badRequest"),
    401: ("global", "authError"),
    403: ("usageLimits", "rateLimitExceeded"),
    404: ("global", "notFound"),
    409: ("global", "duplicate"),
    410: ("global", "deleted"),
    412: ("global", "conditionNotMet"),
    429: ("usageLimits", "rateLimitExceeded"),
    500: ("global", "backendError"),
}


def answer(status: int, text: str) -> web.Response:
    """An error with Google's own domain and reason. A 403 without a known text says that one asks too fast."""
    message = "Invalid Credentials" if status == 401 else text
    domain, reason = _REASONS.get(message) or _REASONS.get(status) or _REASONS[500]
    details = {"domain": domain, "reason": reason, "message": message}
    return web.json_response({"error": {"errors": [details], "code": status, "message": message}}, status=status)
