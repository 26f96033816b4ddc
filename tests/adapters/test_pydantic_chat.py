"""OpenAI, Claude and Gemini, each through its real SDK, over HTTP, against its stand-in: what they promise as `ChatModel`."""

import asyncio
import gc
import time
import traceback
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from dataclasses import replace

import pytest

from adapters.base import Service
from adapters.chat import Delta, Document, End, Prompt, Tool, ToolCall, Turn, Usage
from adapters.errors import OURS, NeedsConnection, Refused, Unavailable
from adapters.hosted_chat import HostedChat
from adapters.sandbox_chat_script import Attached, Call, Cut, Failure, Filtered, Garbage, Pause, Step, Thought
from tests.adapters.door import Said
from tests.adapters.hosted import ADAPTERS, KEY, MODELS, SKY, Stage, answered, answering, asked, staged, text

CREATE = Tool("calendar_create", "Make a meeting.", {"type": "object", "properties": {"title": {"type": "string"}}})


@pytest.fixture(params=ADAPTERS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def stage(name: str) -> AsyncIterator[Stage]:
    async with staged(name) as stage:
        yield stage


async def test_an_answer_comes_in_pieces_and_ends(stage: Stage) -> None:
    stage.sandbox.say(["It is ", "the **air**", "."])
    *words, end = await stage.ask()
    assert words == [Delta("It is "), Delta("the **air**"), Delta(".")]
    assert isinstance(end, End)
    assert (end.usage.input, end.usage.output, end.cut) == (7, 5, False)
    assert end.id


async def test_what_an_answer_cost_is_known_where_the_model_is(stage: Stage) -> None:
    end, client = (await stage.ask())[-1], stage.open()
    assert isinstance(end, End)
    known = client.described(stage.model)
    assert end.usage.dollars == client.cost(stage.model, Usage(end.usage.input, end.usage.output))
    assert client.cost(stage.model, Usage(1000, 0)) == pytest.approx((known.input_price or 0) / 1000)
    assert client.cost(stage.model, Usage(0, 1000)) == pytest.approx((known.output_price or 0) / 1000)
    assert client.cost("parrot-1", Usage(1000, 1000)) is None
    assert client.cost("parrot-1", Usage(1000, 1000, dollars=0.5)) == 0.5


async def test_the_first_words_are_there_before_the_last(stage: Stage) -> None:
    stage.sandbox.say(["first", Pause(5.0), "last"])
    async with aclosing(stage.open().stream(stage.model, SKY)) as pieces:
        assert await asyncio.wait_for(anext(pieces), 2) == Delta("first")


async def test_what_the_model_thinks_is_not_shown(stage: Stage) -> None:
    stage.sandbox.say([Thought("CANARY-thought"), "Blue."])
    assert text(await stage.ask()) == "Blue."


async def test_the_model_is_told_all_turns_and_instructions(stage: Stage) -> None:
    turns = (Turn("user", "Hi."), Turn("assistant", "Hello."), Turn("assistant", " "), Turn("user", "Why?"))
    await stage.ask(Prompt(turns, "Be brief.", (CREATE,), most=77))
    question = stage.sandbox.questions[-1]
    assert question.said == ("Hi.", "Hello.", "Why?")
    assert (question.instructions, question.tools, question.most) == ("Be brief.", ("calendar_create",), 77)
    assert "temperature" not in str(stage.sent)


async def test_tools_are_asked_for_with_their_arguments(stage: Stage) -> None:
    stage.sandbox.say(["I make it.", Call("calendar_create", {"title": "Design “x”", "minutes": 30}), Call("calendar_create")])
    pieces = await stage.ask(replace(SKY, tools=(CREATE,)))
    first, second = ToolCall("calendar_create", {"title": "Design “x”", "minutes": 30}), ToolCall("calendar_create", {})
    assert pieces[:-1] == [Delta("I make it."), first, second]


async def test_documents_come_along(stage: Stage) -> None:
    kinds = {"sky.png": "image/png", "sky.pdf": "application/pdf", "sky.md": "text/markdown", "sky.json": "application/json"}
    documents = tuple(Document(file, kind, b"abc") for file, kind in kinds.items())
    answer = text(await stage.ask(Prompt((Turn("user", "What is it?", documents),))))
    seen = ("image/png", "application/pdf", "text/plain", "text/plain")
    assert stage.sandbox.questions[-1].attached == tuple(Attached(mime, 3) for mime in seen)
    assert "sky.png" in stage.sandbox.questions[-1].said[0]
    assert "attached: `image/png`" in answer


async def test_a_document_that_the_model_does_not_take_is_refused_before_anybody_is_asked(stage: Stage) -> None:
    video = Document("a.mov", "video/quicktime", b"abc")
    with pytest.raises(Refused, match=r"can't read “a\.mov”: it takes pictures, PDF and plain text"):
        await stage.ask(Prompt((Turn("user", "What is it?", (video,)),)))
    large = Document("a.pdf", "application/pdf", b"x" * 3_000_001)
    with pytest.raises(Refused, match="too large"):
        await stage.ask(Prompt((Turn("user", "What is it?", (large,)),)))
    assert not stage.sandbox.journal


async def test_an_answer_that_is_too_long_is_cut_and_says_so(stage: Stage) -> None:
    stage.sandbox.say(["one two three ", "four five six", Call("calendar_create")])
    pieces = await stage.ask(replace(SKY, most=5, tools=(CREATE,)))
    assert text(pieces) == "one two three four five "
    assert isinstance(pieces[-1], End)
    assert pieces[-1].cut
    assert not any(isinstance(piece, ToolCall) for piece in pieces)


@pytest.mark.parametrize("cut", [Cut(), Cut(politely=True)])
async def test_an_answer_that_breaks_off_is_unavailable_and_what_was_said_stands(stage: Stage, cut: Cut) -> None:
    stage.sandbox.say(["It is ", Call("calendar_create"), cut])
    pieces = stage.open().stream(stage.model, SKY)
    assert await anext(pieces) == Delta("It is ")
    with pytest.raises(Unavailable, match="broke off") as raised:
        await anext(pieces)
    assert raised.value.acted


@pytest.mark.parametrize("begun", ["It is ", Thought("hm")], ids=["spoken", "thought"])
async def test_no_silence_may_be_too_long(stage: Stage, begun: str | Thought) -> None:
    stage.sandbox.say([begun, Pause(2.0), "late"])
    with pytest.raises(Unavailable, match="broke off") as raised:
        await stage.ask(client=stage.open(idle=0.2))
    assert raised.value.acted


async def test_to_think_is_no_silence(stage: Stage) -> None:
    thinking: list[Step] = [Thought("hm"), Pause(0.3)]
    stage.sandbox.say([*thinking * 5, "It is the air."])
    assert text(await stage.ask(client=stage.open(first=1.0, idle=1.0))) == "It is the air."


async def test_nor_is_a_sign_of_life_without_any_content(stage: Stage) -> None:
    signs = {
        "openai": b'event: keepalive\ndata: {"type": "keepalive", "sequence_number": 7}\n\n',
        "anthropic": b'event: ping\ndata: {"type": "ping"}\n\n',
        "gemini": b'data: {"usageMetadata": {"promptTokenCount": 7}}\n\n',
    }
    alive: list[Step] = [Garbage(signs[stage.service.adapter.name]), Pause(0.3)]
    stage.sandbox.say([*alive * 5, "It is the air."])
    assert text(await stage.ask(client=stage.open(first=1.0, idle=1.0))) == "It is the air."


async def test_a_long_thought_leaves_room_for_the_answer(stage: Stage) -> None:
    stage.sandbox.say([Thought("let me think " * 1500), "Blue."])
    pieces = await stage.ask()
    assert isinstance(pieces[-1], End)
    assert (text(pieces), pieces[-1].cut) == ("Blue.", False)


async def test_a_model_that_thinks_unasked_is_asked_to_think_little(stage: Stage) -> None:
    await stage.ask()
    told = {
        "openai": ("reasoning", {"effort": "low"}),
        "anthropic": ("output_config", {"effort": "low"}),
        "gemini": ("generationConfig", {"thinking_level": "LOW"}),
    }
    where, effort = told[stage.service.adapter.name]
    asked = stage.sent[where]
    assert effort.items() <= asked.get("thinkingConfig", asked).items()


async def test_a_model_of_which_nothing_is_known_is_asked_without_it(stage: Stage) -> None:
    if stage.service.adapter.name == "gemini":
        pytest.skip("Google takes it of all models that pydantic-ai can't place")
    with suppress(Refused):
        await stage.ask(model="parrot-1")
    assert not {"reasoning", "thinking", "output_config"} & stage.sent.keys()


async def test_steady_words_may_take_longer_than_one_silence(stage: Stage) -> None:
    stage.sandbox.say([step for _ in range(6) for step in ("word ", Pause(0.1))])
    assert text(await stage.ask(client=stage.open(first=0.5, idle=0.5))) == "word " * 6


async def test_to_close_is_to_stop_the_provider(stage: Stage) -> None:
    stage.sandbox.say(["It is ", Pause(30.0), "late"])
    pieces = stage.open().stream(stage.model, SKY)
    await anext(pieces)
    await pieces.aclose()
    await eventually(stage)


async def test_to_cancel_is_to_stop_the_provider(stage: Stage) -> None:
    stage.sandbox.say(["It is ", Pause(30.0), "late"])
    heard = asyncio.Event()

    async def hear() -> None:
        async for _ in stage.open().stream(stage.model, SKY):
            heard.set()

    task = asyncio.create_task(hear())
    await heard.wait()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    await eventually(stage)


async def eventually(stage: Stage) -> None:
    async with asyncio.timeout(1):
        while not stage.sandbox.stopped:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("key", ["CANARY-wrong", "CANARY-é", "CANARY-\n"])
async def test_a_wrong_key_needs_another(stage: Stage, key: str) -> None:
    for question in (stage.ask(client=stage.open(key)), stage.open(key).models()):
        with pytest.raises(NeedsConnection, match="does not accept this key") as raised:
            await question
        assert raised.value.service == stage.service.adapter.title


async def test_an_unknown_model_is_refused(stage: Stage) -> None:
    with pytest.raises(Refused, match=r"There is no model “parrot-1” here; `models` shows those that there are\."):
        await stage.ask(model="parrot-1")
    with pytest.raises(Refused, match="Say which model"):
        await asked(stage.open(), "")


async def test_a_question_that_is_too_long_is_refused(stage: Stage) -> None:
    stage.sandbox.context = 5
    with pytest.raises(Refused, match=f"too long for {stage.model}"):
        await stage.ask()


async def test_the_content_filter_is_told_in_words(stage: Stage) -> None:
    stage.sandbox.say([Filtered()], ["It is ", Filtered()])
    for _ in range(2):
        with pytest.raises(Refused, match="its content filter stopped it"):
            await stage.ask()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "did not accept that"),
        (403, "does not allow that"),
        (413, "too much|did not accept"),
        (422, "did not accept that"),
        (302, "another address"),
    ],
)
async def test_a_no_is_told_in_words(stage: Stage, status: int, words: str) -> None:
    stage.fail("redirect" if status == 302 else "status", status=status, location="http://127.0.0.1:9/")
    with pytest.raises(Refused, match=words):
        await stage.ask()


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 529])
async def test_trouble_may_pass(stage: Stage, status: int) -> None:
    stage.fail("status", status=status, times=3, retry_after="7")
    with pytest.raises(Unavailable, match="can't answer at the moment") as raised:
        await stage.ask()
    assert (raised.value.retry_after, raised.value.acted) == (7, False)


