"""Which AI model is asked: as somebody says, else as they or their channel have chosen, else as the settings say."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from adapters.base import Service
from adapters.chat import ChatModel, Model
from adapters.errors import NeedsConnection, Refused, Unavailable
from adapters.openai.client import OpenAI
from bot.clients import Clients
from bot.listed import Listed
from commands.assistant import Offered
from commands.call import Call

_ANY = "any"  # a model's name, where any will do


@dataclass(frozen=True)
class Wanted:
    """A service, and the id of its model; empty for its usual one."""

    service: Service
    model: str = ""

    @property
    def title(self) -> str:
        return self.service.adapter.title


class Vendors:
    """`order` is what the settings prefer: "openai" or "OpenAI", or "openai:some-model"; who is not in it comes after."""

    def __init__(self, services: Mapping[str, Service], order: Sequence[str], clients: Clients, listed: Listed) -> None:
        self._services = services
        self._order = order
        self._clients = clients
        self._listed = listed

    async def order(self, call: Call, wanted: str) -> list[Wanted]:
        """Whom to ask first, and who may stand in. Raises Refused for a model that nobody here has.

        Raises Unavailable where somebody may have it who can't tell at the moment.
        """
        usual = self._usual()
        if not wanted:
            return usual
        first = self._named(wanted) or await self._having(call, wanted, usual)
        return [first, *(each for each in usual if each.service is not first.service)]

    async def stands(self, call: Call, chosen: str) -> bool:
        """Whether what was chosen once, a provider or its model, is here still. Who can't tell at the moment is believed."""
        wanted = self._named(chosen)
        if wanted is None or not wanted.model:
            return wanted is not None
        offered = await self._offer(call, wanted)
        return bool(offered.problem) or wanted.model in [model.id for model in offered.models]

    async def same(self, call: Call, one: str, other: str) -> bool:
        """Whether two names mean the same model. What can't be told at the moment is taken for two."""
        try:
            [first, *_], [second, *_] = [await self.order(call, name) for name in (one, other)]
            if first.service is not second.service or first.model == second.model:
                return first.service is second.service
            return (await self.open(call, first, call.id))[1] == (await self.open(call, second, call.id))[1]
        except (NeedsConnection, Refused, Unavailable):
            return False

    async def open(self, call: Call, wanted: Wanted, id: str) -> tuple[ChatModel, str]:
        """The provider's client for this person, and the model to ask. Raises NeedsConnection, Unavailable, Refused."""
        need = wanted.service.adapter.client
        opened = await self._clients.open(need, call.actor, call.place.conversation, id, asked=call.asked)
        client = opened.client
        if not isinstance(client, ChatModel):
            raise TypeError(f"{wanted.title} has no models to ask")
        return client, wanted.model or self._set(wanted) or (await self._models(wanted, client))[0].id

    async def turned_down(self, call: Call, client: ChatModel) -> None:
        """The provider does not take the key any more: its owner is told. Raises Unavailable."""
        await self._clients.renew(client, call.actor, call.place.conversation)

    async def offered(self, call: Call) -> list[Offered]:
        """What each provider offers to this person."""
        return await asyncio.gather(*(self._offer(call, each) for each in self._usual()))

    async def _offer(self, call: Call, wanted: Wanted) -> Offered:
        name = wanted.service.adapter.name
        try:
            client, _ = await self.open(call, Wanted(wanted.service, _ANY), call.id)
            painters = await self._listed.painters(client) if isinstance(client, OpenAI) else ()
            return Offered(name, wanted.title, tuple(await self._models(wanted, client)), tuple(painters))
        except (NeedsConnection, Refused, Unavailable) as error:
            return Offered(name, wanted.title, problem=str(error))

    async def _models(self, wanted: Wanted, client: ChatModel) -> list[Model]:
        """Raises Refused where there are none."""
        if models := await self._listed.models(client):
            return models
        raise Refused(f"{wanted.title} offers no models.")

    def _usual(self) -> list[Wanted]:
        chat = [Wanted(each) for each in self._services.values() if issubclass(each.adapter.client, ChatModel)]
        named = [each for name, _ in self._preferred() for each in chat if _is_called(each, name)]
        return list({each.title: each for each in (*named, *chat)}.values())

    def _preferred(self) -> Iterator[tuple[str, str]]:
        """Providers with their models, as the settings name them; the model is empty where they name none."""
        for each in self._order:
            name, _, model = each.partition(":")
            yield name.strip(), model.strip()

    def _set(self, wanted: Wanted) -> str:
        """The model that the settings name for a provider."""
        return next((model for name, model in self._preferred() if model and _is_called(wanted, name)), "")

    def _named(self, wanted: str) -> Wanted | None:
        name, _, model = wanted.partition(":")
        for each in self._usual():
            if _is_called(each, name.strip()):
                return Wanted(each.service, model.strip())
        return None

    async def _having(self, call: Call, wanted: str, usual: Sequence[Wanted]) -> Wanted:
        away: Unavailable | None = None
        for each in usual:
            try:
                client, _ = await self.open(call, Wanted(each.service, _ANY), call.id)
                models = await self._models(each, client)
            except (NeedsConnection, Refused):
                continue
            except Unavailable as error:
                away = away or error
                continue
            for model in models:
                if wanted.casefold() in (model.id.casefold(), model.title.casefold()):
                    return Wanted(each.service, model.id)
        raise away or Refused(f"There is no model “{wanted}” here: “models” lists those that there are.")


def _is_called(wanted: Wanted, name: str) -> bool:
    """By its name or its title, however it is spelled."""
    return name.casefold() in (wanted.service.adapter.name, wanted.title.casefold())
