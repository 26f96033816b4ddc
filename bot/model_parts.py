"""What has to do with AI models, put together."""

from collections.abc import Mapping
from typing import NamedTuple

from adapters.base import Service
from bot.assistant import Models
from bot.clients import Clients
from bot.dispatch import Provide
from bot.gallery import Gallery
from bot.imagining import Imagining
from bot.listed import Listed
from bot.plan import Plan
from bot.spending import Limits, Spending
from bot.vendors import Vendors
from commands.assistant import Assistant, Stopping
from commands.illustrator import Illustrator
from storage.budgets import Budgets
from storage.preferences import Preferences
from storage.stops import Stops


class Saved(NamedTuple):
    """What is remembered of models."""

    preferences: Preferences
    budgets: Budgets
    stops: Stops


def models_of(
    plan: Plan, saved: Saved, services: Mapping[str, Service], clients: Clients, gallery: Gallery | None = None
) -> Mapping[type, Provide]:
    """What commands are given that ask models. Without a `gallery` pictures are handed over as they are."""
    told = plan.settings
    limits = Limits(told.ai_person_dollars, told.ai_conversation_dollars, told.ai_tenant_dollars)
    spending = Spending(saved.budgets, limits, plan.clock.now)
    listed = Listed(plan.clock)
    vendors = Vendors(services, told.ai_models, clients, listed)
    models = Models(vendors, spending, saved.stops, saved.preferences, told.ai_unknown_dollars, plan.clock)
    imagining = Imagining(spending, listed, told.ai_unknown_dollars, gallery)
    return {
        Assistant: models.assistant,
        Stopping: lambda _: Stopping(saved.stops.stop),
        Illustrator: imagining.illustrator,
    }
