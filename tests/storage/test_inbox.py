"""What is put in comes out once, and stays until it is dealt with."""

import asyncio

import pytest

from storage.database import Database, StorageError
from storage.inbox import Delivery, Inbox
from storage.offers import Offer, Offers
from tests.storage.conftest import Clock, OpenInbox, Taken, until


async def test_what_is_put_in_comes_out_as_it_was(inbox: Inbox, clock: Clock) -> None:
    taken = Taken()
    inbox.claim(taken, 1)
    assert await inbox.put("k", "slack", "C1", '{"text": "hello"}')
    assert await taken.next() == Delivery("k", "slack", "C1", '{"text": "hello"}', clock.now, attempt=1, fence=1, intent="")


@pytest.mark.parametrize(
    "payload", ["", "\x00", "a\x00b\x1a\x1b", "half \ud83d of a pair", "\x1a0000", "😀 ✓ %s %(x)s ? :x {}", "x" * 3_000_000]
)
async def test_any_text_comes_out_as_it_was(inbox: Inbox, payload: str) -> None:
    taken = Taken()
    inbox.claim(taken, 1)
    assert await inbox.put("\x00k", "\x00", "C\x00", payload)
    assert not await inbox.put("\x00k", "\x00", "C\x00", payload)
    delivery = await taken.next()
    assert (delivery.key, delivery.kind, delivery.conversation, delivery.payload) == ("\x00k", "\x00", "C\x00", payload)
    await inbox.intend(delivery, payload)
    await inbox.retry(delivery, 0, payload)
    again = await taken.next()
    assert (again.intent, again.attempt) == (payload, 2)
    await inbox.finish(again)


async def test_of_the_same_delivery_four_times_at_once_one_is_new(open_inbox: OpenInbox) -> None:
    inboxes = [await open_inbox("one"), await open_inbox("two")]
    answers = await asyncio.gather(*(inbox.put("k", "slack", "C1", "") for inbox in inboxes * 2))
    assert sorted(answers) == [False, False, False, True]


async def test_a_duplicate_is_known_even_when_the_first_is_done(inbox: Inbox) -> None:
    taken = Taken()
    inbox.claim(taken, 1)
    await inbox.put("k", "slack", "C1", "")
    await inbox.finish(await taken.next())
    assert not await inbox.put("k", "slack", "C1", "")
    assert await inbox.counts() == {"ready": 0, "running": 0, "done": 1, "dead": 0}


async def test_many_puts_share_transactions_and_each_gets_its_own_answer(inbox: Inbox) -> None:
    keys = [f"k{number % 300}" for number in range(400)]
    answers = await asyncio.gather(*(inbox.put(key, "slack", key, "") for key in keys))
    assert answers == [True] * 300 + [False] * 100


async def test_more_than_one_turn_takes_all_arrive(inbox: Inbox) -> None:
    assert all(await asyncio.gather(*(inbox.put(f"k{number}", "slack", "C1", "") for number in range(2500))))
    assert (await inbox.counts())["ready"] == 2500


async def test_no_more_are_claimed_than_asked_for(inbox: Inbox) -> None:
    taken = Taken()
    for number in range(5):
        await inbox.put(f"k{number}", "slack", f"C{number}", "")
    inbox.claim(taken, 2)
    first, _ = await taken.next(), await taken.next()
    await inbox.probe()
    assert (taken.waiting, (await inbox.counts())["running"]) == (0, 2)
    await inbox.finish(first)
    await taken.next()


async def test_what_waited_before_the_start_is_claimed(open_inbox: OpenInbox) -> None:
    before, after, taken = await open_inbox("one"), await open_inbox("two"), Taken()
    await before.put("k", "slack", "C1", "")
    after.claim(taken, 1)
    assert (await taken.next()).key == "k"


async def test_what_another_process_puts_in_is_found(open_inbox: OpenInbox) -> None:
    mine, other, taken = await open_inbox("one"), await open_inbox("two"), Taken()
    mine.claim(taken, 1)
    await other.put("k", "slack", "C1", "")
    assert (await taken.next()).key == "k"


async def test_an_intent_is_kept_over_attempts(inbox: Inbox) -> None:
    taken = Taken()
    inbox.claim(taken, 1)
    await inbox.put("k", "slack", "C1", "")
    delivery = await taken.next()
    await inbox.intend(delivery, "say hello")
    await inbox.retry(delivery, 0, "Slack was away")
    again = await taken.next()
    assert (again.intent, again.attempt, again.fence) == ("say hello", 2, 2)


