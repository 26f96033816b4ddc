"""All that can go wrong inside pydantic-ai and the SDKs below it, as one of the four errors.

To be imported by `load` alone, as `adapters.pydantic_chat`. What a provider says of an error is not repeated: only its code,
where that is a plain word.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic_ai import exceptions as told

from adapters.errors import OURS, NeedsConnection, Refused, Unavailable, ours_in

_WORD = re.compile(r"[A-Za-z_]{1,60}")
_BLOCKED = ("moderation_blocked", "content_policy_violation", "content_filter")
_NO_CREDIT = ("insufficient_quota", "billing_hard_limit_reached", "billing_error")
SPENT = re.compile("|".join(_NO_CREDIT).encode())


@contextmanager
def in_our_words(title: str, model: str = "") -> Iterator[None]:
    """Whatever is raised within becomes one of ours: SDKs meet an answer of another shape with all kinds of errors."""
    try:
        yield
    except OURS:
        raise
    except Exception as error:
        raise ours_in(error) or _ours(error, title, model) from None


def turned_down(title: str) -> NeedsConnection:
    return NeedsConnection(title, f"{title} does not accept this key.")


def blocked(title: str) -> Refused:
    return Refused(f"{title} won't answer that: its content filter stopped it. Say it in another way.")


def _ours(error: Exception, title: str, model: str) -> Exception:
    status, code = _status(error), _code(error)
    match error:
        case told.ContentFilterError():
            return blocked(title)
        case told.ModelQuotaExceededError():
            return _no_credit(title)
        case told.ModelContextWindowExceededError():
            return Refused(f"That is too long for {model or title}. Ask with less, or choose another model.")
        case told.ModelRateLimitError() | told.ModelUnavailableError() | told.ModelServerError():
            return Unavailable(f"{title} can't answer at the moment.", error.retry_after, error.in_stream)
        case told.ModelNotFoundError():
            return _unknown(title, model)
        case told.ModelAuthenticationError() if status != 403:
            return turned_down(title)
        case told.UserError() | NotImplementedError():  # of pydantic-ai: it can't put that to this model
            return Refused(f"{model or title} can't be asked that.")
    return _by_status(status, code, title, model)


def _by_status(status: int | None, code: str, title: str, model: str) -> Exception:
    if code in _BLOCKED:
        return blocked(title)
    if code in _NO_CREDIT:
        return _no_credit(title)
    match status:
        case 401:
            return turned_down(title)
        case 403:
            return Refused(f"{title} does not allow that with this key, or not from where I run.")
        case 404:
            return _unknown(title, model)
        case 413:
            return Refused(f"That is too much for {title} at once. Ask with less.")
        case int() if 400 <= status < 500:
            return Refused(f"{title} did not accept that{f' ({code})' if code else ''}.")
    return Unavailable(f"{title} gave an answer that I can't read.", acted=True)


def _unknown(title: str, model: str) -> Exception:
    if not model:
        return Refused(f"{title} does not know of that.")
    return Refused(f"There is no model “{model}” here; `models` shows those that there are.")


def _no_credit(title: str) -> Exception:
    return Refused(f"The account at {title} has no credit left. Whoever owns it can add some there.")


def _status(error: Exception) -> int | None:
    """The HTTP status: `status_code` is what it is called by all but google-genai."""
    found = (getattr(error, name, None) for name in ("status_code", "code"))
    return next((status for status in found if isinstance(status, int)), None)


def _code(error: Exception) -> str:
    names = ("provider_error_code", "provider_error_type", "code", "type", "status")
    found = (getattr(error, name, None) for name in names)
    return next((code for code in found if isinstance(code, str) and _WORD.fullmatch(code)), "")
