"""Each number of the channel layer moves when it should, and by how much it should."""

from datetime import timedelta

import pytest
from prometheus_client import REGISTRY, generate_latest

from channels import api, gauging
from channels.codes import UNSUBSCRIBED, Code
from channels.limits import Limits
from channels.metrics import SECONDS, Fanout, Metrics
from domain import kernel
from tests.channels.toys import soon

SPOKEN = {"transport": "", "codec": "json"}  # a toy's wire comes by no door


@pytest.fixture
def limits() -> Limits:
    """A close takes no time; a ping comes when a test turns the wheel."""
    return Limits(drain_seconds=0, presence_seconds=600, ping_seconds=600, pong_seconds=500)


@pytest.fixture
def number(live):
    """Read one number."""

    def number(name, **labels):
        gauging.look(live.hub, live.parts.broker, live.parts.metrics)
        return live.parts.metrics.registry.get_sample_value(f"uhok_live_{name}", labels) or 0

    return number


class Lefts:
    """Notes how many connections were left when one was closed."""

    def __init__(self, number) -> None:
        self.seen = []
        self._number = number

    def watch(self, phone) -> None:
        """Note it when this one is."""
        end = phone.wire.end

        def noted(code) -> None:
            self.seen.append(self._number("draining"))
            end(code)

        phone.wire.end = noted


@pytest.fixture
def lefts(number) -> Lefts:
    return Lefts(number)


def moved(metrics):
    """Return the names of the metrics that are not as they began."""
    return {
        family.name
        for family in metrics.registry.collect()
        if any(sample.value for sample in family.samples if not sample.name.endswith("_created"))
    }


async def test_connections_are_counted_in_and_out(phones, live, number):
    """By how they speak; and why they ended: ours to say, or the client's own going."""
    one, two, three = phones(live), phones(live), phones(live)
    await one.connects("7")
    await two.connects("7")
    await three.connects()
    assert number("connections", **SPOKEN) == 3
    assert number("users") == 1
    one.connection.close(None)
    await live.disconnect(client=two.connection.client)
    three.connection.close(Code(4321, "somebody else's"))
    assert number("connections", **SPOKEN) == 0
    assert number("accepted_total", **SPOKEN) == 3
    assert number("users") == 0
    assert [number("closes_total", code=code) for code in ("gone", "3503", "other")] == [1, 1, 1]


async def test_subscriptions_are_counted_by_what_became_of_the_past(phone, live, toy, number):
    """Fresh, recovered with what was missed, or honestly not."""
    await phone.connects()
    epoch = (await phone.subscribes("thing:a"))["epoch"]
    assert (number("subscriptions"), number("channels")) == (1, 1)
    for _ in range(3):
        await toy.move(live, "thing:a")
    await phone.pubs(3)
    for wish in ({"offset": 1, "epoch": epoch}, {"offset": 1, "epoch": "another"}):
        await phone.asks("unsubscribe", channel="thing:a")
        await phone.subscribes("thing:a", recover=True, **wish)
    outcomes = ("fresh", "recovered", "unrecovered")
    assert [number("subscribes_total", outcome=each) for each in outcomes] == [1, 1, 1]
    assert number("recovered_publications_sum") == 2
    await live.unsubscribe("thing:a")
    assert number("unsubscribes_total", code=str(UNSUBSCRIBED.code)) == 1
    assert (number("subscriptions"), number("channels")) == (0, 0)


async def test_commands_and_their_errors_are_counted(phone, number):
    """Each by its name, and the errors by their numbers, whatever the outcome."""
    await phone.connects()
    await phone.subscribes("nowhere:1")
    await phone.subscribes("thing:a")
    assert number("command_seconds_count", command="connect") == 1
    assert number("command_seconds_count", command="subscribe") == 2
    assert number("refusals_total", code="102") == 1


async def test_messages_are_counted_once_and_deliveries_for_each(phones, live, number):
    """Two messages to three listeners are six deliveries, of so many bytes."""
    ears = [phones(live) for _ in range(3)]
    for ear in ears:
        await ear.connects()
        await ear.subscribes("room:1")
    for n in range(2):
        await api.call(live, "publish", {"channel": "room:1", "data": n})
    for ear in ears:
        await ear.pubs(2)
    assert number("messages_total") == 2
    assert number("deliveries_total") == 6
    pushed = len(b'{"push":{"channel":"room:1","pub":{"data":0,"offset":1}}}')
    # Both in one frame, with a newline between them, or each in its own.
    assert 6 * pushed <= number("delivered_bytes_total") <= 6 * pushed + 3
    assert number("published_total", source="api") == 2
    assert 1 <= number("fanout_seconds_count") <= 2
    assert 0 < number("fanout_seconds_sum") < 5