@pytest.mark.parametrize("status", [429, 500, 529])
async def test_trouble_that_passes_at_once_is_not_noticed(stage: Stage, status: int) -> None:
    stage.fail("status", status=status)
    assert text(await stage.ask())
    assert stage.sandbox.changes("ana@acme.test") == 1


async def test_trouble_in_the_middle_may_pass_too(stage: Stage) -> None:
    kinds = {"openai": "server_error", "anthropic": "overloaded_error", "gemini": "UNAVAILABLE"}
    stage.sandbox.say(["It is ", Failure(503, kinds[stage.service.adapter.name])])
    with pytest.raises(Unavailable, match="can't answer at the moment") as raised:
        await stage.ask()
    assert raised.value.acted


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "malformed", "huge"])
async def test_bad_answers_are_unavailable(stage: Stage, kind: str) -> None:
    stage.fail(kind, times=3)
    with pytest.raises(Unavailable):
        await stage.ask()


async def test_a_slow_provider_is_given_up_in_time(stage: Stage) -> None:
    stage.fail("slow", seconds=5.0, times=3)
    started = time.monotonic()
    with pytest.raises(Unavailable) as raised:
        await stage.ask(client=stage.open(first=0.3))
    assert time.monotonic() - started < 2
    assert raised.value.acted


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "malformed", "huge"])
async def test_so_is_a_list_of_models_that_is_bad(stage: Stage, fault: str) -> None:
    stage.fail(fault, times=3)
    with pytest.raises((Unavailable, Refused)):
        await stage.open().models()


