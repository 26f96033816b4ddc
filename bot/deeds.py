"""What people of a made-up platform can do, for another process to have done: `POST /_sandbox/<deed>`, arguments as JSON."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from pydantic import ValidationError, validate_call


def deed_route(deed: Callable[..., Any]) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Answers how the bot took it; 400 for arguments that the deed does not take, 409 for what can't be done now.

    What a deed gives back, if anything, has `status`, `body` and `reason`.
    """
    checked = validate_call(deed)

    async def handle(request: web.Request) -> web.Response:
        try:
            done = checked(**await request.json())
            delivery = await done if inspect.isawaitable(done) else done
        except ValidationError as error:
            wrong = error.errors(include_url=False, include_input=False, include_context=False)
            return web.json_response({"error": wrong}, status=400)
        except ValueError as error:
            return web.json_response({"error": str(error)}, status=409)
        return web.json_response(_told(delivery))

    return handle


def _told(delivery: Any) -> dict[str, Any]:
    return {"status": delivery.status, "body": delivery.body, "reason": delivery.reason} if delivery else {}
