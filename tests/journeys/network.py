"""A stretch of network between a browser and the server, which a test can pull out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field


@dataclass(eq=False)
class Cable:
    """Forwards TCP to the server until it is pulled; then it refuses and drops everything."""

    target: int
    port: int = 0
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def plug(self) -> None:
        """Carry connections, on the same port as before."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def pull(self) -> None:
        """Drop every connection and accept none."""
        if self._server is not None:
            self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _carry(self, near: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            far, away = await asyncio.open_connection("127.0.0.1", self.target)
            try:
                await asyncio.gather(_pump(near, away), _pump(far, out))
            finally:
                away.transport.abort()
        except (OSError, asyncio.CancelledError):
            pass  # one end is gone, or the cable was pulled
        finally:
            out.transport.abort()
            self._tasks.discard(task)


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(65536):
        sink.write(data)
        await sink.drain()
    with suppress(OSError):
        sink.write_eof()


@asynccontextmanager
async def cable(target: int) -> AsyncIterator[Cable]:
    """A cable to the server on that port, plugged in."""
    line = Cable(target)
    await line.plug()
    try:
        yield line
    finally:
        await line.pull()
