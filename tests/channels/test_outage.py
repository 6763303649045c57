"""Redis goes and comes back; nobody is left believing that nothing happened."""

import pytest

from channels.broker import BrokerUnavailable
from tests.channels.toys import soon


async def test_what_was_said_while_the_line_was_cut_is_recovered(phone, live, toy, client):
    """The subscription's gap is admitted with 2500, and the client loses nothing by it."""
    await phone.connects()
    epoch = (await phone.subscribes("thing:a"))["epoch"]
    await toy.move(live, "thing:a")
    await phone.pubs(1)
    live.parts.broker._lines.drop()
    await soon(lambda: not live.healthy)
    await toy.move(live, "thing:a")
    await toy.move(live, "thing:a")

    assert (await phone.hears())["push"]["unsubscribe"]["code"] == 2500
    back = await phone.subscribes("thing:a", recover=True, offset=1, epoch=epoch)
    assert back["recovered"]
    assert [each["data"] for each in back["publications"]] == [{"version": 2}, {"version": 3}]
    await soon(lambda: live.healthy)
    await toy.move(live, "thing:a")
    assert await phone.pubs(1) == [(4, {"version": 4})]


async def test_a_cut_without_a_loss_is_not_noticed(phone, live, toy):
    """Who is up to date stays subscribed."""
    await phone.connects()
    await phone.subscribes("thing:a")
    await toy.move(live, "thing:a")
    # Heard before the cut: a message still under way would be a loss, and 2500 the right answer.
    assert await phone.pubs(1) == [(1, {"version": 1})]
    live.parts.broker._lines.drop()
    await soon(lambda: not live.healthy)
    await soon(lambda: live.healthy)
    await toy.move(live, "thing:a")

    assert await phone.pubs(1) == [(2, {"version": 2})]


@pytest.mark.parametrize("client", ["real"], indirect=True)
async def test_a_server_that_forgot_everything_is_a_fresh_start(phone, live, toy, own_redis):
    """Another epoch: no recovery is claimed, and the snapshot is the whole truth."""
    await phone.connects()
    epoch = (await phone.subscribes("thing:a"))["epoch"]
    for _ in range(3):
        await toy.move(live, "thing:a")
    await phone.pubs(3)
    own_redis.kill()
    with pytest.raises(BrokerUnavailable):
        await toy.move(live, "thing:a")
    await soon(lambda: not live.healthy)
    own_redis.start()

    assert (await phone.hears())["push"]["unsubscribe"]["code"] == 2500
    back = await phone.subscribes("thing:a", recover=True, offset=3, epoch=epoch)
    assert back["epoch"] != epoch
    assert "recovered" not in back
    assert back["data"] == {"version": 4}
    await toy.move(live, "thing:a")
    assert await phone.pubs(1) == [(1, {"version": 5})]


@pytest.mark.parametrize("client", ["fake"], indirect=True)
async def test_who_subscribes_during_an_outage_is_asked_to_try_again(phone, live, fake):
    """A temporary error, never a silent subscription; afterwards it works."""
    await phone.connects()
    fake.connected = False
    await soon(lambda: not live.healthy)
    refused = await phone.subscribes("thing:a")
    fake.connected = True
    await soon(lambda: live.healthy)

    assert refused["error"] == {"code": 100, "message": "internal server error", "temporary": True}
    assert "data" in await phone.subscribes("thing:a")
