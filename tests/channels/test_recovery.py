"""A client that comes back gets exactly what it missed, or is told that it cannot."""

import asyncio
import random

import pytest

from channels.broker import BrokerUnavailable, Entry, History, Position, Publication, Retention
from channels.hub import Hub
from channels.limits import Limits
from channels.positions import PositionWatch
from channels.recovery import Torn, continuation, missed, newest
from channels.subscription import Subscription
from channels.watch import Watch


def pubs(*offsets: int) -> tuple[Publication, ...]:
    return tuple(Publication(offset, b"%d" % offset) for offset in offsets)


def held(*offsets: int, epoch: str = "e") -> list[tuple[str, Publication]]:
    return [(epoch, publication) for publication in pubs(*offsets)]


@pytest.mark.parametrize(
    ("asked", "top", "kept", "given"),
    [
        (Position("e", 3), 5, (4, 5), (4, 5)),
        (Position("e", 5), 5, (), ()),
        (Position("", 0), 2, (1, 2), (1, 2)),
        (Position("", 0), 0, (), ()),
        (Position("e", 1), 5, (4, 5), None),  # trimmed
        (Position("e", 3), 5, (4,), None),  # more than the cap
        (Position("e", 3), 5, (), None),  # expired
        (Position("e", 9), 5, (), None),  # ahead of us
        (Position("x", 3), 5, (4, 5), None),  # another epoch
        (Position("_", 0), 2, (1, 2), None),  # the client wants no recovery to succeed
    ],
)
def test_all_that_was_missed_or_nothing(asked, top, kept, given):
    """Never a partial list."""
    found = missed(asked, History(Position("e", top), pubs(*kept)))
    assert found == (None if given is None else pubs(*given))


@pytest.mark.parametrize(
    ("asked", "kept", "given"),
    [
        (Position("e", 5), (5,), ()),
        (Position("e", 2), (5,), (5,)),
        (Position("x", 7), (5,), (5,)),
        (Position("x", 7), (), None),
    ],
)
def test_of_a_last_value_only_the_newest_counts(asked, kept, given):
    """Whatever the client missed, and in whatever epoch."""
    found = newest(asked, History(Position("e", 5), pubs(*kept)))
    assert found == (None if given is None else pubs(*given))


def test_held_messages_continue_the_history():
    """Sorted, each once, none that the history has, none of another epoch, none ephemeral."""
    live = [*held(6, 4, 7, 6, 0), *held(9, epoch="x")]
    assert continuation(Position("e", 5), live) == [*pubs(6, 7)]


def test_a_hole_among_held_messages_is_no_continuation():
    """It is better to start over than to skip one."""
    with pytest.raises(Torn):
        continuation(Position("e", 5), held(6, 8))


async def test_recovered_messages_come_with_the_reply(phone, toy, live):
    """The client's own offset, and what follows it; afterwards life goes on."""
    await phone.connects()
    first = await phone.subscribes("thing:a")
    for _ in range(3):
        await toy.move(live, "thing:a")
    await phone.pubs(3)
    await phone.asks("unsubscribe", channel="thing:a")
    for _ in range(2):
        await toy.move(live, "thing:a")
    position = {"recover": True, "offset": 3, "epoch": first["epoch"]}
    back = await phone.subscribes("thing:a", **position)
    await toy.move(live, "thing:a")

    assert back == {
        "recoverable": True,
        "positioned": True,
        "epoch": first["epoch"],
        "offset": 3,
        "was_recovering": True,
        "recovered": True,
        "publications": [
            {"data": {"version": 4}, "offset": 4},
            {"data": {"version": 5}, "offset": 5},
        ],
    }
    assert await phone.pubs(1) == [(6, {"version": 6})]


async def test_a_trimmed_history_is_refused_with_a_snapshot(phone, toy, live):
    """The reply says so, carries the top and the state; nothing is lost on the client."""
    await phone.connects()
    for _ in range(9):
        await toy.move(live, "thing:a")
    epoch = (await live.parts.broker.history("thing:a")).top.epoch
    reply = await phone.subscribes("thing:a", recover=True, offset=1, epoch=epoch)

    assert reply["offset"] == 9
    assert reply["was_recovering"]
    assert "recovered" not in reply
    assert reply["data"] == {"version": 9}


async def test_another_epoch_is_refused(phone, toy, live):
    """Even where the offset would fit."""
    await phone.connects()
    await toy.move(live, "thing:a")
    reply = await phone.subscribes("thing:a", recover=True, offset=1, epoch="other")

    assert "recovered" not in reply
    assert reply["data"] == {"version": 1}


async def test_who_prefers_an_error_gets_it(phone, toy, live):
    """Flag 2 asks for 112 instead of a fresh start, and leaves no subscription behind."""
    await phone.connects()
    reply = await phone.subscribes("thing:a", recover=True, offset=7, epoch="e", flag=2)

    assert reply == {"error": {"code": 112, "message": "unrecoverable position"}}
    assert not live.hub.feeds


