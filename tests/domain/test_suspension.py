"""A suspended account is shut at once and altogether, and opens again when it is reinstated."""

import asyncio
from functools import partial

import pytest
from sqlalchemy import select

from domain import user
from domain.kernel import OutboxRow, UserId

ADMIN = UserId(900)
RULES = user.SessionRules()


@pytest.fixture
def tokens():
    """Refresh tokens with the usual rules."""
    return user.RefreshTokens("a secret of thirty-two bytes or so", rules=RULES)


@pytest.fixture
async def jimin(db, clock):
    """Somebody with an account."""
    async with db.sessions.begin() as session:
        return await user.sign_up(
            session, email="jimin@example.com", username="김지민", password_hash="x", now=clock()
        )


@pytest.fixture
def log_in(db, clock, tokens, jimin):
    """Log Jimin in; returns the grant."""

    async def log_in():
        async with db.sessions.begin() as session:
            return await user.open_session(
                session, jimin, tokens=tokens, device=user.Device(), now=clock()
            )

    return log_in


@pytest.fixture
def suspend(db, clock, jimin):
    """Suspend Jimin; returns the sessions that ended."""

    async def suspend(by=ADMIN):
        async with db.sessions.begin() as session:
            return await user.suspend(session, UserId(jimin.user_id), by=by, now=clock())

    return suspend


async def facts(db, jimin):
    """Return the kinds of what happened to Jimin, in order."""
    async with db.reads() as session:
        rows = (await session.scalars(select(OutboxRow).order_by(OutboxRow.id))).all()
    assert {row.body["subject"] for row in rows} == {f"user/{jimin.user_id}"}
    return [row.kind for row in rows]


async def test_every_session_ends_with_the_suspension(db, jimin, log_in, suspend):
    """And it is a fact, told to the log."""
    grants = [await log_in() for _ in range(2)]

    ended = await suspend()

    assert sorted(ended) == sorted(grant.session_id for grant in grants)
    assert await facts(db, jimin) == [
        "user.signed_up",
        "user.suspended",
        "user.logged_out",
        "user.logged_out",
    ]


async def test_who_is_suspended_neither_logs_in_nor_refreshes(db, clock, tokens, log_in, suspend):
    """Although the account in hand was read before the suspension."""
    grant = await log_in()
    await suspend()

    with pytest.raises(user.AccountSuspended):
        await log_in()
    with pytest.raises(user.RefreshRefused):
        async with db.sessions.begin() as session:
            await user.refresh(session, grant.refresh_token, tokens=tokens, now=clock())


async def test_who_is_reinstated_logs_in_anew(db, clock, jimin, tokens, log_in, suspend):
    """The old sessions stay ended."""
    grant = await log_in()
    await suspend()
    for _ in range(2):
        async with db.sessions.begin() as session:
            await user.reinstate(session, UserId(jimin.user_id), now=clock())

    assert await log_in()
    with pytest.raises(user.RefreshRefused):
        async with db.sessions.begin() as session:
            await user.refresh(session, grant.refresh_token, tokens=tokens, now=clock())
    assert (await facts(db, jimin)).count("user.reinstated") == 1


async def test_suspending_again_changes_nothing(db, clock, jimin, suspend):
    """The first moment stays."""
    await suspend()
    then = clock()
    clock.forward(days=1)
    assert await suspend() == []
    async with db.reads() as session:
        assert (await user.get(session, UserId(jimin.user_id))).suspended_at == then
    assert (await facts(db, jimin)).count("user.suspended") == 1


async def test_no_login_slips_in_beside_a_suspension(db, log_in, suspend):
    """Whichever is first, nobody is left with a session."""
    results = await asyncio.gather(log_in(), suspend(), log_in(), suspend(), return_exceptions=True)

    unforeseen = [one for one in results if isinstance(one, Exception)]
    assert {type(one) for one in unforeseen} <= {user.AccountSuspended}
    async with db.reads() as session:
        assert all(one.revoked_at for one in await session.scalars(select(user.UserSession)))


async def test_nobody_suspends_themselves_or_nobody(db, clock, jimin, suspend):
    """An admin who did would need another one."""
    with pytest.raises(user.OwnSuspension):
        await suspend(by=UserId(jimin.user_id))
    for step in (user.reinstate, partial(user.suspend, by=ADMIN)):
        with pytest.raises(user.UserNotFound):
            async with db.sessions.begin() as session:
                await step(session, UserId(404), now=clock())