GARBAGE = [
    b"",
    b"<html>no</html>",
    b"null",
    b"[]",
    b"{}",
    b'"x"',
    b"\xff\xfe",
    b'{"data": [null], "models": [null]}',
    b"data: [1]\n\n",
]
GARBAGE += [
    b"data: {nope\n\n",
    b"event: message_start\ndata: {}\n\n",
    b'data: {"type": "response.completed"}\n\n',
    b"\0" * 100_000,
]
GARBAGE += [b'data: {"candidates": 7}\n\n', b'data: {"error": "no"}\n\n', b"[" * 100_000, b"data: " + b"[" * 100_000 + b"\n\n"]


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("kind", ["application/json", "text/event-stream", "text/html"])
async def test_whatever_is_answered_becomes_one_of_the_four_errors(name: str, status: int, kind: str) -> None:
    async with answering(name) as (door, opened_anew):
        for body in GARBAGE:
            door.said, client = Said(status, body, kind), opened_anew()
            for question in (asked(client, MODELS[name]), client.models()):
                with suppress(*OURS):
                    assert await question == [], body[:30]


@pytest.mark.parametrize("content", [b"data: {nope\n\n", b"event: content_block_delta\ndata: {nope\n\n", b"\xff\n\n"])
async def test_garbage_in_the_middle_is_never_another_error(stage: Stage, content: bytes) -> None:
    stage.sandbox.say(["It is ", Garbage(content)])
    with suppress(*OURS):
        assert text(await stage.ask()).startswith("It is ")


