"""Whatever happens to Redis, a broker admits it and says when messages may have been missed."""

import asyncio
from contextlib import closing

import pytest

from channels.broker import BrokerUnavailable
from channels.broker.names import PARTITIONS, partition
from tests.contracts.rooms import opened, publish
from tests.engines import Cluster, Redis, engine_room
from tests.patience import until

SECONDS = 30.0  # elections take their time


@pytest.fixture(params=["redis", "sentinels", "cluster"])
async def place(request):
    """A real Redis of each kind in turn."""
    async with opened(request.getfixturevalue(f"own_{request.param}")) as room:
        yield room


@pytest.fixture(scope="module")
def resilient_cluster():
    """A cluster whose nodes have replicas."""
    with engine_room() as root, closing(Cluster(root, replicas=True)) as engine:
        engine.start()
        yield engine


async def published(broker, channel, number):
    """Publish, trying until it works."""

    async def tried():
        try:
            return await publish(broker, channel, number, key=f"{channel}@{number}")
        except BrokerUnavailable:
            return None

    return await until(tried, seconds=SECONDS)


async def test_an_outage_is_admitted_and_ends_in_a_resumption(room):
    """Calls fail, health turns red, and when Redis is back the audience is told of the gap.

    Behind sentinels it is another server that is back.
    """
    broker, ears = await room.broker()
    await broker.subscribe("a")
    await publish(broker, "a", 1)
    await broker.round_trip()
    before = ears.gaps
    await room.lights_out()
    with pytest.raises(BrokerUnavailable):
        await publish(broker, "a", 2)
    await until(lambda: not broker.healthy)
    await room.lights_on()
    await until(lambda: broker.healthy, seconds=SECONDS)
    await published(broker, "a", 3)
    await broker.round_trip()

    assert ears.gaps > before
    assert ears.heard[-1][2] == b"3"


async def test_nobody_is_let_in_while_redis_is_away(room):
    """Subscribing fails in time, and works afterwards."""
    broker, ears = await room.broker()
    await room.lights_out()
    with pytest.raises(BrokerUnavailable):
        await broker.subscribe("late")
    await room.lights_on()
    await until(lambda: broker.healthy, seconds=SECONDS)
    await broker.subscribe("late")
    await published(broker, "late", 1)
    await until(lambda: ("late", 1, b"1") in ears.heard)


@pytest.mark.parametrize("durable", [True, False])
async def test_what_redis_kept_is_gone_on_with_and_what_it_lost_is_admitted(durable):
    """With its data the epoch stays and offsets go on; without, another epoch begins."""
    with engine_room() as root, closing(Redis(root, appendonly=durable)) as engine:
        engine.start()
        async with opened(engine) as room:
            broker, ears = await room.broker()
            await broker.subscribe("a")
            [first] = await publish(broker, "a", 1)
            await broker.round_trip()
            await room.lights_out()
            await room.lights_on()
            await until(lambda: ears.gaps == 2 and broker.healthy)
            now = (await broker.positions(["a"]))["a"]
            [second] = await published(broker, "a", 2)

            assert now == (first if durable else type(first)("", 0))
            assert second.offset == (2 if durable else 1)
            assert (second.epoch == first.epoch) is durable


async def test_a_frozen_server_is_noticed_and_heard_again(place):
    """Its sockets stay open and say nothing; health turns red all the same."""
    broker, ears = await place.broker()
    await broker.subscribe("a")
    await publish(broker, "a", 1)
    await broker.round_trip()
    before, frozen = ears.gaps, place.masters[0]
    if isinstance(place.engine, Cluster):
        slot = place.client.keyslot(f"{{{partition('a')}}}")
        frozen = next(server for server in place.masters if server.owns(slot))
    frozen.freeze()
    try:
        await until(lambda: not broker.healthy)
    finally:
        frozen.thaw()
    await until(lambda: broker.healthy and ears.gaps > before, seconds=SECONDS)
    await published(broker, "a", 2)
    await until(lambda: ears.heard[-1][2] == b"2", seconds=SECONDS)


async def test_a_cluster_without_one_of_its_nodes_is_not_healthy(own_cluster):
    """Channels of the other nodes go on, and are not told of a gap they did not have."""
    async with opened(own_cluster) as room:
        broker, ears = await room.broker()
        gone = own_cluster.servers[0]
        slots = {p: room.client.keyslot(f"{{{p}}}") for p in range(PARTITIONS)}
        lost = {p for p, slot in slots.items() if gone.owns(slot)}
        channel = next(c for c in map("c{}".format, range(99)) if partition(c) not in lost)
        await broker.subscribe(channel)
        assert len(broker._lines.beats) == 3
        gone.kill()
        await until(lambda: not broker.healthy)
        await asyncio.to_thread(own_cluster.mend)
        await until(lambda: broker.healthy, seconds=SECONDS)
        await published(broker, channel, 1)
        await until(lambda: (channel, 1, b"1") in ears.heard)


async def test_a_replica_takes_over_its_partitions(resilient_cluster):
    """A node that is gone for good: its channels are heard from the heir, after a resumption."""
    async with opened(resilient_cluster) as room:
        broker, ears = await room.broker()
        channels = [f"c{n}" for n in range(40)]
        await asyncio.gather(*map(broker.subscribe, channels))
        before = ears.gaps
        resilient_cluster.servers[0].kill()
        await until(lambda: not broker.healthy)
        await until(lambda: broker.healthy, seconds=SECONDS)
        for channel in channels:
            await published(broker, channel, 1)
        await until(lambda: {name for name, _, _ in ears.heard} == set(channels))

        assert ears.gaps > before
        await asyncio.to_thread(resilient_cluster.mend)


async def test_a_moved_partition_is_followed(own_cluster):
    """Resharding a slot: the channel is heard from its new node, after a resumption."""
    async with opened(own_cluster) as room:
        broker, ears = await room.broker()
        await broker.subscribe("a")
        before = ears.gaps
        slot = room.client.keyslot(f"{{{partition('a')}}}")
        await room.client.flushall()
        await asyncio.to_thread(own_cluster.move, slot)
        await until(lambda: ears.gaps > before and broker.healthy, seconds=SECONDS)
        await published(broker, "a", 1)
        await until(lambda: ears.heard)

        assert ears.heard == [("a", 1, b"1")]
