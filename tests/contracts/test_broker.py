"""Every broker keeps the same promises."""

import asyncio
import random
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from uuid import uuid4

import fakeredis
import pytest
import redis.asyncio

from channels.broker import BrokerUnavailable, Entry, Position, Publication, Retention
from channels.broker.redis import RedisBroker

KEEP = Retention(size=3, ttl_seconds=60)


@dataclass
class Ears:
    """Remembers what a broker hands over."""

    heard: list[tuple[str, int, bytes]] = field(default_factory=list)
    epochs: set[str] = field(default_factory=set)
    gaps: int = 0

    def deliver(self, channel: str, position: Position, data: bytes) -> None:
        self.heard.append((channel, position.offset, data))
        self.epochs.add(position.epoch)

    def resumed(self) -> None:
        self.gaps += 1


class Room:
    """A Redis, and any number of processes on it."""

    def __init__(self, client, engine, stack) -> None:
        self.client, self.engine, self.stack = client, engine, stack
        self.prefix = uuid4().hex

    async def broker(self, **signals) -> tuple[RedisBroker, Ears]:
        """Start a process."""
        broker = RedisBroker(
            self.client,
            prefix=self.prefix,
            chance=random.Random(uuid4().int),
            beat_seconds=0.05,
            beat_timeout_seconds=1.0,
        )
        for name, handler in signals.items():
            broker.hear(name, handler)
        ears = Ears()
        tasks = await self.stack.enter_async_context(asyncio.TaskGroup())
        running = tasks.create_task(broker.run(ears))
        self.stack.callback(running.cancel)
        await soon(lambda: broker.healthy)
        return broker, ears

    def lights_out(self) -> None:
        """Take the server away."""
        if self.engine is None:
            self.client.connection_pool.connection_kwargs["server"].connected = False
        else:
            self.engine.kill()

    def lights_on(self) -> None:
        """Bring the server back."""
        if self.engine is None:
            self.client.connection_pool.connection_kwargs["server"].connected = True
        else:
            self.engine.start()


async def soon(condition) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        await asyncio.sleep(0.005)


@pytest.fixture(params=["fake", "real"])
async def room(request):
    async with AsyncExitStack() as stack:
        if request.param == "fake":
            engine = None
            client = fakeredis.FakeAsyncRedis(server=fakeredis.FakeServer())
        else:
            engine = request.getfixturevalue("own_redis")
            client = redis.asyncio.Redis.from_url(engine.url)
        stack.push_async_callback(client.aclose)
        yield Room(client, engine, stack)


@pytest.fixture
async def one(room):
    return await room.broker()


async def publish(broker, channel, *numbers, **options):
    entries = [Entry(channel, b"%d" % n, KEEP, **options) for n in numbers]
    return await broker.publish_many(entries)


async def test_offsets_begin_at_one_and_leave_none_out(one):
    """One offset line per channel, within one epoch."""
    broker, _ = one
    positions = await publish(broker, "a", 1, 2, 3)
    other = await publish(broker, "b", 1)

    assert [each.offset for each in positions + other] == [1, 2, 3, 1]
    assert len({each.epoch for each in positions}) == 1


async def test_the_same_key_is_published_once(one):
    """The repeat is told where the first one went, and nobody hears it."""
    broker, ears = one
    await broker.subscribe("a")
    first, again = [
        *await publish(broker, "a", 1, key="k"),
        *await publish(broker, "a", 2, key="k"),
    ]
    await broker.round_trip()

    assert first == again
    assert ears.heard == [("a", 1, b"1")]
    assert (await publish(broker, "b", 1, key="k"))[0].offset == 1


async def test_history_returns_what_followed_and_the_top(one):
    """Exclusive since, a limit, both directions, and the position alone."""
    broker, _ = one
    epoch = (await publish(broker, "a", 1, 2, 3))[0].epoch
    pubs = [Publication(n, b"%d" % n) for n in (1, 2, 3)]
    top = Position(epoch, 3)

    async def read(**options):
        history = await broker.history("a", **options)
        assert history.top == top
        return list(history.publications)

    assert await read() == []
    assert await read(limit=9) == pubs
    assert await read(since=1, limit=9) == pubs[1:]
    assert await read(since=1, limit=1) == pubs[1:2]
    assert await read(since=3, limit=9) == []
    assert await read(limit=2, reverse=True) == [pubs[2], pubs[1]]
    assert await read(since=2, limit=9, reverse=True) == [pubs[0]]


async def test_history_keeps_exactly_its_size(one):
    """Trimming is exact, and the top does not move by it."""
    broker, _ = one
    await publish(broker, "a", 1, 2, 3, 4, 5)
    history = await broker.history("a", limit=9)

    assert [each.offset for each in history.publications] == [3, 4, 5]
    assert history.top.offset == 5


