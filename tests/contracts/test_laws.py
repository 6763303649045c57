"""The law of every topic: an old snapshot plus the events is the new snapshot."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from fakeredis import FakeAsyncRedis, FakeServer
from redis.asyncio import Redis

from channels.broker import BrokerUnavailable
from channels.broker.redis import RedisBroker
from channels.codes import PERMISSION_DENIED
from channels.hub import Hub
from channels.limits import Limits
from channels.protocol import Refused, SubscribeRequest
from channels.relay import Relay
from channels.snapshots import Snapshots
from channels.stream import Streams
from domain import homeshopping, kernel, kok, notification, order, payment
from domain.kernel import LiveId, OrderId, UserId
from domain.order import OrderStatus
from domain.payment import PaymentStatus
from server.wiring import topics
from tests.shop import (
    DELAYS,
    NOON,
    WINDOW,
    Provider,
    a_broadcast,
    a_kok_product,
    a_product,
    a_till,
    a_user,
    open_shop,
)


class Unwritten:
    """A journal nobody reads."""

    async def append(self, rows):
        """Take them."""


@dataclass(eq=False)
class Ear:
    """A client that keeps what it is told."""

    user_id: UserId | None = None
    session_id: str | None = None
    heard: list[dict[str, Any]] = field(default_factory=list)
    torn: bool = False
    direct: None = None

    def offer(self, subscription, batch):
        self.heard += [orjson.loads(each.publication.data) for each in batch.said]

    def lost(self, subscription):
        self.torn = True

    def close(self, code):
        self.torn = True


@dataclass
class Wire:
    """The channel layer between a database and one client."""

    db: kernel.Database
    broker: RedisBroker
    streams: Streams
    relay: Relay

    async def join(self, channel, who):
        """Return the client, its subscription and the snapshot it starts from."""
        ear = Ear(who)
        subscription, result = await self.streams.join(ear, SubscribeRequest(channel=channel))
        self.streams.admit(subscription)
        return ear, subscription, orjson.loads(result.data)

    async def told(self):
        """Relay everything that was committed and wait until it was delivered."""
        while await self.relay.relay_once():
            pass
        await self.broker.round_trip()
        await asyncio.sleep(0)  # a feed hands on at the end of the turn


@pytest.fixture(params=["fakeredis", "redis"])
def redis(request):
    """Both kinds of Redis in turn."""
    if request.param == "fakeredis":
        return FakeAsyncRedis(server=FakeServer())
    return Redis.from_url(request.getfixturevalue("redis_url"))


@pytest.fixture
async def wire(db, redis):
    """A running channel layer."""
    hub, broker = Hub(), RedisBroker(redis, prefix="law")
    known = topics(broker, lambda: NOON)
    streams = Streams(hub, broker, Snapshots(db, known), Limits())
    relay = Relay(db, broker, known, lambda: NOON, Unwritten())
    running = asyncio.create_task(broker.run(hub))
    yield Wire(db, broker, streams, relay)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await redis.aclose()


@pytest.fixture
async def who(db):
    """A buyer in a shop that is open."""
    async with db.sessions.begin() as session:
        await open_shop(session)
        await a_product(session, stock=3)
        await a_kok_product(session)
        await a_broadcast(session)
        return await a_user(session)


@pytest.fixture
async def live_id(db, who):
    """The broadcast that was planned."""
    async with db.reads() as session:
        (planned,) = (
            await homeshopping.day_schedule(session, kernel.business_day(NOON))
        ).broadcasts
    return LiveId(planned.live_id)


def newest(*views):
    return max(views, key=lambda view: view["version"])


def fold(channel, snapshot, events):
    """Apply events to a snapshot as a client does: per entity, the higher version is kept."""
    state = orjson.loads(orjson.dumps(snapshot))
    for event in events:
        FOLDS[channel.partition(":")[0]](state, event["data"])
    return state


def fold_order(state, data):
    for name in data.keys() & {"order", "payment"}:
        state[name] = newest(*filter(None, (state[name], data[name])))


def fold_live(state, data):
    if "broadcast" in data:
        state["broadcast"] = newest(state["broadcast"], data["broadcast"])
    else:
        state["viewers"] = data["viewers"]


def fold_product(state, data):
    state["product"] = newest(state["product"], data["product"])


def fold_schedule(state, data):
    _put(state["broadcasts"], data["broadcast"], "live_id")
    state["broadcasts"] = sorted(
        (b for b in state["broadcasts"] if _day(b) == state["date"]),
        key=lambda b: (b["starts_at"], b["live_id"]),
    )


def fold_user(state, data):
    if "order" in data:
        _put(state["orders"], data["order"], "order_id")
        state["orders"] = sorted(state["orders"], key=lambda each: -each["order_id"])[:10]
    if "inbox" in data:
        state["inbox"] = newest(state["inbox"], data["inbox"])
        told = {**data["notification"], "version": data["inbox"]["version"]}
        _put(state["notifications"], told, "notification_id")
        state["notifications"] = sorted(
            state["notifications"], key=lambda each: -each["notification_id"]
        )[:20]


FOLDS = {
    "order": fold_order,
    "live": fold_live,
    "product": fold_product,
    "schedule": fold_schedule,
    "user": fold_user,
}


def _put(views, view, key):
    old = next((each for each in views if each[key] == view[key]), None)
    if old is not None:
        views.remove(old)
    kept = view if old is None or view["version"] >= old.get("version", 0) else old
    views.append(kept)


def _day(broadcast):
    return str(kernel.business_day(datetime.fromisoformat(broadcast["starts_at"])))


async def buy(db, who, now=NOON):
    async with db.sessions.begin() as session:
        placed = await order.place_homeshopping(
            session, 1001, quantity=1, buyer=who, now=now, pay_within=WINDOW
        )
        return OrderId(placed.order_id)


async def react(db):
    async with db.sessions.begin() as session:
        await kernel.react(session, notification.hear, limit=100)


async def law(wire, channel, who, act):
    """Join, let things happen, and compare with what a late-comer is shown."""
    ear, subscription, old = await wire.join(channel, who)
    await act()
    await react(wire.db)
    await wire.told()
    _, _, fresh = await wire.join(channel, who)
    assert not ear.torn
    assert ear.heard, "something was told"
    assert _plain(fold(channel, old, ear.heard)) == _plain(fresh)
    wire.streams.leave(subscription)


def _plain(state):
    """Leave out what the fold added to tell versions apart."""
    for each in state.get("notifications", ()):
        each.pop("version", None)
    return state


@pytest.mark.parametrize("verdict", [PaymentStatus.COMPLETED, PaymentStatus.FAILED])
async def test_the_law_of_an_order(wire, who, verdict):
    """From the first payment to the door, or to the cancellation."""
    order_id, provider = await buy(wire.db, who), Provider()
    till = a_till(wire.db, provider, lambda: NOON)

    async def pay_and_ship():
        begun = await payment.begin(till, order_id, by=who)
        async with wire.db.sessions.begin() as session:
            decided = provider.decide(begun.tx_id, verdict, begun.amount)
            await payment.settle(session, order_id, decided, now=NOON, delays=DELAYS)
        for step in (1, 3, 6):
            async with wire.db.sessions.begin() as session:
                later = NOON + timedelta(seconds=step)
                await order.advance_due(session, now=later, delays=DELAYS, limit=10)

    await law(wire, f"order:{order_id}", who, pay_and_ship)


async def test_the_law_of_a_user(wire, who):
    """Orders, inbox and unread number, however many there are."""
    first = await buy(wire.db, who)
    await react(wire.db)
    await wire.told()

    async def live_on():
        await buy(wire.db, who)
        async with wire.db.sessions.begin() as session:
            mine = await order.lock(session, first)
            await order.move(session, mine, OrderStatus.CANCELLED, by=who, now=NOON)
        await react(wire.db)
        async with wire.db.sessions.begin() as session:
            newest_one, *_ = await notification.newest(session, by=who, limit=1)
            await notification.mark_read(session, newest_one.notification_id, by=who, now=NOON)

    await law(wire, f"user:{who}", who, live_on)


@pytest.mark.parametrize("channel", ["live:{}", "schedule"])
async def test_the_law_of_broadcasts(wire, who, live_id, channel):
    """Announced, begun, pinned, repriced, sold out, back, and over."""

    async def go_on():
        async with wire.db.sessions.begin() as session:
            later = NOON + timedelta(minutes=25)
            lead = timedelta(minutes=10)
            await homeshopping.announce_due(session, now=later, lead=lead, limit=10)
        async with wire.db.sessions.begin() as session:
            await homeshopping.start_due(session, now=NOON + timedelta(minutes=30), limit=10)
        async with wire.db.sessions.begin() as session:
            await homeshopping.pin(session, live_id, now=NOON)
        async with wire.db.sessions.begin() as session:
            await homeshopping.change_price(session, 1001, dc_rate=50, dc_price=6_000, now=NOON)
        bought = [await buy(wire.db, who) for _ in range(3)]
        async with wire.db.sessions.begin() as session:
            mine = await order.lock(session, bought[0])
            await order.move(session, mine, OrderStatus.CANCELLED, by=who, now=NOON)
        async with wire.db.sessions.begin() as session:
            await homeshopping.end_due(session, now=NOON + timedelta(hours=2), limit=10)

    await law(wire, channel.format(live_id), None, go_on)


async def test_the_law_of_the_schedule_when_broadcasts_come_move_and_go(wire, live_id):
    """A new one appears, one moves to tomorrow and disappears, one is cancelled."""

    async def replan():
        async with wire.db.sessions.begin() as session:
            await a_broadcast(session, starts_at=NOON + timedelta(hours=3))
            other = await a_broadcast(session, starts_at=NOON + timedelta(hours=5))
            await homeshopping.cancel(session, LiveId(other.live_id), now=NOON)
        async with wire.db.sessions.begin() as session:
            tomorrow = NOON + timedelta(days=1)
            await homeshopping.reschedule(
                session,
                live_id,
                starts_at=tomorrow,
                ends_at=tomorrow + timedelta(hours=1),
                now=NOON,
            )

    await law(wire, "schedule", None, replan)


@pytest.mark.parametrize("sku", ["hs-1001", "kok-5001"])
async def test_the_law_of_a_product(wire, who, sku):
    """Price and stock, from both shops."""

    async def sell():
        if sku.startswith("hs"):
            await buy(wire.db, who)
            async with wire.db.sessions.begin() as session:
                await homeshopping.change_price(session, 1001, dc_rate=5, dc_price=9_000, now=NOON)
        else:
            async with wire.db.sessions.begin() as session:
                await kok.change_price(session, 5001, rate=30, price=7_000, now=NOON)

    await law(wire, f"product:{sku}", None, sell)


async def test_a_relay_that_dies_between_publishing_and_marking_repeats_itself_unheard(wire, who):
    """Publishing twice is publishing once, because the event's id is the key."""
    order_id = await buy(wire.db, who)
    ear, _, _ = await wire.join(f"order:{order_id}", who)
    async with wire.db.reads() as session:
        rows = await kernel.unsent(session, limit=100)
    await wire.broker.publish_many([entry for row in rows for entry in wire.relay._entries(row)])

    await wire.told()  # another relay finds the rows unmarked

    assert [event["type"] for event in ear.heard] == ["order.placed.v1"]
    async with wire.db.reads() as session:
        assert await kernel.lag(session) == (0, None)


