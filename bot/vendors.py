"""Which AI model is asked: as somebody says, else as they or their channel have chosen, else as the settings say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.base import Service
from adapters.chat import ChatModel, Model
from adapters.errors import NeedsConnection, Refused, Unavailable
from bot.clients import Clients
from bot.clock import Clock
from commands.assistant import Offered
from commands.call import Call

_FRESH = 600.0  # seconds for which a list of models is taken as it was
_MOST = 1000


@dataclass(frozen=True)
class Wanted:
    """A service, and the id of its model; empty for its usual one."""

    service: Service
    model: str = ""

    @property
    def title(self) -> str:
        return self.service.adapter.title


class Vendors:
    """`order` is what the settings prefer: "openai", or "openai:some-model"; providers that are not in it come after."""

    def __init__(self, services: Mapping[str, Service], order: Sequence[str], clients: Clients, clock: Clock) -> None:
        self._services = services
        self._order = order
        self._clients = clients
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[float, list[Model]]] = {}

    async def order(self, call: Call, wanted: str) -> list[Wanted]:
        """Whom to ask first, and who may stand in. Raises Refused for a model that nobody here has."""
        usual = self._usual()
        if not wanted:
            return usual
        first = self._named(wanted) or await self._having(call, wanted, usual)
        return [first, *(each for each in usual if each.service is not first.service)]

    async def open(self, call: Call, wanted: Wanted, id: str) -> tuple[ChatModel, str]:
        """The provider's client for this person, and the model to ask. Raises NeedsConnection, Unavailable, Refused."""
        need = wanted.service.adapter.client
        opened = await self._clients.open(need, call.actor, call.place.conversation, id, asked=call.asked)
        client = opened.client
        if not isinstance(client, ChatModel):
            raise TypeError(f"{wanted.title} has no models to ask")
        return client, wanted.model or self._set(wanted) or (await self._models(wanted.service, client))[0].id

    async def turned_down(self, call: Call, client: ChatModel) -> None:
        """The provider does not take the key any more: its owner is told. Raises Unavailable."""
        await self._clients.renew(client, call.actor, call.place.conversation)

    async def offered(self, call: Call) -> list[Offered]:
        """What each provider offers to this person."""
        return [await self._offer(call, each) for each in self._usual()]

    async def _offer(self, call: Call, wanted: Wanted) -> Offered:
        name = wanted.service.adapter.name
        try:
            client, _ = await self.open(call, Wanted(wanted.service, "any"), call.id)
            return Offered(name, wanted.title, tuple(await self._models(wanted.service, client)))
        except (NeedsConnection, Refused, Unavailable) as error:
            return Offered(name, wanted.title, problem=str(error))

    async def _models(self, service: Service, client: ChatModel) -> list[Model]:
        """Raises Refused where there are none."""
        key = (service.adapter.name, client.token.reveal())
        until, models = self._known.get(key, (0.0, []))
        if self._clock.time() >= until:
            models = await client.models()
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[key] = (self._clock.time() + _FRESH, models)
        if not models:
            raise Refused(f"{service.adapter.title} offers no models.")
        return models

    def _usual(self) -> list[Wanted]:
        chat = {name: each for name, each in self._services.items() if issubclass(each.adapter.client, ChatModel)}
        named = [name for name in (each.partition(":")[0] for each in self._order) if name in chat]
        return [Wanted(chat[name]) for name in dict.fromkeys((*named, *chat))]

    def _set(self, wanted: Wanted) -> str:
        """The model that the settings name for a provider."""
        told = (each.partition(":") for each in self._order)
        return next((model for name, _, model in told if name == wanted.service.adapter.name and model), "")

    def _named(self, wanted: str) -> Wanted | None:
        name, _, model = wanted.partition(":")
        for each in self._usual():
            if name.casefold() in (each.service.adapter.name, each.title.casefold()):
                return Wanted(each.service, model.strip())
        return None

    async def _having(self, call: Call, wanted: str, usual: Sequence[Wanted]) -> Wanted:
        for each in usual:
            offered = await self._offer(call, each)
            if any(wanted.casefold() in (model.id.casefold(), model.title.casefold()) for model in offered.models):
                id = next(m.id for m in offered.models if wanted.casefold() in (m.id.casefold(), m.title.casefold()))
                return Wanted(each.service, id)
        raise Refused(f"There is no model “{wanted}” here: “models” lists those that there are.")
