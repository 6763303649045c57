"""Who listens is known on every node, and forgotten when nobody vouches for them."""

import pytest

from channels.broker import Crowd, Entry, Member
from tests.contracts.rooms import KEEP
from tests.patience import until

ANN = Member("c1", "7", b'{"client":"c1","user":"7"}')
ANN_ELSEWHERE = Member("c2", "7", b'{"client":"c2","user":"7"}')
STRANGER = Member("c3", "", b"")


@pytest.fixture
def by_client():
    return lambda members: sorted(members, key=lambda member: member.client)


async def test_everybody_is_seen_from_everywhere(room, one, by_client):
    """Clients and users are counted apart; a stranger is a user of no name."""
    broker, _ = one
    other, _ = await room.broker()
    await broker.enter("a", ANN, announce=False)
    await other.enter("a", ANN_ELSEWHERE, announce=False)
    await other.enter("a", STRANGER, announce=False)

    assert by_client(await broker.present("a")) == [ANN, ANN_ELSEWHERE, STRANGER]
    assert await broker.crowd("a") == Crowd(clients=3, users=2)
    assert await broker.crowd("b") == Crowd(0, 0)
    assert list(await broker.present("b")) == []


async def test_who_leaves_is_counted_out_once(one):
    """A second tab keeps the user there; leaving twice, or never having come, is no error."""
    broker, _ = one
    await broker.enter("a", ANN, announce=False)
    await broker.enter("a", ANN, announce=False)
    await broker.enter("a", ANN_ELSEWHERE, announce=False)
    await broker.leave("a", ANN, announce=False)
    await broker.leave("a", ANN, announce=False)
    await broker.leave("a", STRANGER, announce=False)

    assert await broker.crowd("a") == Crowd(1, 1)
    await broker.leave("a", ANN_ELSEWHERE, announce=False)
    assert await broker.crowd("a") == Crowd(0, 0)


async def test_who_changed_the_account_is_not_two_users(one):
    """The newest word about a client counts."""
    broker, _ = one
    await broker.enter("a", ANN, announce=False)
    renamed = Member("c1", "8", b"{}")
    await broker.enter("a", renamed, announce=False)

    assert list(await broker.present("a")) == [renamed]
    assert await broker.crowd("a") == Crowd(1, 1)


async def test_coming_and_going_is_told_in_order_with_the_messages(room, one):
    """Once each, with what others may see; nothing when it shall not be announced."""
    broker, ears = one
    other, _ = await room.broker()
    await broker.subscribe("a")
    await other.enter("a", ANN, announce=True)
    await other.enter("a", ANN, announce=True)
    await other.publish(Entry("a", b"1", KEEP))
    await other.leave("a", ANN, announce=True)
    await other.enter("a", STRANGER, announce=False)
    await other.leave("a", STRANGER, announce=False)
    await until(lambda: len(ears.story) == 3)
    await broker.round_trip()

    assert ears.story == [b"+" + ANN.info, b"1", b"-" + ANN.info]
    assert ears.passers == [("a", ANN.info, True), ("a", ANN.info, False)]


async def test_who_is_not_renewed_is_forgotten(room):
    """And who is renewed stays, on as many channels as there are."""
    broker, _ = await room.broker(presence_seconds=0.5)
    for channel in ("a", "b"):
        await broker.enter(channel, ANN, announce=False)
        await broker.enter(channel, STRANGER, announce=False)

    async def alone():
        await broker.renew([("a", ANN), ("b", ANN)])
        return [await broker.crowd(channel) for channel in ("a", "b")] == [Crowd(1, 1)] * 2

    await until(alone)
    assert list(await broker.present("a")) == [ANN]
    await until(lambda: _nobody(broker))
    await broker.renew([])


async def test_a_server_that_forgot_is_told_again(room, one):
    """Renewing counts in whoever is missing, hundreds at once."""
    broker, _ = one
    crowd = [Member(f"c{n}", f"u{n % 100}", b"{}") for n in range(450)]
    await broker.renew([("a", member) for member in crowd] + [("b", ANN)])

    assert await broker.crowd("a") == Crowd(450, 100)
    assert await broker.crowd("b") == Crowd(1, 1)


async def _nobody(broker) -> bool:
    return [await broker.crowd(channel) for channel in ("a", "b")] == [Crowd(0, 0)] * 2
