"""AI models: which there are, what they cost, and which one is asked here."""

from collections.abc import AsyncIterator
from typing import Annotated, Literal

from adapters.chat import Model
from adapters.errors import Refused
from commands.assistant import Assistant, Offered
from commands.command import command
from commands.option import HIDDEN
from commands.preferences import Preferences
from commands.preview import Preview, differences
from commands.reply import Item, Reply
from commands.usage import Meant

USUAL = "model"
"""The name of the preference."""

NONE = "none"
_MOST, _ALL = 10, 1000  # models of one provider at once


@command(example="models")
async def models(assistant: Assistant, vendor: Annotated[str, "one provider, to see all of its models"] = "") -> Reply:
    """List the AI models that you can ask, and their prices."""
    every = await assistant.offered()
    offered = [each for each in every if vendor.casefold() in ("", each.name, each.vendor.casefold())]
    if not offered:
        raise Refused(f"There is no provider “{vendor}” here. “models” lists those that there are.")
    items = tuple(item for each in offered for item in _items(each, _ALL if vendor else _MOST))
    usual = _titled(await assistant.usual(), every)
    return Reply(f"Where nobody says which, {usual} is asked. Choose with “models use”.", items)


@command(undo="models use", example="models use openai")
async def use(
    assistant: Assistant,
    preferences: Preferences,
    model: Annotated[str, "a provider, or “provider:model”; “none” to choose nothing"],
    who: Annotated[Literal["me", "here"], "for you everywhere, or for everybody here"] = "me",
    was: Annotated[str, HIDDEN] = "",
) -> AsyncIterator[Preview | Reply]:
    """Choose which AI model is asked where nobody says which."""
    chosen = preferences.mine if who == "me" else preferences.here
    offered = await assistant.offered()
    if not was:  # noted before it changes: a further attempt finds the new one
        _check(offered, model)
        raise Meant({"was": await chosen.get(USUAL) or NONE})
    whose, nothing = "you" if who == "me" else "everybody here", model.casefold() == NONE
    before, now = _titled(was, offered), _titled(model, offered)
    text = f"Choose no model for {whose}." if nothing else f"Have {now} asked for {whose} where nobody says which."
    yield Preview(text, changes=differences({"Usually asked": before}, {"Usually asked": now}))
    await chosen.put(USUAL, "" if nothing else model)
    text = f"From now on no model is chosen for {whose}." if nothing else f"From now on {now} is asked for {whose}."
    yield Reply(text, undo={"model": was, "who": who})


def _check(offered: list[Offered], model: str) -> None:
    """Raises Refused for what nobody offers; what can't be asked just now is taken as it is."""
    vendor, _, id = model.partition(":")
    found = next((each for each in offered if vendor.casefold() in (each.name, each.vendor.casefold())), None)
    if model.casefold() == NONE or (found and (found.problem or not id or id in [each.id for each in found.models])):
        return
    raise Refused(f"There is no “{model}” here. “models” lists what there is, as in openai or openai:some-model.")


def _titled(model: str, offered: list[Offered]) -> str:
    """What was chosen, in words: “Claude”, “OpenAI’s some-model”."""
    vendor, _, id = model.partition(":")
    title = next((each.vendor for each in offered if vendor.casefold() in (each.name, each.vendor.casefold())), vendor)
    return "nothing chosen" if model.casefold() == NONE else f"{title}’s {id}" if id else title


def _items(offered: Offered, most: int) -> tuple[Item, ...]:
    if offered.problem:
        return (Item(offered.vendor, offered.problem),)
    shown = tuple(Item(f"{offered.name}:{each.id}", _price(each)) for each in offered.models[:most])
    more = len(offered.models) - len(shown)
    rest = (Item(offered.vendor, f"and {more} more: models {offered.name}"),) if more else ()
    painters = tuple(Item(f"{offered.name}:{each.id}", f"paints, for “imagine” · {_price(each)}") for each in offered.painters)
    return (*shown, *rest, *painters)


def _price(model: Model) -> str:
    if model.input_price is None or model.output_price is None:
        return " · ".join(filter(None, (model.title, "price not known")))
    price = f"${model.input_price:g} in, ${model.output_price:g} out per million tokens"
    return " · ".join(filter(None, (model.title, price)))
