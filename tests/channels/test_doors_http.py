"""Streams are HTTP answers among others: under our own server nothing is mixed up."""

import ssl
import subprocess

import pytest

from channels.broker import Publication
from channels.doors import http_stream, sse, uni_http_stream, uni_sse, websocket
from channels.limits import Limits
from tests.channels.doors import OURS, served, uvicorn_with
from tests.channels.rawsocket import raw, upgraded

pytestmark = pytest.mark.parametrize("client", ["fake"], indirect=True)

UNI = "%7B%22subs%22:%7B%22thing:a%22:%7B%7D%7D%7D"
BIDI = "%7B%22id%22:1,%22connect%22:%7B%7D%7D"
LISTEN = '{"id":1,"connect":{}}\n{"id":2,"subscribe":{"channel":"thing:a"}}'


def get(path, *, version="1.1", method="GET", said=UNI):
    return f"{method} {path}?cf_connect={said} HTTP/{version}\r\nHost: shop\r\n\r\n"


@pytest.fixture(params=["ours", "stock"])
def server(request):
    """With and without writing directly."""
    return request.param


@pytest.fixture
async def address(serve, live):
    return await serve(live)


@pytest.fixture
async def line(address):
    """One TCP connection."""
    async with raw(address) as connection:
        yield connection


async def heard(line, word):
    """Return the chunk that says the word."""
    while word not in (said := await line.chunk()):
        assert said, "the stream ended"
    return said


@pytest.mark.parametrize("path", [uni_sse.PATH, sse.PATH])
async def test_the_end_of_a_stream_is_the_end_of_its_connection(line, live, path):
    """Whoever comes back may be wanted elsewhere; what was asked behind it was not heard."""
    line.write(get(path, said=UNI if path == uni_sse.PATH else BIDI) + get(websocket.PATH))
    assert b"connection: close" in await line.read_until(b"\r\n\r\n")
    await heard(line, b'"client"')
    [peer] = live.hub.peers
    live.hub.disconnect(client=peer.client)
    await heard(line, b"disconnect")
    assert await line.read_to_the_end() == b"0\r\n\r\n"
    assert not live.hub.peers


@pytest.mark.parametrize("path", [uni_sse.PATH, uni_http_stream.PATH, sse.PATH])
async def test_head_is_the_head_alone(line, live, path):
    """And the connection is good for another request."""
    for _ in range(2):
        line.write(get(path, method="HEAD", said=BIDI))
        head = await line.read_until(b"\r\n\r\n")
        assert b" 200 " in head
    line.write(get(websocket.PATH))
    assert b" 426 " in await line.read_until(b"\r\n\r\n")
    assert not live.hub.peers


async def test_an_old_client_s_connection_ends_with_the_stream(line, live):
    """HTTP/1.0 knows no keep-alive."""
    line.write(get(uni_sse.PATH, version="1.0"))
    assert b"connection: close" in await line.read_until(b"\r\n\r\n")
    await heard(line, b'"client"')
    live.hub.close_all()
    assert b"3001" in await line.read_to_the_end()


async def test_a_body_that_comes_too_slowly_is_not_waited_for(line, live):
    """408, after as long as a silent WebSocket has."""
    object.__setattr__(live.parts.limits, "stale_seconds", 0.1)
    line.write(f"POST {http_stream.PATH} HTTP/1.1\r\nHost: shop\r\nContent-Length: 99\r\n\r\n{{")
    assert b" 408 " in await line.read_until(b"\r\n\r\n")
    assert not live.hub.peers


@pytest.mark.parametrize("limits", [Limits(connections_per_address=1)], ids=["one"])
async def test_a_body_that_breaks_off_leaves_nothing_behind(address, live, caplog):
    """The client is gone; there is nobody to be told, and nothing to be logged."""

    async def status():
        async with raw(address) as other:
            other.write(get(uni_sse.PATH, said="%7B"))
            return (await other.read_until(b"\r\n"))[9:12]

    async with raw(address) as line:
        line.write(f"POST {http_stream.PATH} HTTP/1.1\r\nHost: shop\r\nContent-Length: 9\r\n\r\n{{")
        while await status() != b"429":
            pass
    while await status() != b"400":
        pass
    assert not live.hub.peers
    assert not [each for each in caplog.records if each.levelname != "INFO"]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for this machine, believed by nobody else."""
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    order = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
        " -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1"
    )
    files = ("-keyout", str(key), "-out", str(certificate))
    subprocess.run((*order.split(), *files), check=True, capture_output=True)
    return key, certificate


async def test_what_is_written_directly_is_encrypted_too(live, certificate):
    """A WebSocket and a stream over TLS hear every message, whole and in order."""
    key, certificate = certificate
    options = {"ssl_keyfile": str(key), "ssl_certfile": str(certificate)}
    trust = ssl.create_default_context(cafile=str(certificate))
    async with (
        served(live, uvicorn_with(**OURS, **options)) as address,
        raw(address, ssl=trust) as stream,
        upgraded(address, websocket.PATH, ssl=trust) as socket,
    ):
        stream.write(get(uni_sse.PATH))
        await stream.read_until(b"\r\n\r\n")
        await heard(stream, b'"client"')
        socket.send(LISTEN)
        while not any(each.get("id") == 2 for each in await socket.hears()):
            pass
        [feed] = live.hub.feeds
        epoch = feed.top.epoch
        for n in range(1, 50):
            live.hub.deliver("thing:a", epoch, Publication(n, b'"%b"' % (b"x" * n * 99)))
            [push] = await socket.hears()
            assert push["push"]["pub"]["offset"] == n
            assert b'"offset":%d' % n in await heard(stream, b'"pub"')
