"""A channel's feed skips nothing, doubles nothing, and lets nobody else wait for long."""

import asyncio
from dataclasses import dataclass, field

import pytest

from channels.broker import Position, Publication
from channels.feed import Feed
from channels.level import SLICE
from channels.metrics import Fanout
from channels.subscription import Subscription

EPOCH = "e"


@dataclass(eq=False)
class Ear:
    """A peer that notes what it is offered."""

    heard: list[int] = field(default_factory=list)
    batches: int = 0
    losses: int = 0
    direct: None = None

    def offer(self, subscription, batch):
        self.batches += 1
        self.heard += [each.publication.offset for each in batch.said]

    def lost(self, subscription):
        self.losses += 1


@pytest.fixture
async def feed():
    return Feed("c", Fanout())


def says(feed, *offsets, epoch=EPOCH):
    for offset in offsets:
        feed.hear(epoch if offset else "", Publication(offset, b"%d" % offset))


def holds(feed):
    """Begin to join."""
    subscription = Subscription("c", Ear())
    feed.add(subscription)
    return subscription


def admits(feed, subscription, offset, epoch=EPOCH):
    """Be admitted at this position."""
    subscription.epoch, subscription.offset = epoch, offset
    feed.admit(subscription)
    return subscription.peer


def joins(feed, offset=0, epoch=EPOCH):
    """Join without anything happening meanwhile."""
    return admits(feed, holds(feed), offset, epoch)


async def turn(turns=3):
    """Let the loop hand on what came."""
    for _ in range(turns):
        await asyncio.sleep(0)


async def test_what_comes_in_one_turn_is_one_batch(feed):
    """In order, to everybody."""
    ears = [joins(feed) for _ in range(3)]
    says(feed, 1, 2, 3)
    assert all(ear.batches == 0 for ear in ears)
    await turn()
    assert [(ear.heard, ear.batches) for ear in ears] == [([1, 2, 3], 1)] * 3


async def test_a_repeated_message_is_dropped(feed):
    """Also within a turn."""
    ear = joins(feed)
    says(feed, 1, 1, 2)
    await turn()
    says(feed, 2, 3)
    await turn()
    assert ear.heard == [1, 2, 3]


@pytest.mark.parametrize(("offset", "epoch"), [(3, EPOCH), (1, "other"), (2, "other")])
async def test_a_gap_is_told_to_everybody_and_the_message_is_not_shown(feed, offset, epoch):
    """What had come before it in the same turn is recovered, too."""
    ears = [joins(feed) for _ in range(2)]
    says(feed, 1)
    await turn()
    says(feed, offset, epoch=epoch)
    await turn()
    assert [(ear.heard, ear.losses) for ear in ears] == [([1], 1)] * 2


async def test_after_a_gap_the_next_comer_hears_what_follows(feed):
    """The feed goes on from where it was heard again."""
    joins(feed)
    says(feed, 5)
    ear = joins(feed, 5)
    says(feed, 6)
    await turn()
    assert (ear.heard, ear.losses) == ([6], 0)


async def test_what_was_held_back_beyond_the_position_follows_it(feed):
    """And what the history had already is not said again."""
    joins(feed)
    late = holds(feed)
    says(feed, 1, 2, 3)
    ear = admits(feed, late, 2)
    assert ear.heard == [3]
    await turn()
    says(feed, 4)
    await turn()
    assert (ear.heard, ear.losses) == ([3, 4], 0)


async def test_who_knows_more_than_was_heard_is_not_told_it_again(feed):
    """Its history was read before the line brought the message; the others still need it."""
    old = joins(feed, 3)
    ahead = joins(feed, 5)
    says(feed, 4, 5)
    await turn()
    says(feed, 6)
    await turn()
    assert (old.heard, ahead.heard) == ([4, 5, 6], [6])
    assert (old.losses, ahead.losses) == (0, 0)


async def test_a_newer_history_makes_the_others_start_over(feed):
    """Redis forgot, and only the newcomer has read so."""
    old = joins(feed, 3)
    new = joins(feed, 1, epoch="new")
    says(feed, 2, epoch="new")
    await turn()
    assert (old.losses, new.losses, new.heard) == (1, 0, [2])