async def test_the_position_outlives_the_history(room, one):
    """An expired list does not restart the offsets."""
    broker, _ = one
    [first] = await publish(broker, "a", 1)
    await room.client.delete(f"{room.prefix}:stream:a")

    history = await broker.history("a", limit=9)
    assert (history.top, history.publications) == (first, ())
    assert await publish(broker, "a", 2) == [Position(first.epoch, 2)]


async def test_a_lost_position_begins_another_epoch(room, one):
    """Nothing of the former life is given to the readers of the new one."""
    broker, _ = one
    [first, _] = await publish(broker, "a", 1, 2)
    await room.client.delete(f"{room.prefix}:meta:a")

    assert (await broker.positions(["a"]))["a"] == Position("", 0)
    [second] = await publish(broker, "a", 3)
    history = await broker.history("a", limit=9)
    assert second.offset == 1
    assert second.epoch not in {first.epoch, "", "_"}
    assert history.publications == (Publication(1, b"3"),)


async def test_a_position_exists_before_the_first_publication(one):
    """Whoever asks for it and whoever publishes first agree on the epoch."""
    broker, _ = one
    top = (await broker.history("a")).top
    assert top.offset == 0
    assert await publish(broker, "a", 1) == [Position(top.epoch, 1)]


async def test_what_is_published_after_subscribing_is_heard_in_order(room, one):
    """By another process as well as by the publisher, with position and untouched data."""
    broker, ears = one
    other, other_ears = await room.broker()
    await asyncio.gather(broker.subscribe("a"), other.subscribe("a"))
    data = '{"이름":"a b"}'.encode()
    await broker.publish_many([*(Entry("a", b"%d" % n, KEEP) for n in range(9)), Entry("a", data)])
    await other.round_trip()
    await broker.round_trip()

    expected = [*(("a", n + 1, b"%d" % n) for n in range(9)), ("a", 0, data)]
    assert ears.heard == expected
    assert other_ears.heard == expected


async def test_an_ephemeral_message_leaves_no_trace(one):
    """No position, no history."""
    broker, _ = one
    assert await broker.publish(Entry("a", b"1")) is None
    assert (await broker.history("a", limit=9)).publications == ()


async def test_leaving_and_coming_back_at_once_loses_nothing(one):
    """Ten times over, whether or not the server has heard of it in between."""
    broker, ears = one
    await broker.subscribe("a")
    for n in range(10):
        broker.unsubscribe("a")
        if n % 2:
            await broker.round_trip()
        await broker.subscribe("a")
        await publish(broker, "a", n)
    await broker.round_trip()

    assert [data for _, _, data in ears.heard] == [b"%d" % n for n in range(10)]


async def test_a_channel_that_was_left_is_not_heard(one):
    """The server is told."""
    broker, ears = one
    await broker.subscribe("a")
    broker.unsubscribe("a")
    await broker.subscribe("b")
    await broker.round_trip()
    await publish(broker, "a", 1)
    await broker.round_trip()

    assert ears.heard == []


async def test_a_signal_reaches_every_process(room):
    """The one that gives it included."""
    heard: list[tuple[str, bytes]] = []
    first, _ = await room.broker(wake=lambda data: heard.append(("first", data)))
    second, _ = await room.broker(wake=lambda data: heard.append(("second", data)))
    await first.signal("wake", b"up")
    await first.round_trip()
    await second.round_trip()

    assert sorted(heard) == [("first", b"up"), ("second", b"up")]


async def test_a_tally_is_the_sum_of_all_nodes_and_news_for_one(room):
    """Announced at most once a second; a node that counts nobody is gone at once."""
    first, _ = await room.broker()
    second, _ = await room.broker()

    assert (await first.tally("t", 2)).news
    tally = await second.tally("t", 3)
    assert (tally.total, tally.news) == (5, False)
    assert await first.total("t") == 5
    assert (await second.tally("t", 0)).total == 2


async def test_an_outage_is_admitted_and_ends_in_a_resumption(room):
    """Calls fail, health turns red, and when the server is back the audience is told of the gap."""
    broker, ears = await room.broker()
    await broker.subscribe("a")
    await publish(broker, "a", 1)
    assert ears.gaps == 1
    room.lights_out()
    with pytest.raises(BrokerUnavailable):
        await publish(broker, "a", 2)
    await soon(lambda: not broker.healthy)
    room.lights_on()
    await soon(lambda: broker.healthy)
    await publish(broker, "a", 3)
    await broker.round_trip()

    assert ears.gaps == 2
    assert ears.heard[-1][2] == b"3"
