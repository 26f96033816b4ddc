"""What is to be built: read from the settings once, before anything is opened."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from adapters.base import Adapter, Secret
from bot.clock import Clock
from bot.settings import ServiceSettings, Settings
from commands.catalog import Subject
from commands.command import Command


@dataclass(frozen=True)
class Plan:
    """The settings, the adapters there are, and what follows from both."""

    settings: Settings
    services: Mapping[str, ServiceSettings]
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
        names = self.services if self.settings.sandbox_mode else self.settings.sandbox
        return frozenset(names) - frozenset(self.trials)

    @property
    def hosted(self) -> tuple[str, ...]:
        """Those of them that this process serves itself: the others have an address already."""
        return tuple(name for name in sorted(self.sandboxed) if not self.services[name].base_url)

    @property
    def switched_on(self) -> tuple[Adapter, ...]:
        return tuple(each for each in self.adapters if each.name in self.sandboxed or each.name in self.trials)

    @property
    def trusted(self) -> frozenset[str]:
        """Platforms whose people a trial token may serve: whoever sits at the terminal, and the made-up ones."""
        return frozenset({"terminal", "slack", "teams"} if self.settings.sandbox_mode else {"terminal"})

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
        names = self.sandboxed | (frozenset(self.trials) if platform in self.trusted else frozenset())
        on = {adapter.client for adapter in self.adapters if adapter.name in names}
        return lambda command: on.issuperset(command.clients)