async def test_what_clients_publish_is_theirs(phone, number):
    """Told apart from what the shop and its servers say."""
    await phone.connects()
    await phone.subscribes("mute:1")
    phone.says({"id": 9, "publish": {"channel": "mute:1", "data": 1}})
    await soon(lambda: number("published_total", source="client") == 1)


async def test_a_pong_tells_how_long_it_took(phone, live, number):
    """A pong that nobody asked for tells nothing."""
    await phone.connects()
    phone.says({})
    assert number("ping_seconds_count") == 0
    phone.connection.ping()
    phone.says({})
    assert number("ping_seconds_count") == 1
    assert 0 < number("ping_seconds_sum") < 5


async def test_the_slowest_client_is_seen(phones, live, number):
    """What the client that is furthest behind has yet to take."""
    quick, slow = phones(live), phones(live)
    slow.wire.full = 12_345
    assert number("pending_bytes_max") == 12_345
    slow.connection.close(None)
    assert number("pending_bytes_max") == quick.connection.pending == 0


async def test_the_line_through_redis_is_watched(live, number):
    """How long a heartbeat takes, and how often all channels were heard anew."""
    assert number("pubsub_connects_total") == 1
    assert 0 < number("pubsub_round_trip_seconds") < 5
    live.hub.resumed()
    assert number("pubsub_connects_total") == 2


async def test_a_drain_says_how_many_are_left(phones, live, number, lefts):
    """In two steps: half of them, none."""
    for _ in range(4):
        lefts.watch(phones(live))
    await live.hub.drain(0.2, live.parts.chance)
    assert lefts.seen == [4, 4, 2, 2]
    assert number("draining") == 0


def test_batches_are_sorted_by_how_long_they_took():
    """Into powers of two of a tick of 61 µs; what is longer than all is counted, too."""
    metrics, fanout = Metrics(), Fanout()
    assert metrics.fanout.took == fanout.took == [0] * 18

    class Three:
        said = (1, 2, 3)
        size = 20

    for seconds in (0.0, 50e-6, 100e-6, 0.003, 3.0, 100.0):
        metrics.fanout.add(Three(), 2, seconds)
    metrics.hand_over()
    metrics.hand_over()  # of which the second has nothing left
    read = metrics.registry.get_sample_value
    le = [(f"{2**n / 16384}", count) for n, count in ((0, 2), (1, 3), (6, 4), (15, 4), (16, 5))]
    for bound, count in [*le, ("+Inf", 6)]:
        assert read("uhok_live_fanout_seconds_bucket", {"le": bound}) == count, bound
    assert read("uhok_live_fanout_seconds_sum") == pytest.approx(103.00315)
    assert read("uhok_live_fanout_seconds_count") == 6
    assert read("uhok_live_messages_total") == 18
    assert read("uhok_live_deliveries_total") == 36
    assert read("uhok_live_delivered_bytes_total") == 120


def test_two_layers_in_a_process_count_for_themselves():
    """Each has a registry; the library's global one stays empty of us."""
    one, two = Metrics(), Metrics()
    one.connects.inc()
    assert two.registry.get_sample_value("uhok_live_pubsub_connects_total") == 0
    assert b"uhok" not in generate_latest(REGISTRY)
    assert sorted(SECONDS) == list(SECONDS)


class Moved(kernel.Event):
    """Something moved."""

    kind = "toy.moved"

    @property
    def subject(self):
        return "thing/a"

    @property
    def topics(self):
        return ("thing:a",)


async def test_no_number_is_declared_that_nothing_moves(phones, live, toy, db, lefts, number):
    """A day in the life of a channel layer moves every one of them."""
    metrics, one, slow = live.parts.metrics, phones(live), phones(live)
    lefts.watch(one)
    await one.connects("7")
    epoch = (await one.subscribes("thing:a"))["epoch"]
    await toy.move(live, "thing:a")
    await toy.move(live, "thing:a")
    await one.pubs(2)
    await one.asks("unsubscribe", channel="thing:a")
    await one.subscribes("thing:a", recover=True, offset=1, epoch=epoch)
    await one.subscribes("nowhere:1")
    one.connection.ping()
    one.says({})
    slow.wire.full = 1
    async with db.sessions.begin() as session:
        kernel.emit(session, Moved(at=kernel.utc_now() - timedelta(seconds=1)))
    await live.relay.relay_once()
    assert number("channels") == 1
    seen = moved(metrics)
    await live.unsubscribe("thing:a")
    await live.hub.drain(0, live.parts.chance)
    seen |= moved(metrics) | ({"uhok_live_draining"} if any(lefts.seen) else set())
    assert {family.name for family in metrics.registry.collect()} - seen == set()
