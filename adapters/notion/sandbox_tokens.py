"""What Notion's token endpoint answers: https://developers.notion.com/reference/create-a-token.

It tells neither scopes nor how long a token lasts, but whose it is, and of which workspace.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from adapters.sandbox_dialect import Answer, Dialect, standard_refusal
from adapters.sandbox_request import Refusal

Json = Mapping[str, Any]


def dialect(bot_of: Callable[[str], Json]) -> Dialect:
    """`bot_of` gives the bot that an account has, as `/v1/users/me` tells it."""

    def issued(answer: Answer, account: str) -> Answer:
        tokens = {"access_token": answer["access_token"], "token_type": "bearer", "refresh_token": answer.get("refresh_token")}
        return {**tokens, **_whose(bot_of(account)), "request_id": str(uuid4())}

    return Dialect(issued, _refused)


def _whose(bot: Json) -> Json:
    about = {name: bot["bot"][name] for name in ("owner", "workspace_name", "workspace_id")}
    return {"bot_id": bot["id"], **about, "workspace_icon": None, "duplicated_template_id": None}


def _refused(refusal: Refusal) -> Answer:
    return {**standard_refusal(refusal), "request_id": str(uuid4())}