async def test_a_last_value_is_given_whole(phone, toy, live):
    """One publication stands for all that was missed."""
    await phone.connects()
    for _ in range(4):
        await toy.move(live, "last:a")
    epoch = (await live.parts.broker.history("last:a")).top.epoch
    reply = await phone.subscribes("last:a", recover=True, offset=1, epoch=epoch)
    assert reply["recovered"]
    assert reply["publications"] == [{"data": {"version": 4}, "offset": 4}]

    await phone.asks("unsubscribe", channel="last:a")
    again = await phone.subscribes("last:a", recover=True, offset=4, epoch=epoch)
    assert again["recovered"]
    assert "publications" not in again


async def test_a_live_gap_asks_the_client_to_subscribe_again(phone, toy, live):
    """Code 2500 at once; the message after the hole is never shown."""
    await phone.connects()
    reply = await phone.subscribes("thing:a")
    live.hub.deliver("thing:a", reply["epoch"], Publication(1, b"1"))
    live.hub.deliver("thing:a", reply["epoch"], Publication(1, b"1"))
    assert await phone.pubs(1) == [(1, 1)]
    live.hub.deliver("thing:a", reply["epoch"], Publication(3, b"3"))

    push = (await phone.hears())["push"]
    assert push["unsubscribe"] == {"code": 2500, "reason": "insufficient state"}
    assert not live.hub.feeds


async def test_another_epoch_on_the_line_asks_the_client_to_subscribe_again(phone, live):
    """The stream was created anew under its listeners."""
    await phone.connects()
    await phone.subscribes("thing:a")
    live.hub.deliver("thing:a", "new", Publication(1, b"1"))

    assert (await phone.hears())["push"]["unsubscribe"]["code"] == 2500


async def test_a_silent_loss_is_found_by_comparing_positions(phone, phones, live, toy):
    """Only who is behind is told; who is merely late is waited for."""
    other = phones(live)
    for each in (phone, other):
        await each.connects()
        await each.subscribes("thing:a")
    await phone.subscribes("thing:b")
    feed = live.hub.feed("thing:b")
    await toy.move(live, "thing:b")
    assert await phone.pubs(1) == [(1, {"version": 1})]
    feed.top = Position(feed.top.epoch, 0)  # as if the message had never come
    live.hub.gap.set()

    assert (await phone.hears())["push"]["unsubscribe"]["code"] == 2500
    await toy.move(live, "thing:a")
    assert await other.pubs(1) == [(1, {"version": 1})]
    assert "thing:a" in other.connection.subscriptions


async def test_an_ephemeral_message_moves_no_position(phone, live, toy):
    """Heard by who listens now, and between two that count."""
    await phone.connects()
    await phone.subscribes("thing:a")
    await live.parts.broker.publish(Entry("thing:a", b'"hi"'))
    await toy.move(live, "thing:a")

    assert await phone.pubs(2) == [(0, "hi"), (1, {"version": 1})]


async def test_the_history_command_reads_what_is_kept(phone, live, toy):
    """Position alone, a page, all of it backwards; a foreign epoch is 112."""
    await phone.connects()
    assert (await phone.asks("history", channel="thing:a"))["error"]["code"] == 103
    epoch = (await phone.subscribes("thing:a"))["epoch"]
    for _ in range(3):
        await toy.move(live, "thing:a")
    await phone.pubs(3)

    async def offsets(**wish):
        reply = await phone.asks("history", channel="thing:a", **wish)
        assert reply["offset"] == 3
        assert reply["epoch"] == epoch
        return [each["offset"] for each in reply.get("publications", ())]

    assert await offsets() == []
    assert await offsets(limit=2, since={"offset": 1, "epoch": epoch}) == [2, 3]
    assert await offsets(limit=-1, reverse=True) == [3, 2, 1]
    refused = await phone.asks("history", channel="thing:a", limit=1, since={"epoch": "x"})
    assert refused["error"]["code"] == 112
    refused = await phone.asks("history", channel="thing:a", since={}, reverse=True)
    assert refused["error"]["code"] == 107


def test_retention_counts_in_whole_seconds(toy):
    """What a topic says in days, the broker hears in seconds."""
    assert toy.topics().of("thing:a").retention == Retention(5, 86400)


async def test_nobody_comes_back_to_where_nothing_was_ever_said(phone, live):
    """There may be no such channel, so the snapshot's refusal stands."""
    await phone.connects()
    reply = await phone.subscribes("live:secret", recover=True)
    assert reply["error"]["code"] == 103
    assert not live.hub.feeds


class Hesitant:
    """A broker that does not answer the first time."""

    def __init__(self) -> None:
        self.asked = 0

    async def positions(self, channels):
        self.asked += 1
        if self.asked == 1:
            raise BrokerUnavailable
        return dict.fromkeys(channels, Position("e", 3))

    async def round_trip(self):
        """Nothing is under way."""


async def test_a_comparison_that_failed_is_made_again_soon():
    """Not only when the next one is due, most of a minute later."""
    hub, broker, watcher = Hub(), Hesitant(), Watch()
    hub.join(Subscription("c", watcher, held=None))
    watch = PositionWatch(hub, broker, Limits(again_seconds=0.01), random.Random(7))
    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(watch.run())
        hub.gap.set()
        await watcher.news(within_seconds=10)
        watching.cancel()
    assert broker.asked == 2
