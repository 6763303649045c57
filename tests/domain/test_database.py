"""The two ways to talk to a database: readers and writers, and what becomes of idle connections."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from domain import kernel
from domain.user.models import User
from tests.shop import NOON, a_user

WHO_AM_I = {"mysql": "SELECT connection_id()", "postgresql": "SELECT pg_backend_pid()"}


@pytest.fixture(params=["mariadb", "postgres"])
async def server(request, real):
    """A server of its own kind, and a database opened there whose connections are never fresh."""
    engine = getattr(real, request.param)
    opened = kernel.open_database(engine.url, pool_size=1, overflow_max=0, fresh_seconds=0)
    yield engine, opened
    await opened.close()


@pytest.mark.parametrize("way", ["reads", "sessions"])
async def test_a_connection_that_died_idle_is_replaced(server, way):
    """The database ended it (a restart, a time limit); the next caller does not find out."""
    engine, opened = server
    sessions = getattr(opened, way)
    kind = opened.engine.dialect.name
    who = text(WHO_AM_I.get(kind, WHO_AM_I["mysql"]))
    async with sessions() as session:
        first = await session.scalar(who)
    engine.execute(
        f"SELECT pg_terminate_backend({first})" if kind == "postgresql" else f"KILL {first}"
    )
    async with sessions() as session:
        assert await session.scalar(who) != first


async def test_readers_cannot_write(server):
    """Their statements commit by themselves, so the server refuses what would change anything."""
    _, opened = server
    async with opened.reads() as session:
        with pytest.raises(DBAPIError, match=r"(?i)read.only"):
            await session.execute(text("CREATE TABLE written (id INT)"))


async def test_a_reader_sees_what_was_committed_meanwhile(mariadb_url, db):
    """Each statement sees the newest commit, as READ COMMITTED has it."""
    async with db.reads() as reader:
        assert await reader.get(User, 1) is None
    async with db.sessions.begin() as writer:
        user_id = await a_user(writer, now=NOON)
    async with db.reads() as reader:
        found = await reader.get(User, user_id)
        assert found is not None
        async with db.sessions.begin() as writer:
            (await writer.get(User, user_id)).username = "다른 이름"
        if db.engine.dialect.name != "sqlite":  # whose readers see one moment
            await reader.refresh(found)
            assert found.username == "다른 이름"


@pytest.fixture
async def mariadb(real):
    """A server, and a database opened there that has two connections."""
    opened = kernel.open_database(real.mariadb.url, pool_size=2, overflow_max=0)
    yield real.mariadb, opened
    await opened.close()


def rollbacks(engine):
    return int(engine.execute("SHOW GLOBAL STATUS LIKE 'Com_rollback'").split()[-1])


async def test_the_commit_is_the_last_word_of_a_transaction(mariadb):
    """The pool does not roll back what is over."""
    engine, opened = mariadb

    async def commit():
        async with opened.sessions.begin() as session:
            await session.execute(text("SELECT 1"))

    await commit()  # getting to know the server takes one
    before = rollbacks(engine)
    for _ in range(3):
        await commit()
    assert rollbacks(engine) == before


async def test_a_transaction_that_somebody_left_open_does_not_outlive_its_turn(mariadb):
    """The next one to take the connection finds it clean."""
    _, opened = mariadb

    def leave_open(_):
        connection = opened.engine.sync_engine.raw_connection()
        cursor = connection.cursor()
        cursor.execute("START TRANSACTION")
        cursor.close()
        connection.close()

    async with opened.engine.connect() as connection:
        await connection.run_sync(leave_open)
        async with opened.engine.connect() as next_one:  # the pool has no third
            assert await next_one.scalar(text("SELECT @@in_transaction")) == 0
