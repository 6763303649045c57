"""Messages go from the socket to the listeners without a detour, and never too many in a turn."""

import asyncio
from itertools import pairwise
from types import SimpleNamespace

import hiredis
import pytest
import uvloop

from channels.broker.ear import TURN_BYTES, TURN_MESSAGES, Lost, SocketEar
from tests.contracts.rooms import opened, publish
from tests.patience import until


class Pipe:
    """A transport without a socket."""

    def __init__(self) -> None:
        self.protocol, self.reading, self.closing = None, True, False
        self.said: list[bytes] = []

    def set_protocol(self, protocol) -> None:
        self.protocol = protocol

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def is_closing(self) -> bool:
        return self.closing

    def write(self, data: bytes) -> None:
        self.said.append(data)


@pytest.fixture
async def ear():
    """Return an ear on a pipe, and what it heard."""

    def on(*, early: bytes = b""):
        pipe, heard, stream = Pipe(), [], asyncio.StreamReader()
        stream.feed_data(early)

        def hears(message) -> int:
            if message == b"bug":
                raise RuntimeError("a bug")
            heard.append(message)
            return len(message[-1])

        return SocketEar(SimpleNamespace(_reader=stream), pipe, hears), pipe, heard

    return on


def message(data: bytes) -> bytes:
    return hiredis.pack_command((b"message", b"a", data))


async def test_a_chunk_is_heard_in_one_turn(ear):
    """Split anywhere; what came before the hand-over included."""
    whole = message(b"2")
    reading, _, heard = ear(early=message(b"1") + whole[:7])
    assert [each[2] for each in heard] == [b"1"]
    reading.data_received(whole[7:] + message(b"3"))
    assert [each[2] for each in heard] == [b"1", b"2", b"3"]


@pytest.mark.parametrize(
    ("size", "in_a_turn"), [(1, TURN_MESSAGES), (TURN_BYTES // 4, 4), (TURN_BYTES * 2, 1)]
)
async def test_a_burst_is_heard_over_several_turns(ear, size, in_a_turn):
    """The socket is left alone meanwhile, and nothing is lost or out of order."""
    reading, pipe, heard = ear()
    count = in_a_turn * 3 + 1
    reading.data_received(b"".join(message(b"%d" % n * size) for n in range(count)))
    turns = [len(heard)]
    while not pipe.reading:
        await asyncio.sleep(0)
        turns.append(len(heard))

    assert turns[0] <= in_a_turn
    assert max(after - before for before, after in pairwise(turns)) <= in_a_turn
    assert len(heard) == count
    assert [each[2] for each in heard] == [b"%d" % n * size for n in range(count)]


@pytest.mark.parametrize(
    ("end", "error"),
    [
        (lambda reading: reading.connection_lost(None), Lost),
        (lambda reading: reading.connection_lost(ConnectionResetError()), ConnectionResetError),
        (lambda reading: reading.data_received(b"?what\r\n"), hiredis.ProtocolError),
        (lambda reading: reading.data_received(b"$3\r\nbug\r\n"), RuntimeError),
    ],
)
async def test_the_end_is_told_once(ear, end, error):
    """A closed socket, nonsense on it, or a listener's bug."""
    reading, pipe, heard = ear()
    end(reading)
    reading.connection_lost(None)
    with pytest.raises(error):
        await reading.listen()
    pipe.closing = True
    with pytest.raises(Lost):
        await reading.say("SUBSCRIBE", b"a")
    assert heard == []


def test_it_works_on_uvloop(own_redis):
    """Whose transports are not of asyncio's classes; the loop in production."""

    async def story():
        async with opened(own_redis) as room:
            broker, ears = await room.broker()
            await broker.subscribe("a")
            for _ in range(3):
                await broker.publish_many([])
                await publish(broker, "a", *range(500))
            await until(lambda: len(ears.heard) == 1500)
            return [data for _, _, data in ears.heard]

    assert uvloop.run(story()) == [b"%d" % n for _ in range(3) for n in range(500)]
