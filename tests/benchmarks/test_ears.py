"""The listeners of the fan-out benchmark hear what was said, and notice what was not."""

import asyncio
import struct

import pytest

from benchmarks import _dialect
from benchmarks._ears import Crowd, Ear, gather, leave, message

SIZE = 256


class Pipe(asyncio.Transport):
    """The other end of a listener, which remembers what was written."""

    def __init__(self):
        super().__init__()
        self.written = []

    def write(self, data):
        """Remember."""
        self.written.append(data)


def listening(crowd, dialect):
    """Return a listener that is let in, and its pipe."""
    ear, pipe = Ear(crowd, dialect), Pipe()
    ear.connection_made(pipe)
    for awaited, _ in dialect.steps:
        ear.data_received(awaited)
    assert ear.admitted.done()
    crowd.listening += 1
    return ear, pipe


def in_frames(messages):
    """Return the messages as a server's WebSocket frames."""
    return b"".join(b"\x81\x7e" + struct.pack("!H", len(each)) + each for each in messages)


@pytest.fixture
def crowd():
    """Nobody yet."""
    return Crowd()


@pytest.fixture
async def ear(crowd):
    """One listener on a plain WebSocket."""
    return listening(crowd, _dialect.plain_websocket("/sub"))[0]


@pytest.mark.parametrize("size", [256, 16 * 1024])
def test_a_message_has_its_size(size):
    """To the byte, number and padding included."""
    assert len(message(0, size)) == len(message(999_999, size)) == size


async def test_every_message_is_heard_wherever_the_stream_is_cut(crowd, ear):
    """A number that two reads share is counted once, and so is one that a read holds alone."""
    for cut in range(1, SIZE + 8):
        crowd.forget()
        stream = in_frames(crowd.say(3, size=SIZE, due=0.0))
        for begin in range(0, len(stream), cut):
            ear.data_received(stream[begin : begin + cut])
        assert (crowd.count, crowd.due, crowd.astray) == (3, 3, 0)
        assert await crowd.complete(seconds=1)


async def test_a_lost_message_is_missed(crowd, ear):
    """Those around it are counted; the sum says that one is not there."""
    first, _lost, last = crowd.say(3, size=SIZE, due=0.0)
    ear.data_received(in_frames([first, last]))
    assert (crowd.count, crowd.due, crowd.astray) == (2, 3, 0)
    assert not await crowd.complete(seconds=0)


async def test_a_message_that_comes_twice_is_no_substitute(crowd, ear):
    """What is repeated is astray and does not make up for what is lost."""
    first, second = crowd.say(2, size=SIZE, due=0.0)
    ear.data_received(in_frames([first, first]))
    assert (crowd.count, crowd.astray) == (1, 1)
    ear.data_received(in_frames([second]))
    assert (crowd.count, crowd.astray) == (2, 1)


async def test_messages_out_of_order_are_told(crowd, ear):
    """The later one is heard; the one it overtook is astray."""
    first, second = crowd.say(2, size=SIZE, due=0.0)
    ear.data_received(in_frames([second, first]))
    assert (crowd.count, crowd.astray) == (1, 1)


async def test_an_age_counts_from_when_the_message_was_due(crowd, ear):
    """Each message has its own time, also where one read brings several."""
    early = crowd.say(1, size=SIZE, due=1.0)
    late = crowd.say(1, size=SIZE, due=3.0)
    ear.data_received(in_frames([*early, *late]))
    older, younger = crowd.ages()
    assert older - younger == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("dialect", "ping", "pong"),
    [
        (_dialect.centrifuge_json("live:1"), b"\x81\x02{}", b"\x81\x82\0\0\0\0{}"),
        (_dialect.centrifuge_protobuf("live:1"), b"\x82\x01\0", b"\x82\x81\0\0\0\0\0"),
        (_dialect.socket_io("/socket.io/"), b"\x81\x012", b"\x81\x81\0\0\0\x003"),
    ],
)
async def test_a_ping_is_answered(crowd, dialect, ping, pong):
    """Also when it arrives together with a message; a message alone is not answered."""
    ear, pipe = listening(crowd, dialect)
    said = in_frames(crowd.say(2, size=SIZE, due=0.0))
    ear.data_received(said)
    before = len(pipe.written)
    ear.data_received(ping)
    ear.data_received(in_frames(crowd.say(1, size=SIZE, due=0.0)) + ping)
    assert pipe.written[before:] == [pong, pong]
    assert crowd.count == crowd.due


async def test_the_door_is_opened_in_steps():
    """Each wish follows the bytes it waits for, however they are cut."""
    dialect = _dialect.centrifuge_json("live:1")
    ear, pipe = Ear(Crowd(), dialect), Pipe()
    ear.connection_made(pipe)
    ear.data_received(b"HTTP/1.1 101 Switching Protocols\r\n\r")
    assert pipe.written == [dialect.hello]
    ear.data_received(b"\n")
    assert pipe.written == [dialect.hello, dialect.steps[0][1]]
    ear.data_received(b'\x81\x1e{"id":1,"connect":{}}\n{"id":2,"su')
    assert not ear.admitted.done()
    ear.data_received(b'bscribe":{}}')
    assert ear.admitted.done()


async def test_a_server_that_hangs_up_is_noticed():
    """Before the listener is in as a failure, afterwards as a number; leaving is neither."""

    async def serve(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        crowd = Crowd()
        with pytest.raises(ExceptionGroup) as refused:
            await gather(crowd, _dialect.plain_websocket("/"), port=port, size=1)
        assert refused.group_contains(ConnectionResetError)
        assert crowd.hung_up == 1


async def test_leaving_is_no_hanging_up():
    """Listeners that go by themselves are not counted."""

    async def serve(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
        await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        crowd = Crowd()
        port = server.sockets[0].getsockname()[1]
        await gather(crowd, _dialect.plain_websocket("/"), port=port, size=3)
        assert crowd.listening == 3
        await leave(crowd)
    assert crowd.hung_up == 0
