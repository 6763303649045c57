"""What was committed is told, once as far as anyone can tell, whatever breaks in between."""

import asyncio
from typing import ClassVar

import orjson
import pytest

from channels.broker import BrokerUnavailable
from channels.relay import TOLD, Relay
from domain import kernel
from tests.channels.toys import Journal, soon


class Moved(kernel.Event):
    """A toy fact."""

    kind: ClassVar[str] = "thing.moved"

    name: str
    version: int
    also: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        return f"thing/{self.name}"

    @property
    def topics(self) -> tuple[str, ...]:
        return (f"thing:{self.name}", *self.also)


class Breaks(Journal):
    """A journal that fails so many times."""

    failures = 0

    async def append(self, rows) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionError
        await super().append(rows)


@pytest.fixture
def journal() -> Breaks:
    return Breaks()


@pytest.fixture
def relay(live, db, journal) -> Relay:
    return Relay(db, live.parts.broker, live.parts.topics, kernel.utc_now, journal)


@pytest.fixture
async def commit(db):
    """Commit facts."""

    async def committed(*versions: int, **fields) -> None:
        async with db.sessions.begin() as session:
            for version in versions:
                event = Moved(at=kernel.utc_now(), name="a", version=version, **fields)
                kernel.emit(session, event)
                await session.flush()

    return committed


@pytest.fixture
async def listener(phone):
    await phone.connects()
    await phone.subscribes("thing:a")
    return phone


@pytest.fixture
def told(live):
    """What a bystander of another part of the process is told."""
    heard = []
    live.parts.broker.hear(TOLD, lambda names: heard.append(set(orjson.loads(names))))
    return heard


@pytest.fixture
async def running(relay):
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(relay.run())
        yield relay
        task.cancel()


async def test_committed_facts_are_told_in_order(relay, commit, listener, journal):
    """As CloudEvents, on the topic, and then in the journal; nothing is told twice."""
    await commit(1, 2, 3)
    assert await relay.relay_once() == 3
    assert await relay.relay_once() == 0

    pubs = await listener.pubs(3)
    assert [(offset, data["data"]["version"]) for offset, data in pubs] == [(1, 1), (2, 2), (3, 3)]
    assert pubs[0][1]["type"] == "thing.moved.v1"
    assert pubs[0][1]["subject"] == "thing/a"
    assert journal.kinds == ["thing.moved"] * 3


async def test_what_was_rolled_back_is_not_told(relay, db, listener):
    """No commit, no event."""
    async with db.sessions() as session:
        kernel.emit(session, Moved(at=kernel.utc_now(), name="a", version=1))
        await session.flush()
        await session.rollback()
    assert await relay.relay_once() == 0


async def test_a_relay_that_dies_halfway_repeats_itself_unheard(relay, commit, listener, journal):
    """Between publishing and marking: the rows come again, the listeners do not notice."""
    await commit(1, 2)
    journal.failures = 1
    with pytest.raises(ConnectionError):
        await relay.relay_once()
    await commit(3)
    assert await relay.relay_once() == 3

    assert [offset for offset, _ in await listener.pubs(3)] == [1, 2, 3]
    assert (await relay.broker.history("thing:a")).top.offset == 3


async def test_two_relays_at_once_tell_everything_once(relay, commit, listener):
    """Wasteful, never wrong."""
    await commit(*range(1, 6))
    await asyncio.gather(relay.relay_once(), relay.relay_once())

    pubs = await listener.pubs(5)
    assert [data["data"]["version"] for _, data in pubs] == [1, 2, 3, 4, 5]
    assert (await relay.broker.history("thing:a")).top.offset == 5


async def test_a_topic_that_nobody_serves_holds_nobody_up(relay, commit, listener):
    """It is logged, and the event's other topics hear it."""
    await commit(1, also=("nowhere:1",))
    assert await relay.relay_once() == 1
    assert len(await listener.pubs(1)) == 1


async def test_a_running_relay_survives_what_it_depends_on(running, commit, listener, journal):
    """A journal that fails three times delays, nothing more."""
    journal.failures = 3
    await commit(1)
    running.nudge()
    assert [offset for offset, _ in await listener.pubs(1)] == [1]
    await soon(lambda: journal.kinds)
    await commit(2)
    assert [offset for offset, _ in await listener.pubs(1)] == [2]


@pytest.mark.parametrize("client", ["fake"], indirect=True)
async def test_what_was_committed_while_redis_was_away_is_told_later(
    running, commit, listener, live, fake
):
    """Writes commit without Redis, and are announced when it is back."""
    fake.connected = False
    await soon(lambda: not live.healthy)
    await commit(1, 2)
    fake.connected = True
    await soon(lambda: live.healthy)

    pushes = [await listener.hears() for _ in range(1)]
    if "unsubscribe" in pushes[0]["push"]:  # it was published before the line was back
        assert pushes[0]["push"]["unsubscribe"]["code"] == 2500
        reply = await listener.subscribes("thing:a", recover=True)
        told = [each["offset"] for each in reply["publications"]]
    else:
        told = [pushes[0]["push"]["pub"]["offset"]]
    told += [offset for offset, _ in await listener.pubs(2 - len(told))]
    assert told == [1, 2]


async def test_every_process_is_told_what_changed(relay, commit, told):
    """By noun, kind and subject, once for all that was relayed together."""
    await commit(1, 2, 3)
    await relay.relay_once()
    await soon(lambda: told)
    assert told == [{"thing", "thing.moved", "thing/a"}]


async def test_nothing_is_told_before_it_is_committed(relay, db, told):
    """Or who reads anew would read the old."""
    async with db.sessions.begin() as session:
        kernel.emit(session, Moved(at=kernel.utc_now(), name="a", version=1))
        await session.flush()
        assert await relay.relay_once() == 0
        await relay.broker.round_trip()
        assert told == []
    await relay.relay_once()
    await soon(lambda: told)


@pytest.mark.parametrize("lost", ["publish_many", "signal", "append"])
async def test_what_a_dying_relay_did_not_tell_the_next_one_tells(relay, commit, told, lost):
    """Wherever it died, the rows are still there; to be told twice does no harm."""

    class Dying:
        """Does what the other does, but for the step at which it dies."""

        def __init__(self, other) -> None:
            self.other = other

        def __getattr__(self, name):
            return self.die if name == lost else getattr(self.other, name)

        async def die(self, *_):
            raise BrokerUnavailable("died")

    dying = Relay(relay.db, Dying(relay.broker), relay.topics, relay.clock, Dying(relay.journal))
    await commit(1)
    with pytest.raises(BrokerUnavailable):
        await dying.relay_once()
    await relay.broker.round_trip()
    before = len(told)
    assert before == (lost == "append")
    assert await relay.relay_once() == 1
    await soon(lambda: len(told) == before + 1)
    assert all(names == {"thing", "thing.moved", "thing/a"} for names in told)


async def test_a_nudge_reaches_the_relay_of_another_process(worker, db, commit):
    """Whoever commits, whoever relays."""
    web, clock = await worker(), await worker()
    clock.relay._nudged.clear()
    kernel.after_emitting(db, web.nudge)
    await commit(1)
    await soon(clock.relay._nudged.is_set)
