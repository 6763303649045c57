"""What waits for one client has a bound, and an end."""

import asyncio

import pytest

from channels.codes import SHUTDOWN, SLOW
from channels.outbound import Outbound, pump


class Socket:
    """Takes what it is given, when it is let."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.code: int | None = None
        self.writable = asyncio.Event()
        self.writable.set()

    async def write(self, frames: list[bytes]) -> None:
        await self.writable.wait()
        self.written.append(b"".join(frames))

    async def finish(self, code) -> None:
        self.code = code.code


def test_the_bound_counts_what_is_being_written():
    """Not only what waits behind it."""
    outbound = Outbound(10)
    assert outbound.put(b"12345")
    assert outbound.put(b"67890")
    assert not outbound.put(b"1")


async def test_what_was_taken_counts_until_the_writer_is_back():
    """A chunk in a full socket is memory as well."""
    outbound = Outbound(10)
    outbound.put(b"1234567890")
    assert await outbound.take() == [b"1234567890"]
    assert not outbound.put(b"1")
    outbound_next = asyncio.create_task(outbound.take())
    await asyncio.sleep(0)
    assert outbound.put(b"1")
    assert await outbound_next == [b"1"]


async def test_what_waits_is_written_at_once_and_before_the_end():
    """One write for all of it, then the code."""
    outbound, socket = Outbound(100), Socket()
    for frame in (b"a", b"b", b"c"):
        outbound.put(frame)
    outbound.end(SHUTDOWN)
    outbound.put(b"too late")
    await pump(outbound, 1.0, write=socket.write, finish=socket.finish)

    assert socket.written == [b"abc"]
    assert socket.code == 3001


async def test_a_slow_client_is_told_before_it_gets_the_rest():
    """What it could not take is thrown away; it will recover it."""
    outbound, socket = Outbound(100), Socket()
    outbound.put(b"a")
    outbound.end(SLOW, discard=True)
    await pump(outbound, 1.0, write=socket.write, finish=socket.finish)

    assert (socket.written, socket.code) == ([], 3008)


async def test_a_socket_that_never_drains_is_given_up():
    """After the deadline, without a word."""
    outbound, socket = Outbound(100), Socket()
    socket.writable.clear()
    outbound.put(b"a")
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(pump(outbound, 0.05, write=socket.write, finish=socket.finish))
        await asyncio.sleep(0)
        outbound.end(SHUTDOWN)
    assert (socket.written, socket.code) == ([], None)


async def test_a_client_that_is_gone_ends_the_writer():
    """The transport says so by an OSError."""

    async def gone(frames) -> None:
        raise ConnectionResetError

    outbound, socket = Outbound(100), Socket()
    outbound.put(b"a")
    await pump(outbound, 1.0, write=gone, finish=socket.finish)
    outbound.end(SHUTDOWN)
    assert socket.code is None


@pytest.mark.parametrize("discard", [False, True])
def test_only_the_first_end_counts(discard):
    """The client hears one reason."""
    outbound = Outbound(100)
    outbound.end(SHUTDOWN, discard=discard)
    outbound.end(SLOW)
    assert outbound.code == SHUTDOWN
