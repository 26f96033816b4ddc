"""What is to be built: read from the settings once, before anything is opened."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from adapters.base import Adapter, ApiKey, Secret
from adapters.chat import ChatModel
from bot.clock import Clock
from bot.service_settings import Credentials, ServiceSettings
from bot.settings import Settings
from commands.assistant import Assistant
from commands.catalog import Subject
from commands.command import Command


@dataclass(frozen=True)
class Plan:
    """The settings, the adapters there are, and what follows from both."""

    settings: Settings
    services: Mapping[str, ServiceSettings]
    credentials: Mapping[str, Credentials]
    adapters: Sequence[Adapter]
    subjects: Sequence[Subject]
    clock: Clock

    @property
    def trials(self) -> Mapping[str, Secret]:
        """Services that are called with a trial token."""
        given = {name: service.token.get_secret_value() for name, service in self.services.items()}
        return {name: Secret(token) for name, token in given.items() if token}

    @property
    def sandboxed(self) -> frozenset[str]:
        """Services that run as sandboxes."""
        every = self.services if self.settings.sandbox_mode else ()
        names = self.settings.sandbox or every
        return frozenset(names) - frozenset(self.trials)

    @property
    def hosted(self) -> tuple[str, ...]:
        """Those of them that this process serves itself: the others have an address already."""
        return tuple(name for name in sorted(self.sandboxed) if not self.services[name].base_url)

    @property
    def switched_on(self) -> tuple[Adapter, ...]:
        names = self.sandboxed | self.trials.keys() | self.shared_keys.keys() | self.connectable
        return tuple(each for each in self.adapters if each.name in names)

    @property
    def connectable(self) -> frozenset[str]:
        """Services whose accounts people can connect; others can only be lent, or tried with a token."""
        if self.settings.sandbox_mode:
            return self.sandboxed
        registered = {adapter.name for adapter in self.adapters if self._is_registered(adapter)}
        return frozenset(registered) - self.sandboxed if self.settings.public_url else frozenset()

    @property
    def trusted(self) -> frozenset[str]:
        """Platforms whose people a trial token may serve: whoever sits at the terminal, and the made-up ones."""
        return frozenset({"terminal", "slack", "teams"} if self.settings.sandbox_mode else {"terminal"})

    @property
    def lent(self) -> frozenset[str]:
        """Services at which people have a made-up account without connecting one; at the terminal, it is every sandbox."""
        connects = self.settings.sandbox_mode and not self.settings.sandbox_lends
        return frozenset() if connects else self.sandboxed

    @property
    def shared_keys(self) -> Mapping[str, Secret]:
        """Keys of the settings that everybody may use, by service. A stand-in is told none: what it lends does there."""
        keyed = [each.name for each in self.adapters if isinstance(each.auth, ApiKey) and each.name not in self.sandboxed]
        given = {name: self.credentials[name].api_key.get_secret_value() for name in keyed}
        return {name: Secret(key) for name, key in given.items() if key}

    @property
    def titles(self) -> Mapping[str, str]:
        """The services' names as people write them, by the name that we give them."""
        return {adapter.name: adapter.title for adapter in self.adapters}

    @property
    def signing_in(self) -> frozenset[str]:
        """Platforms whose people can prove in a browser who they are."""
        if self.settings.sandbox_mode:
            return frozenset({"slack", "teams"})
        slack = {"slack"} if self.settings.sign_in_with_slack else set()
        teams = {"teams"} if self.settings.teams_app_id and self.settings.teams_app_password else set()
        return frozenset(slack | teams) if self.settings.public_url else frozenset()

    @property
    def max_age(self) -> float:
        """Seconds."""
        return self.settings.max_age_minutes * 60.0

    @property
    def keep(self) -> float:
        """Seconds."""
        return self.settings.keep_days * 86400.0

    def runnable(self, platform: str) -> Callable[[Command], bool]:
        """Tells of a command whether every service that it needs serves the people of this platform."""
        names = self.sandboxed | self.shared_keys.keys() | (self.connectable if platform != "terminal" else frozenset())
        names |= self.trials.keys() if platform in self.trusted else frozenset()
        on = {adapter.client for adapter in self.adapters if adapter.name in names}
        has_models = any(issubclass(client, ChatModel) for client in on)
        return lambda command: on.issuperset(command.clients) and (has_models or Assistant not in command.needs.values())

    def _is_registered(self, adapter: Adapter) -> bool:
        return isinstance(adapter.auth, ApiKey) or self.credentials[adapter.name].registered
