"""A fact exists if, and only if, what it tells of was committed, and in the order of telling."""

import pytest

from domain import kernel
from tests.shop import NOON


class Noted(kernel.Event):
    """A toy fact."""

    kind = "toy.noted"
    text: str

    @property
    def subject(self):
        return f"toy/{self.text}"

    @property
    def topics(self):
        return ("toy",)


class Called(Noted):
    """A toy fact that somebody reacts to."""

    kind = "toy.called"
    heard = True


def say(session, *texts, kind=Noted):
    for text in texts:
        kernel.emit(session, kind(at=NOON, text=text))


async def stumble(session, within, *texts):
    """Emit in a transaction or a savepoint, which fails."""
    async with within:
        say(session, *texts)
        raise ZeroDivisionError


async def undo(session, *texts):
    """Emit in a savepoint that fails, and go on."""
    with pytest.raises(ZeroDivisionError):
        await stumble(session, session.begin_nested(), *texts)


async def told(db):
    async with db.reads() as session:
        return [row.body["data"]["text"] for row in await kernel.unsent(session, limit=100)]


async def test_facts_are_kept_in_the_order_of_telling(db):
    """Whichever of them wait for a reaction, and however many they are."""
    async with db.sessions.begin() as session:
        say(session, "a", "b")
        say(session, "c", kind=Called)
        async with session.begin_nested():
            say(session, "d")
        say(session, "e", kind=Called)

    assert await told(db) == ["a", "b", "c", "d", "e"]


async def test_only_facts_with_a_listener_wait_for_it(db):
    """They are heard once, together and in order."""
    async with db.sessions.begin() as session:
        say(session, "a")
        say(session, "b", kind=Called)
        say(session, "c")
        say(session, "d", kind=Called)
    heard = []

    async def listen(_session, facts):
        heard.append([fact.body["data"]["text"] for fact in facts])

    for _ in range(2):
        async with db.sessions.begin() as session:
            await kernel.react(session, listen, limit=10)
    assert heard == [["b", "d"]]


async def test_what_a_failed_savepoint_told_never_happened(db):
    """What was told before it and after it did."""
    async with db.sessions.begin() as session:
        say(session, "before")
        await undo(session, "inside")
        say(session, "after")

    assert await told(db) == ["before", "after"]


async def test_a_savepoint_inside_a_failed_one_is_undone_with_it(db):
    """Although it ended well itself."""
    async with db.sessions.begin() as session:
        outer = await session.begin_nested()
        async with session.begin_nested():
            say(session, "inner")
        await undo(session, "innermost")
        say(session, "outer")
        await outer.rollback()
        say(session, "after")

    assert await told(db) == ["after"]


async def test_a_savepoint_that_fails_at_its_very_end_takes_only_its_own_along(db):
    """A unique row that turns out to have a twin is tried in one, after others have told."""
    key = kernel.IdempotencyKey(scope="toy", key="1", body=b"")
    async with db.sessions.begin() as session:
        (await kernel.begin_once(session, key, now=NOON)).answer = {}

    async with db.sessions.begin() as session:
        say(session, "before")
        with pytest.raises(kernel.AlreadyDone):
            await kernel.begin_once(session, key, now=NOON)
        say(session, "after")

    assert await told(db) == ["before", "after"]


async def test_a_transaction_that_fails_tells_nothing(db):
    """Nor does the next one of the same session tell it."""
    async with db.sessions() as session:
        say(session, "rolled back")
        await session.rollback()
        say(session, "left behind")
        await session.close()
        say(session, "kept")
        await session.commit()
        with pytest.raises(ZeroDivisionError):
            await stumble(session, session.begin(), "failed")

    assert await told(db) == ["kept"]


async def test_the_relay_is_nudged_by_the_commit_and_by_nothing_else(db):
    """A savepoint that ended well is not there yet; what was undone never will be."""
    nudges = []
    kernel.after_emitting(db, lambda: nudges.append(1))
    async with db.sessions.begin() as session:
        await undo(session, "undone")
    assert nudges == []
    async with db.sessions.begin() as session:
        say(session, "a")
        async with session.begin_nested():
            say(session, "b")
        assert nudges == []
    assert nudges == [1]


async def test_marking_everything_as_sent_includes_what_was_just_told(db):
    """Nobody listened before the shop opened."""
    async with db.sessions.begin() as session:
        say(session, "a")
        await kernel.mark_all_sent(session, now=NOON)

    assert await told(db) == []