async def test_models_that_can_chat_are_listed_newest_first(stage: Stage) -> None:
    models = await stage.open().models()
    expected = {
        "openai": ["gpt-6-luna", "gpt-6.1-sol", "gpt-5.5"],
        "anthropic": ["claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"],
        "gemini": ["gemini-4-carbon", "gemini-3.8-flash", "gemini-3.5-flash", "gemini-3.1-pro-preview", "gemma-4-31b-it"],
    }
    assert [model.id for model in models] == expected[stage.service.adapter.name]
    assert models == [stage.open().described(model.id) for model in models]


async def test_a_known_model_has_a_title_and_prices_and_an_unknown_one_has_none(stage: Stage) -> None:
    known, unknown = (stage.open().described(model) for model in (stage.model, "parrot-1"))
    assert known.title
    assert 0 < (known.input_price or 0) < (known.output_price or 0)
    assert {"image/png", "application/pdf", "text/"} <= set(known.documents)
    assert (unknown.id, unknown.title, unknown.input_price, unknown.output_price) == ("parrot-1", "", None, None)


async def test_the_check_is_one_request(stage: Stage) -> None:
    adapter, client = stage.service.adapter, stage.open()
    await adapter.check(client)
    assert [entry.method for entry in stage.sandbox.journal] == ["GET"]
    assert await adapter.account(client) == ("ana@acme.test" if adapter.name == "openai" else "")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 418])
