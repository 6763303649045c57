"""The event log's near end never loses a fact and never troubles a request."""

import asyncio

from channels import journal as near
from channels.broker import BrokerUnavailable
from channels.journal import Journal
from domain import kernel, log
from tests.channels.toys import soon
from tests.conftest import NOON


class Shelf:
    """A sink in memory that can be out of reach."""

    def __init__(self):
        self.entries = []
        self.away = False

    async def add(self, entries):
        await asyncio.sleep(0)
        if self.away:
            raise BrokerUnavailable("away")
        self.entries.extend(log.Entry.model_validate_json(entry) for entry in entries)

    @property
    def ids(self):
        return [entry.event_id for entry in self.entries]


def note(number):
    return log.Entry(event_id=f"n-{number}", event_type="kok_product_search", created_at=NOON)


def fact(**fields):
    row = {
        "event_id": "f-1",
        "kind": "order.placed",
        "topics": ["order:12", "user:7"],
        "body": {"type": "order.placed.v1", "data": {"order": {"order_id": 12}}},
        "created_at": NOON,
    }
    return kernel.OutboxRow(**(row | fields))


async def test_a_fact_keeps_its_id_its_owner_and_its_state():
    """The outbox's event id is the log's; the owner is who has a channel of their own in it."""
    shelf = Shelf()
    await Journal(sink=shelf).append([fact(), fact(event_id="f-2", topics=["schedule"])])
    first, second = shelf.entries
    assert (first.event_id, first.event_type, first.user_id) == ("f-1", "order.placed", 7)
    assert (first.event_data, first.created_at) == ({"order": {"order_id": 12}}, NOON)
    assert second.user_id is None


async def test_a_fact_that_cannot_be_logged_holds_up_no_other():
    """The relay would otherwise bring it again for ever."""
    shelf = Shelf()
    await Journal(sink=shelf).append([fact(kind=""), fact(event_id="f-2")])
    assert shelf.ids == ["f-2"]


async def test_notes_reach_the_stream_in_order():
    """The flushing task carries what requests left."""
    shelf = Shelf()
    journal = Journal(sink=shelf)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(journal.run())
        for number in range(3):
            journal.note(note(number))
        await soon(lambda: len(shelf.entries) == 3)
        task.cancel()
    assert shelf.ids == ["n-0", "n-1", "n-2"]


async def test_notes_wait_while_redis_is_away():
    """Nothing is lost as long as the buffer holds."""
    shelf = Shelf()
    journal = Journal(sink=shelf, chance=lambda: 0.0)
    shelf.away = True
    journal.note(note(1))
    async with asyncio.TaskGroup() as group:
        task = group.create_task(journal.run())
        await soon(journal._noted.is_set)
        journal.note(note(2))
        shelf.away = False
        await soon(lambda: len(shelf.entries) == 2)
        task.cancel()
    assert shelf.ids == ["n-1", "n-2"]
    assert journal.given_up == 0


async def test_a_full_buffer_gives_up_the_oldest_and_counts_them():
    """A request neither waits nor fails, however long Redis is away."""
    shelf = Shelf()
    journal = Journal(sink=shelf, notes_max=3)
    for number in range(5):
        journal.note(note(number))
    await journal.flush()
    assert shelf.ids == ["n-2", "n-3", "n-4"]
    assert journal.given_up == 2


async def test_a_failed_flush_puts_the_notes_back_in_order():
    """Also when newer notes have filled the buffer meanwhile."""
    shelf = Shelf()
    journal = Journal(sink=shelf, notes_max=3)
    for number in range(3):
        journal.note(note(number))
    shelf.away = True
    flushing = asyncio.create_task(journal.flush())
    await asyncio.sleep(0)
    journal.note(note(3))
    (failure,) = await asyncio.gather(flushing, return_exceptions=True)
    assert isinstance(failure, BrokerUnavailable)
    shelf.away = False
    await journal.flush()
    assert shelf.ids == ["n-1", "n-2", "n-3"]
    assert journal.given_up == 1


async def test_many_notes_travel_in_batches():
    """One round trip carries a bounded number."""
    shelf = Shelf()
    journal = Journal(sink=shelf)
    for number in range(near.BATCH + 1):
        journal.note(note(number))
    await journal.flush()
    assert len(shelf.entries) == near.BATCH + 1
