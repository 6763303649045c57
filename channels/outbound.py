"""What waits to be written to one client: bounded in bytes, taken in one piece."""

import asyncio
from collections.abc import Awaitable, Callable

from channels.codes import Code


class Outbound:
    """Filled by anyone without waiting, emptied by the connection's one writer."""

    __slots__ = ("_bytes_max", "_closing", "_frames", "_ready", "_size", "_taken", "code", "ended")

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._frames: list[bytes] = []
        self._size = 0
        self._taken = 0  # bytes of it that the writer is writing now
        self._ready = asyncio.Event()
        self._closing: Callable[[], None] | None = None
        self.code: Code | None = None
        self.ended = False

    def put(self, frame: bytes) -> bool:
        """Queue a frame, or report that the client is too far behind to take it."""
        if self.ended:
            return True
        if self._size + len(frame) > self._bytes_max:
            return False
        self._frames.append(frame)
        self._size += len(frame)
        self._ready.set()
        return True

    def on_end(self, closing: Callable[[], None] | None) -> None:
        """Call this when the end is decided, be it now or later."""
        self._closing = closing
        if self.ended and closing is not None:
            closing()

    def end(self, code: Code | None, *, discard: bool = False) -> None:
        """Take no more; what waits is still written, unless the client is gone or too slow."""
        if self.ended:
            return
        self.code, self.ended = code, True
        if discard:
            self._frames.clear()
            self._size = self._taken
        self._ready.set()
        if self._closing is not None:
            self._closing()

    async def take(self) -> list[bytes]:
        """Return everything that waits, at least one frame; nothing once all is written.

        What was taken counts against the bound until the writer comes back for more.
        """
        self._size -= self._taken
        self._taken = 0
        while not self._frames and not self.ended:
            await self._ready.wait()
            self._ready.clear()
        frames, self._frames, self._taken = self._frames, [], self._size
        return frames


async def pump(
    outbound: Outbound,
    close_seconds: float,
    *,
    write: Callable[[list[bytes]], Awaitable[None]],
    finish: Callable[[Code], Awaitable[None]],
) -> None:
    """Write whatever comes until the end; then a full socket has so many seconds to drain."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(None) as deadline:
            outbound.on_end(lambda: deadline.reschedule(loop.time() + close_seconds))
            while frames := await outbound.take():
                await write(frames)
            if outbound.code is not None:
                await finish(outbound.code)
    except (TimeoutError, OSError):
        return  # the client is gone, or as good as gone
    finally:
        outbound.on_end(None)
