"""Every broker keeps the same promises."""

import asyncio

from channels.broker import Entry, Position, Publication
from tests.contracts.rooms import KEEP, publish
from tests.patience import until


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
    await room.client.delete(room.names.key("stream", "a"))

    history = await broker.history("a", limit=9)
    assert (history.top, history.publications) == (first, ())
    assert await publish(broker, "a", 2) == [Position(first.epoch, 2)]


async def test_a_lost_position_begins_another_epoch(room, one):
    """Nothing of the former life is given to the readers of the new one."""
    broker, _ = one
    [first, _] = await publish(broker, "a", 1, 2)
    await room.client.delete(room.names.key("meta", "a"))

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
        await broker.round_trip()  # what is on its way when one leaves is nobody's

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
    assert await first.signal("wake", b"up") == 2
    assert await first.signal("nobody hears this") == 0
    await first.round_trip()
    await second.round_trip()
    await until(lambda: len(heard) == 2)

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


async def test_who_published_is_told_with_what(one):
    """Live and in history, with history and without; whatever bytes there are, untouched."""
    broker, ears = one
    await broker.subscribe("a")
    info, data = '{"user":"7 길동"}'.encode(), b"\x00 1 2 \n\xff"
    told = [Entry("a", data, KEEP, info=info), Entry("a", data, KEEP), Entry("a", data, info=info)]
    await broker.publish_many(told)
    await broker.round_trip()

    kept = [Publication(1, data, info), Publication(2, data)]
    assert ears.publications == [*kept, Publication(0, data, info)]
    assert list((await broker.history("a", limit=9)).publications) == kept


async def test_a_stranger_on_the_line_deafens_nobody(room, one):
    """What is not understood is passed over."""
    broker, ears = one
    await broker.subscribe("a")
    verb = broker._publish_verb
    for nonsense in (b"", b"x", b"p1", b"pone e d", b"c1 e", b"f"):
        await room.client.execute_command(verb, room.names.key("on", "a"), nonsense)
    await publish(broker, "a", 1)
    await broker.round_trip()

    assert ears.heard == [("a", 1, b"1")]


async def test_many_channels_at_once_keep_each_its_order(one):
    """Over all partitions, so over every node of a cluster; every channel has its own line."""
    broker, ears = one
    channels = [f"room:{n}" for n in range(300)]
    await asyncio.gather(*map(broker.subscribe, channels))
    await broker.publish_many([Entry(c, b"%d" % n, KEEP) for n in range(3) for c in channels])
    await until(lambda: len(ears.heard) == 900)

    for channel in channels:
        heard = [(offset, data) for name, offset, data in ears.heard if name == channel]
        assert heard == [(1, b"0"), (2, b"1"), (3, b"2")]
    positions = await broker.positions(channels)
    assert {position.offset for position in positions.values()} == {3}


async def test_two_shops_on_one_server_do_not_hear_each_other(room, one):
    """Neither messages, nor signals, nor who is there."""
    broker, ears = one
    woken = []
    room.prefix = f"{room.prefix}-next-door"
    other, other_ears = await room.broker(wake=woken.append)
    await other.subscribe("a")
    await broker.subscribe("a")
    await publish(broker, "a", 1)

    assert await broker.signal("wake") == 0
    assert (await other.history("a", limit=9)).publications == ()
    await other.round_trip()
    await until(lambda: ears.heard)
    assert (other_ears.heard, woken) == ([], [])