async def test_neither_the_key_nor_what_the_provider_says_is_in_an_error(name: str, status: int) -> None:
    told = f"CANARY-told {KEY}"
    error = {"message": told, "type": told, "code": told, "status": told, "details": [{"reason": told}]}
    async with answered(name, status, {"error": error, "message": told}) as client:
        for question in (asked(client, MODELS[name]), client.models()):
            with pytest.raises(OURS) as raised:
                await question
            assert "CANARY" not in "".join(traceback.format_exception(raised.value)) + repr(raised.value)
        assert "CANARY" not in repr(client) + repr(vars(client))


async def test_keys_go_nowhere_but_to_the_provider_and_are_not_kept(stage: Stage) -> None:
    key = stage.sandbox.grant("ana@acme.test")
    await stage.ask(client=stage.open(key))
    assert key not in repr(vars(stage.service.sdk))
    assert key not in str([entry.as_json() for entry in stage.sandbox.journal])


async def test_the_loop_is_never_held_up(stage: Stage) -> None:
    """By an answer of 200 KB, by documents, or by a list."""
    stage.sandbox.say(["four words of text "] * 2_000 + ["w" * 160_000])
    document = Document("a.pdf", "application/pdf", b"x" * 1_000_000)
    with no_pauses_by_the_collector():
        async with steady() as worst:
            await stage.ask(replace(SKY, most=1_000_000))
            await stage.ask(Prompt((Turn("user", "What?", (document,)),)))
            await stage.open().models()
    assert max(worst) < 0.05


class no_pauses_by_the_collector:  # noqa: N801 - reads as what it does
    """As the bot has it: what was loaded at start is left out, for to walk through it takes a tenth of a second."""

    def __enter__(self) -> None:
        gc.collect()
        gc.freeze()

    def __exit__(self, *_: object) -> None:
        gc.unfreeze()


class steady:  # noqa: N801 - the same
    """Ticks, and notes how many seconds the loop has worked from one tick to the next: not what other processes took."""

    def __init__(self) -> None:
        self._worked: list[float] = []

    async def __aenter__(self) -> list[float]:
        self._task = asyncio.create_task(self._tick())
        await asyncio.sleep(0)
        return self._worked

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()

    async def _tick(self) -> None:
        while True:
            before = time.thread_time()
            await asyncio.sleep(0.005)
            self._worked.append(time.thread_time() - before)


async def test_a_call_costs_little_besides_the_request(stage: Stage) -> None:
    service: Service = stage.service
    started = time.perf_counter()
    for _ in range(20):
        service.sdk.described(stage.model, stage.sandbox.now())  # builds the SDK's client and the model, as each call does
    assert (time.perf_counter() - started) / 20 < 0.01


def test_nothing_heavy_is_imported_before_it_is_loaded() -> None:
    import subprocess
    import sys

    heavy = "{'openai', 'anthropic', 'google.genai', 'pydantic_ai', 'genai_prices', 'httpx2'}"
    program = f"import sys; from adapters import openai, anthropic, gemini; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_stand_ins_are_what_a_client_is_loaded_for() -> None:
    assert all(issubclass(adapter.client, HostedChat) for adapter in ADAPTERS.values())
    assert [adapter.webhook for adapter in ADAPTERS.values()] == [None, None, None]
