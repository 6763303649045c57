"""The shop as it is deployed: processes of the ``uhok`` command, on real engines."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Self

import httpx

from server.settings import Settings
from tests.patience import until
from tests.street import client

ROOT = Path(__file__).parent.parent
PATIENCE_SECONDS = 20.0


class Process:
    """One process of the shop, killed at the end of its ``with`` block."""

    def __init__(self, *command: str, env: dict[str, str], log: Path) -> None:
        self._log = log
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                (sys.executable, "-m", "server.cli", *command),
                env=_plain_environment() | env,
                cwd=ROOT,
                stdout=out,
                stderr=out,
                start_new_session=True,  # so that a supervisor's workers can be killed with it
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def ended(self) -> bool:
        """Tell whether it is gone."""
        return self._process.poll() is not None

    def kill(self) -> None:
        """End it, and what it started, at once: no goodbye, no last write."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def terminate(self) -> None:
        """Ask it to stop."""
        self._process.send_signal(signal.SIGTERM)

    def said(self, word: str) -> bool:
        """Tell whether its log holds the word."""
        return word in self._log.read_text(errors="replace")


@asynccontextmanager
async def a_worker(
    where: tuple[str, int],
    *options: str,
    env: dict[str, str],
    log: Path,
    seconds: float = PATIENCE_SECONDS,
) -> AsyncIterator[tuple[Process, httpx.AsyncClient]]:
    """Run a web worker there; yields it, and a client of it, when it answers."""
    host, port = where
    env = env | {"HOST": host, "PORT": str(port)}
    with Process("serve", *options, env=env, log=log) as process:
        async with client(f"http://{host}:{port}") as http:
            await until(lambda: _alive(process, http), seconds=seconds)
            yield process, http


def environment(settings: Settings, **more: Any) -> dict[str, str]:
    """Return the environment that makes a process use these engines."""
    wanted = {
        "environment": "test",
        "service_db_url": settings.service_db_url,
        "analytics_db_url": settings.analytics_db_url,
        "redis_url": settings.redis_url,
        "data_dir": settings.data_dir,
        "bcrypt_cost": settings.bcrypt_cost,
        "drain_seconds": 0.5,
    }
    return {name.upper(): str(value) for name, value in (wanted | more).items()}


def _plain_environment() -> dict[str, str]:
    known = {name.upper() for name in Settings.model_fields}
    return {name: value for name, value in os.environ.items() if name.upper() not in known}


async def _alive(process: Process, http: httpx.AsyncClient) -> bool:
    assert not process.ended, "it did not start"
    try:
        return (await http.get("/healthz")).status_code == 200
    except httpx.TransportError:
        return False