async def test_an_intent_and_its_offers_are_stored_together(inbox: Inbox, database: Database) -> None:
    taken = Taken()
    inbox.claim(taken, 1)
    await inbox.put("k", "slack", "C1", "")
    delivery = await taken.next()
    offers = [Offer("a", '{"command": "x"}', "slack:T:U", "slack:T:C", 1_000_600.0), Offer("b", "{}", "\x00", "", 1_000_600.0)]
    await inbox.intend(delivery, "two buttons", offers)
    await inbox.intend(delivery, "two buttons", offers)  # once more, after a crash: the same buttons
    assert [await Offers(database).find(id) for id in "abc"] == [*offers, None]


async def test_an_intent_is_not_stored_without_its_offers(inbox: Inbox) -> None:
    taken, nonsense = Taken(), object()
    inbox.claim(taken, 1)
    await inbox.put("k", "slack", "C1", "")
    delivery = await taken.next()
    with pytest.raises(StorageError):
        await inbox.intend(delivery, "a button", [Offer("a", nonsense, "", "", 0.0)])  # type: ignore[arg-type]
    await inbox.retry(delivery, 0, "")
    assert (await taken.next()).intent == ""


async def test_offers_that_expired_can_be_deleted(inbox: Inbox, database: Database) -> None:
    taken = Taken()
    inbox.claim(taken, 1)
    await inbox.put("k", "slack", "C1", "")
    await inbox.intend(await taken.next(), "", [Offer("old", "", "", "", 1.0), Offer("new", "", "", "", 2.0)])
    offers = Offers(database)
    assert await offers.prune(before=2.0) == 1
    assert await offers.find("old") is None
    assert await offers.find("new") is not None


async def test_a_delivery_that_is_not_taken_comes_again_later(
    inbox: Inbox, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    taken = Taken()

    def refuse_once(delivery: Delivery) -> None:
        if delivery.attempt == 1:
            raise RuntimeError("no room")
        taken(delivery)

    async def is_given_back() -> bool:
        return "was not taken" in caplog.text and (await inbox.counts())["ready"] == 1

    inbox.claim(refuse_once, 1)
    await inbox.put("k", "slack", "C1", "")
    await until(is_given_back)
    clock.move(15)
    assert (await taken.next()).attempt == 2
    assert inbox.alive


async def test_after_stop_claiming_nothing_is_handed_out(inbox: Inbox) -> None:
    taken = Taken()
    for number in range(20):
        inbox.claim(taken, 100)
        await inbox.put(f"k{number}", "slack", f"C{number}", "")  # acknowledged while the writer goes on to claim it
        await inbox.stop_claiming()
        before = taken.waiting
        await inbox.put(f"l{number}", "slack", f"D{number}", "")
        await inbox.probe()
        assert taken.waiting == before


async def test_what_was_asked_for_before_close_is_written(open_inbox: OpenInbox) -> None:
    inbox, witness = await open_inbox("one"), await open_inbox("two")
    puts = [asyncio.ensure_future(inbox.put(f"k{number}", "slack", "C1", "")) for number in range(1500)]
    await asyncio.sleep(0)
    await inbox.close()
    assert all(await asyncio.gather(*puts))
    assert (await witness.counts())["ready"] == 1500
    assert not inbox.alive


async def test_a_closed_inbox_takes_nothing(inbox: Inbox) -> None:
    await inbox.close()
    with pytest.raises(StorageError, match="not open"):
        await inbox.put("k", "slack", "C1", "")


async def test_a_put_whose_caller_has_gone_is_written_all_the_same(inbox: Inbox) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await inbox.put("k", "slack", "C1", "")
    await inbox.probe()
    assert not await inbox.put("k", "slack", "C1", "")


@pytest.mark.parametrize(("key", "conversation"), [("k" * 501, "C"), ("k", "C" * 501)])
async def test_a_key_too_long_for_an_index_is_refused_before_it_hurts_others(inbox: Inbox, key: str, conversation: str) -> None:
    with pytest.raises(ValueError, match="500 characters"):
        await inbox.put(key, "slack", conversation, "")


async def test_keys_and_conversations_may_be_as_long_as_allowed(inbox: Inbox) -> None:
    assert await inbox.put(
        "".join(chr(0x20000 + n) for n in range(500)), "slack", "".join(chr(0x10000 + n) for n in range(500)), ""
    )


async def test_a_turn_with_more_offers_than_a_statement_can_hold_stores_them_all(database: Database, clock: Clock) -> None:
    inbox = Inbox(database, clock, "one")
    await inbox.open()
    arrived: asyncio.Queue[Delivery] = asyncio.Queue()
    inbox.claim(arrived.put_nowait, 1)
    await inbox.put("k", "slack", "C", "")
    offers = [Offer(f"offer-{number}", "{}", "a", "{}", 1.0) for number in range(7000)]
    async with asyncio.timeout(20):
        await inbox.intend(await arrived.get(), "said", offers)
    found = await Offers(database).find("offer-6999")
    await inbox.close()

    assert found == offers[-1]