@pytest.mark.parametrize("held", [(2, 4), (3,)])
async def test_a_hole_in_what_was_held_back_is_told(feed, held):
    """Nothing of it is shown."""
    late = holds(feed)
    for offset in held:
        late.hold(EPOCH, Publication(offset, b""))
    ear = admits(feed, late, 1)
    assert (ear.losses, [each for each in ear.heard if each > 3]) == (1, [])


async def test_a_history_that_began_anew_while_joining_is_told(feed):
    """What was read is of the old one."""
    late = holds(feed)
    says(feed, 1, epoch="new")
    assert admits(feed, late, 7).losses == 1


async def test_more_than_can_be_held_back_is_told(feed):
    """The bound has a fate."""
    late = holds(feed)
    for offset in range(1, 1100):
        late.hold(EPOCH, Publication(offset, b""))
    assert admits(feed, late, 0).losses == 1


async def test_an_ephemeral_message_has_no_position(feed):
    """It comes between, and moves nobody on."""
    ear = joins(feed)
    says(feed, 1, 0, 2)
    await turn()
    assert (ear.heard, ear.losses, feed.top) == ([1, 0, 2], 0, Position(EPOCH, 2))


async def test_of_a_last_value_only_the_newest_is_handed_on():
    """The turn's others are history."""
    feed = Feed("c", Fanout(), last_value=True)
    ear = joins(feed)
    says(feed, 1, 2, 3)
    await turn()
    says(feed, 4)
    await turn()
    assert (ear.heard, ear.losses) == ([3, 4], 0)


async def test_a_crowd_is_written_to_in_slices(feed):
    """Between them others have their turn; every listener gets every batch once, in order."""
    ears = [joins(feed) for _ in range(SLICE * 2 + 1)]
    says(feed, 1)
    await asyncio.sleep(0)
    assert sum(ear.batches for ear in ears) == SLICE
    says(feed, 2)
    await turn(6)
    assert all(ear.heard == [1, 2] for ear in ears)


async def test_who_leaves_between_two_slices_hears_nothing_more(feed):
    """And who is lost in between is not shown an older batch."""
    subscriptions = [holds(feed) for _ in range(SLICE + 50)]
    for each in subscriptions:
        admits(feed, each, 0)
    says(feed, 1)
    await asyncio.sleep(0)
    unheard = [each for each in subscriptions if not each.peer.heard]
    assert len(unheard) == 50
    feed.remove(unheard[0])
    await turn()
    assert unheard[0].peer.heard == []
    assert unheard[1].peer.heard == [1]


async def test_who_joins_while_a_batch_is_under_way_is_not_told_it(feed):
    """Its history has it."""
    for _ in range(SLICE + 1):
        joins(feed)
    says(feed, 1)
    await asyncio.sleep(0)
    ear = joins(feed, 1)
    says(feed, 2)
    await turn(6)
    assert (ear.heard, ear.losses) == ([2], 0)


async def test_who_is_behind_the_broker_is_found(feed):
    """Those who know more than the feed has heard are not among them."""
    behind, ahead = holds(feed), holds(feed)
    admits(feed, behind, 3)
    admits(feed, ahead, 5)
    assert list(feed.behind(Position(EPOCH, 3))) == []
    assert list(feed.behind(Position(EPOCH, 5))) == [behind]
    assert set(feed.behind(Position("new", 5))) == {behind, ahead}


async def test_who_is_admitted_before_a_turn_is_handed_on_hears_it_once(feed):
    """What is ephemeral has no position by which it could be known again."""
    early, late = joins(feed), holds(feed)
    says(feed, 1, 0, 0)
    ear = admits(feed, late, 1)
    await turn()
    says(feed, 0, 2)
    await turn()
    assert (early.heard, ear.heard) == ([1, 0, 0, 0, 2], [0, 0, 0, 2])


async def test_a_last_value_takes_no_ephemeral_message_s_place():
    """Only what it outdates is passed over."""
    feed = Feed("c", Fanout(), last_value=True)
    ear = joins(feed)
    says(feed, 1, 0, 2)
    await turn()
    assert ear.heard == [0, 2]


async def test_who_leaves_over_what_was_held_back_is_gone(feed):
    """Too slow for it, or of another codec: nothing is written to it, and nobody counts it."""
    joins(feed)
    late = holds(feed)
    late.peer.offer = lambda subscription, _: feed.remove(subscription)
    says(feed, 1)
    await turn()
    admits(feed, late, 0)
    assert len(feed) == 1