async def test_what_was_committed_while_redis_was_gone_is_told_when_it_is_back(wire, who):
    """The outbox waits; nothing is lost and nothing is told twice."""
    order_id = await buy(wire.db, who)
    ear, _, _ = await wire.join(f"order:{order_id}", who)

    class Gone(RedisBroker):
        async def publish_many(self, entries):
            raise BrokerUnavailable

    broken = Relay(
        wire.db, Gone(FakeAsyncRedis(), prefix="x"), wire.relay.topics, lambda: NOON, Unwritten()
    )
    with pytest.raises(BrokerUnavailable):
        await broken.relay_once()
    assert ear.heard == []

    await wire.told()

    assert [event["type"] for event in ear.heard] == ["order.placed.v1"]


@pytest.mark.parametrize("channel", ["order:{order}", "user:{user}"])
@pytest.mark.parametrize("stranger", [None, UserId(999)])
async def test_no_channel_opens_to_a_stranger(wire, who, channel, stranger):
    """Whether it exists is not theirs to know."""
    order_id = await buy(wire.db, who)

    with pytest.raises(Refused) as refusal:
        await wire.join(channel.format(order=order_id, user=who), stranger)

    assert refusal.value.refusal is PERMISSION_DENIED


@pytest.mark.parametrize("name", ["live:0{live}", "live:00", "live:{live} ", "user:0{user}"])
async def test_a_number_names_one_channel_only(wire, who, live_id, name):
    """Written otherwise it would be a channel on which nobody ever speaks."""
    with pytest.raises(Refused):
        await wire.join(name.format(live=live_id, user=who), who)
