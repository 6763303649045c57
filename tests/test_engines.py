"""The engines themselves: up, copied, killed, back on the same port with what they must keep."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from subprocess import PIPE

import pytest
import redis

from tests.engines import (
    Engine,
    EngineMissing,
    Engines,
    Redis,
    SqlEngine,
    claim_port,
    engine_room,
    engines,
)

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def own() -> Iterator[Engines]:
    """Engines that may be killed without disturbing anyone."""
    with engines() as started:
        yield started


@pytest.fixture(params=["mariadb", "postgres"])
def sql(request: pytest.FixtureRequest, own: Engines) -> SqlEngine:
    """Each of the SQL engines in turn."""
    engine: SqlEngine = getattr(own, request.param)
    return engine


def test_every_engine_answers(own: Engines) -> None:
    """SELECT 1 on both SQL engines, PING on Redis, pgvector at hand."""
    assert own.mariadb.execute("SELECT 1", database="uhok") == "1\n"
    assert own.postgres.execute("SELECT 1", database="uhok") == "1\n"
    with redis.Redis.from_url(own.redis.url) as client:
        assert client.ping()
    name = "SELECT name FROM pg_available_extensions WHERE name IN ('vector', 'pg_trgm') ORDER BY 1"
    assert own.postgres.execute(name) == "pg_trgm\nvector\n"


def test_a_killed_sql_engine_comes_back_with_every_commit(sql: SqlEngine) -> None:
    """SIGKILL right after a commit: same port, same rows."""
    port = sql.port
    sql.execute(
        "CREATE TABLE kept (body TEXT); INSERT INTO kept VALUES ('활전복')", database="uhok"
    )
    sql.kill()
    assert not sql.answers()
    sql.restart()
    assert sql.port == port
    assert sql.execute("SELECT body FROM kept", database="uhok") == "활전복\n"


def test_a_database_is_copied_from_a_template(sql: SqlEngine) -> None:
    """Tables, foreign keys and rows come along; the copy is independent; dropping it is clean."""
    sql.create_database("pattern")
    sql.execute(
        "CREATE TABLE parent (id BIGINT PRIMARY KEY);"
        "CREATE TABLE child (id BIGINT PRIMARY KEY, parent_id BIGINT NOT NULL,"
        " FOREIGN KEY (parent_id) REFERENCES parent (id));"
        "INSERT INTO parent VALUES (1); INSERT INTO child VALUES (7, 1)",
        database="pattern",
    )
    assert sql.create_database("copy", template="pattern") == sql.url_of("copy")
    sql.execute("DELETE FROM child", database="pattern")
    assert sql.execute("SELECT id, parent_id FROM child", database="copy") == "7\t1\n"
    with pytest.raises(RuntimeError, match="foreign key"):
        sql.execute("INSERT INTO child VALUES (8, 99)", database="copy")
    sql.drop_database("copy")
    sql.drop_database("pattern")
    sql.drop_database("copy")


def test_redis_forgets_unless_asked_to_keep() -> None:
    """The append-only one has its key after SIGKILL, the plain one has lost it."""
    with engine_room() as root:
        for appendonly, kept in ((False, None), (True, b"1")):
            engine = Redis(root, appendonly=appendonly)
            engine.start()
            with redis.Redis.from_url(engine.url) as client:
                client.set("key", 1)
            engine.kill()
            engine.restart()
            with redis.Redis.from_url(engine.url) as client:
                assert client.get("key") == kept
            engine.close()


def test_the_room_is_empty_afterwards() -> None:
    """An engine left running is ended, and its folder removed, with the room."""
    with engine_room() as root:
        engine = Redis(root)
        engine.start()
    assert not root.exists()
    assert not engine.answers()
    engine.close()


def test_nothing_outlives_a_killed_run() -> None:
    """SIGKILL for the process that holds the room: its engines and files go all the same."""
    story = (
        "from tests.engines import Redis, engine_room\n"
        "with engine_room() as root:\n"
        "    engine = Redis(root)\n"
        "    engine.start()\n"
        "    print(root, flush=True)\n"
        "    input()\n"
    )
    command = (sys.executable, "-c", story)
    with subprocess.Popen(command, cwd=ROOT, stdin=PIPE, stdout=PIPE, text=True) as run:
        assert run.stdout is not None
        root = run.stdout.readline().strip()
        run.kill()
    deadline = time.monotonic() + 20
    while Path(root).exists():
        assert time.monotonic() < deadline
    while str(root) in _commands():
        assert time.monotonic() < deadline


def _commands() -> str:
    lines = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it ended meanwhile
            lines.append(process.read_text(errors="replace"))
    return "\n".join(lines)


def test_two_claims_never_meet() -> None:
    """A claimed port is not offered again while the claim is held."""
    claims = [claim_port() for _ in range(50)]
    assert len({port for _, port in claims}) == len(claims)
    for claim, _ in claims:
        claim.close()


def test_a_missing_engine_is_named_with_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error tells what to install."""
    engine: Engine = Redis(tmp_path)
    monkeypatch.setitem(os.environ, "PATH", str(tmp_path))
    with pytest.raises(EngineMissing, match=r"apt-get install .* redis-server$"):
        engine.start()
    engine.close()
