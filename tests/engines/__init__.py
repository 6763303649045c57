"""The real engines the tests run on, private to one run and gone with it."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.engines.engine import Engine, EngineFailed, EngineMissing, claim_port
from tests.engines.mariadb import MariaDB
from tests.engines.postgres import Postgres
from tests.engines.redis import Cluster, Redis, Sentinels
from tests.engines.sql import SqlEngine

__all__ = [
    "Cluster",
    "Engine",
    "EngineFailed",
    "EngineMissing",
    "Engines",
    "MariaDB",
    "Postgres",
    "Redis",
    "Sentinels",
    "SqlEngine",
    "claim_port",
    "engine_room",
    "engines",
]

# Waits for the end of our run, however it ends, and leaves neither a server nor a file behind.
GUARD: Final = """
cat > /dev/null
cat "$1"/*/pid 2> /dev/null | xargs -r kill -9 2> /dev/null
until rm -rf "$1" 2> /dev/null; do :; done
"""


@dataclass(frozen=True, slots=True)
class Engines:
    """One of each, started."""

    mariadb: MariaDB
    postgres: Postgres
    redis: Redis


@contextmanager
def engines(*, durable: bool = False) -> Iterator[Engines]:
    """Start all three side by side and stop them at the end. Raises EngineMissing, EngineFailed.

    ``durable`` lets MariaDB's commits wait for the disk, and gives it more memory.
    """
    with engine_room() as root, ExitStack() as stack:
        all_three = Engines(MariaDB(root, durable=durable), Postgres(root), Redis(root))
        each: list[Engine] = [all_three.mariadb, all_three.postgres, all_three.redis]
        for engine in each:
            stack.enter_context(closing(engine))
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda engine: engine.start(), each))
        yield all_three


@contextmanager
def engine_room() -> Iterator[Path]:
    """Yield a folder for engines, e.g. `Redis(root, appendonly=True)`, that go when it goes."""
    root = Path(tempfile.mkdtemp(prefix="uhok-engines-"))
    guard = subprocess.Popen(
        ("/bin/sh", "-c", GUARD, "guard", str(root)),
        stdin=subprocess.PIPE,
        cwd="/",
        start_new_session=True,
    )
    try:
        yield root
    finally:
        guard.communicate()
        shutil.rmtree(root, ignore_errors=True)
