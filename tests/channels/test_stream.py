"""Whoever joins late and whoever joined early end up seeing the same."""

import asyncio

import pytest

from channels.broker import Publication
from tests.channels.toys import soon


def newest(snapshot, publications):
    """Keep the higher version, as every client does."""
    return max([snapshot, *(data for _, data in publications)], key=lambda view: view["version"])


async def test_an_old_snapshot_plus_the_events_is_the_new_snapshot(phones, live, toy):
    """The law of every topic."""
    early, late = phones(live), phones(live)
    await early.connects()
    await late.connects()
    old = (await early.subscribes("thing:a"))["data"]
    for _ in range(3):
        await toy.move(live, "thing:a")
    new = (await late.subscribes("thing:a"))["data"]

    assert newest(old, await early.pubs(3)) == new


async def test_what_happens_between_position_and_snapshot_comes_after_the_reply(phone, live, toy):
    """It is in the snapshot already, and hearing of it again does no harm."""

    async def meanwhile():
        toy.meanwhile = None
        await toy.move(live, "thing:a")
        await live.parts.broker.round_trip()

    toy.meanwhile = meanwhile
    await phone.connects()
    reply = await phone.subscribes("thing:a")

    assert (reply.get("offset", 0), reply["data"]) == (0, {"version": 1})
    assert await phone.pubs(1) == [(1, {"version": 1})]


async def test_what_happens_while_recovering_is_part_of_the_reply(phone, live, toy):
    """Neither doubled as a push nor left out."""

    async def meanwhile():
        toy.meanwhile = None
        await toy.move(live, "thing:a")
        await live.parts.broker.round_trip()

    await phone.connects()
    epoch = (await phone.subscribes("thing:a"))["epoch"]
    await phone.asks("unsubscribe", channel="thing:a")
    await toy.move(live, "thing:a")
    toy.meanwhile = meanwhile
    reply = await phone.subscribes("thing:a", recover=True, offset=0, epoch=epoch)
    await toy.move(live, "thing:a")

    assert [each["offset"] for each in reply["publications"]] == [1, 2]
    assert await phone.pubs(1) == [(3, {"version": 3})]


async def test_a_hole_while_recovering_ends_the_connection(phone, live, toy):
    """Code 3010: the client comes back and starts from what it has."""

    async def meanwhile():
        toy.meanwhile = None
        top = (await live.parts.broker.history("thing:a")).top
        live.hub.deliver("thing:a", top.epoch, Publication(top.offset + 2, b"2"))

    toy.meanwhile = meanwhile
    await phone.connects()
    phone.says({"id": 2, "subscribe": {"channel": "thing:a"}})
    await phone.is_closed_with(3010)
    assert not live.hub.feeds


async def test_a_gap_in_the_line_while_joining_is_a_reason_to_try_again(phone, live, toy):
    """The client is not told that all is well when nobody can know."""

    async def meanwhile():
        toy.meanwhile = None
        live.hub.resumed()

    toy.meanwhile = meanwhile
    await phone.connects()
    reply = await phone.subscribes("thing:a")
    assert reply["error"] == {"code": 100, "message": "internal server error", "temporary": True}
    assert "data" in await phone.subscribes("thing:a")


@pytest.mark.parametrize(
    ("channel", "code"),
    [
        ("thing:secret", 103),
        ("mine:8", 103),
        ("thing:bad name", 107),
        ("thing:busy", 100),
        ("thing", 102),
        ("thing:", 102),
        ("nothing:1", 102),
        ("thing:가", 107),
        ("thing:" + "x" * 250, 107),
    ],
)
async def test_who_may_not_listen_hears_nothing(phone, live, toy, channel, code):
    """An error, no subscription, and not a word of what happens there."""
    await phone.connects("7")
    reply = await phone.subscribes(channel)

    assert reply["error"]["code"] == code
    assert phone.connection.subscriptions == {}
    assert not live.hub.feeds
    assert (await phone.subscribes("mine:7"))["data"] == {"version": 0}


async def test_a_client_that_leaves_while_joining_leaves_nothing_behind(phone, live, toy):
    """The half-made subscription goes with it."""
    entered = asyncio.Event()

    async def meanwhile():
        entered.set()
        await asyncio.Event().wait()

    toy.meanwhile = meanwhile
    await phone.connects()
    phone.says({"id": 2, "subscribe": {"channel": "thing:a"}})
    await entered.wait()
    phone.connection.close(None)

    await soon(lambda: not live.hub.feeds)


async def test_two_workers_tell_the_same_story(worker, phones, toy):
    """What one publishes, the other's listeners hear."""
    one, two = await worker(), await worker()
    here, there = phones(one), phones(two)
    for each in (here, there):
        await each.connects()
        await each.subscribes("thing:a")
    await toy.move(one, "thing:a")
    await toy.move(two, "thing:a")

    assert await here.pubs(2) == await there.pubs(2)


async def test_ten_times_on_and_off_keeps_the_order(phone, live, toy):
    """All in one frame, before any answer."""
    await phone.connects()
    commands = []
    for n in range(10):
        commands.append({"id": 10 + 2 * n, "subscribe": {"channel": "thing:a"}})
        commands.append({"id": 11 + 2 * n, "unsubscribe": {"channel": "thing:a"}})
    phone.says(*commands, {"id": 99, "subscribe": {"channel": "thing:a"}})
    replies = [await phone.hears() for _ in range(21)]
    await toy.move(live, "thing:a")

    assert [reply["id"] for reply in replies] == [*range(10, 30), 99]
    assert not [reply for reply in replies if "error" in reply]
    assert await phone.pubs(1) == [(1, {"version": 1})]


async def test_a_crowd_that_comes_at_once_looks_at_a_public_channel_twice(live, toy):
    """Who comes while somebody looks shares the next look: an older one may lack what was said."""
    may_look, looking = asyncio.Event(), asyncio.Event()

    async def meanwhile():
        looking.set()
        await may_look.wait()

    toy.meanwhile = meanwhile
    look = live.streams.snapshots.read
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(look("live:7", None))
        await looking.wait()
        toy.versions["live:7"] = 1
        crowd = [tasks.create_task(look("live:7", None)) for _ in range(20)]
        await asyncio.sleep(0)
        may_look.set()
    assert {task.result() for task in crowd} == {b'{"version":1}'}
    assert toy.looks == 2


async def test_who_recovers_on_a_public_channel_needs_no_look(phone, live, toy):
    """It brings the state, and is given what followed."""
    await phone.connects()
    epoch = (await phone.subscribes("live:7"))["epoch"]
    await toy.move(live, "live:7")
    assert (await phone.pubs(1))[0][0] == 1
    await phone.asks("unsubscribe", channel="live:7")
    looks = toy.looks
    assert (await phone.subscribes("live:7", recover=True, epoch=epoch, offset=1))["recovered"]
    assert toy.looks == looks


async def test_what_is_not_there_is_nobodys(phones, live):
    """Also when several ask at once."""
    crowd = [phones(live) for _ in range(3)]
    for phone in crowd:
        await phone.connects()
        phone.says({"id": 2, "subscribe": {"channel": "live:secret"}})
    assert [(await phone.hears())["error"]["code"] for phone in crowd] == [103] * 3
