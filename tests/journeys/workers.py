"""A worker on an address of its own, that is stopped or killed and started again there."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.patience import until
from tests.processes import PATIENCE_SECONDS, Process, a_worker
from tests.serving import address


@dataclass(kw_only=True)
class Worker:
    """One process of the shop."""

    where: tuple[str, int]
    options: tuple[str, ...]
    env: dict[str, str]
    log: Path
    _open: AsyncExitStack = field(default_factory=AsyncExitStack)
    _process: Process | None = None
    _http: httpx.AsyncClient | None = None

    @property
    def url(self) -> str:
        """Where it is found, whether it runs or not."""
        return f"http://{self.where[0]}:{self.where[1]}"

    @property
    def http(self) -> httpx.AsyncClient:
        """A client of it, while it runs."""
        assert self._http is not None
        return self._http

    async def start(self) -> None:
        """Start it, and wait until it answers."""
        running = a_worker(self.where, *self.options, env=self.env, log=self.log)
        self._process, self._http = await self._open.enter_async_context(running)

    async def stop(self) -> None:
        """Ask it to stop, and wait until it has."""
        process = self._process
        assert process is not None
        process.terminate()
        await until(lambda: process.ended, seconds=PATIENCE_SECONDS)
        await self.kill()

    async def kill(self) -> None:
        """End it at once."""
        self._process = self._http = None
        await self._open.aclose()


@asynccontextmanager
async def worker(*options: str, env: dict[str, str], log: Path) -> AsyncIterator[Worker]:
    """Run a worker on an address that stays its own for as long as the block lasts."""
    with address() as where:
        one = Worker(where=where, options=options, env=env, log=log)
        try:
            await one.start()
            yield one
        finally:
            await one.kill()
