"""A made-up service in which a write sent twice is done twice, and the commands for it."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime
from itertools import count

from aiohttp import web

from adapters.base import Adapter, Client
from adapters.errors import Refused, Unknown
from adapters.http import Request, Response
from adapters.sandbox import Sandbox
from commands.command import command
from commands.preview import Change, Preview
from commands.reply import Reply
from tests.bot.notes import ADAPTER as NOTES


class BoardSandbox(Sandbox):
    """Cards can be found by the mark that they were made with; what was shouted can't be found by anything."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__("board", now)
        self.cards: dict[str, dict[str, str]] = {}
        self.shouts: list[str] = []
        self._ids = map(str, count(1))
        router = self.app.router
        router.add_get("/cards", self._find)
        router.add_post("/cards", self._pin)
        router.add_delete("/cards/{id}", self._remove)
        router.add_post("/shouts", self._shout)

    async def _find(self, request: web.Request) -> web.Response:
        wanted = dict(request.query)
        return web.json_response([{"id": id, **card} for id, card in self.cards.items() if wanted.items() <= card.items()])

    async def _pin(self, request: web.Request) -> web.Response:
        id = next(self._ids)
        self.cards[id] = await request.json()
        return web.json_response({"id": id})

    async def _remove(self, request: web.Request) -> web.Response:
        return web.Response(status=204 if self.cards.pop(request.match_info["id"], None) else 404)

    async def _shout(self, request: web.Request) -> web.Response:
        self.shouts.append((await request.json())["text"])
        return web.json_response({})


class Board(Client):
    """One person's board."""

    async def pin(self, text: str) -> str:
        """The card's id."""
        mark = self._access.call
        if self._access.again and (found := await self.with_mark(mark)):
            return found[0]
        return str(json.loads((await self._send("POST", "cards", {"text": text, "mark": mark})).body)["id"])

    async def with_mark(self, mark: str) -> list[str]:
        return [card["id"] for card in json.loads((await self._send("GET", f"cards?mark={mark}")).body)]

    async def text(self, id: str) -> str:
        cards = json.loads((await self._send("GET", "cards")).body)
        return next((str(card["text"]) for card in cards if card["id"] == id), "")

    async def remove(self, id: str) -> None:
        if (await self._send("DELETE", f"cards/{id}")).status == 404 and not self._access.again:
            raise Refused("There is no such card.")

    async def shout(self, text: str) -> None:
        if self._access.again:
            raise Unknown("Nobody can look whether it was shouted.")
        await self._send("POST", "shouts", {"text": text})

    async def _send(self, method: str, path: str, body: dict[str, str] | None = None) -> Response:
        data = json.dumps(body).encode() if body is not None else None
        url = f"{self._service.base_url}{path}"
        headers = {"Content-Type": "application/json"}
        return await self._service.http.send(Request("board", method, url, headers, data, repeatable=method == "GET"))


@command(undo="board remove", example="board pin hello")
async def pin(board: Board, text: str) -> AsyncIterator[Preview | Reply]:
    """Pin a card to the board."""
    yield Preview(f"Pin “{text}” to the board.")
    id = await board.pin(text)
    yield Reply(f"Pinned “{text}”.", undo={"id": id}, record=id)


@command(undo="board pin", example="board remove 1")
async def remove(board: Board, id: str) -> AsyncIterator[Preview | Reply]:
    """Take a card from the board."""
    text = await board.text(id)
    yield Preview(f"Take card {id} from the board.", changes=(Change("Card", text, ""),))
    await board.remove(id)
    yield Reply(f"Took “{text}” away.", undo={"text": text})


@command(irreversible=True, example="board burn 1")
async def burn(board: Board, id: str) -> AsyncIterator[Preview | Reply]:
    """Burn a card."""
    yield Preview(f"Burn “{await board.text(id)}”.")
    await board.remove(id)
    yield Reply("Burnt.")


@command(irreversible=True, example="board shout hello")
async def shout(board: Board, text: str) -> Reply:
    """Shout something that nobody can take back."""
    await board.shout(text)
    return Reply(f"Shouted “{text}”.")


@command(undo="board remove", example="board scribble hello")
async def scribble(board: Board, text: str) -> Reply:
    """Pin a card without looking first."""
    return Reply("Scribbled.", undo={"id": await board.pin(text)})


@command(example="board read")
async def read(board: Board) -> Reply:
    """Read the board."""
    return Reply(await board.text("1"))


async def _check(board: Board) -> None:
    await board.with_mark("")


async def _account(board: Board) -> str:
    return "ada@acme.test"


ADAPTER: Adapter = replace(
    NOTES, name="board", title="Board", client=Board, check=_check, account=_account, sandbox=BoardSandbox, env="BOARD"
)
