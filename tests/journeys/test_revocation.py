"""What one worker hands out opens connections on another, and what one takes back ends them there.

Two workers on the real engines, and a client nobody here wrote.
"""

from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import pytest
from centrifuge import Client, ClientEventHandler, ClientState

from domain import user
from domain.kernel import UserId
from server.app import create_app
from server.wiring import databases, open_state
from tests.patience import until
from tests.serving import address, served
from tests.stall import PASSWORD, Shopper, sign_up
from tests.street import client

FORCED, INVALID = 3503, 3500


class Ends(ClientEventHandler):
    """Remembers why connections ended for good."""

    def __init__(self) -> None:
        self.codes: list[int] = []

    async def on_disconnected(self, ctx) -> None:
        self.codes.append(ctx.code)


@pytest.fixture
async def workers(real_settings, notebook):
    """Two workers' addresses."""
    async with AsyncExitStack() as stack:
        urls = []
        for _ in range(2):
            where = stack.enter_context(address())
            app = create_app(real_settings, partial(open_state, real_settings, journal=notebook))
            urls.append(await stack.enter_async_context(served(app, where)))
        yield urls


@pytest.fixture
async def http(workers):
    """A client of the first worker."""
    async with client(workers[0]) as first:
        yield first


@pytest.fixture
async def jimin(http):
    """Jimin, logged in at the first worker."""
    return await sign_up(http, "jimin")


@pytest.fixture
async def admin(http, real_settings):
    """Somebody who looks after the shop."""
    person = await sign_up(http, "admin")
    async with databases(real_settings) as (db, _), db.sessions.begin() as session:
        await user.appoint(session, UserId(person.user_id), user.Role.ADMIN)
    body = {"email": "admin@example.com", "password": PASSWORD}
    token = (await http.post("/api/user/login", json=body)).json()["access_token"]
    http.cookies.clear()
    return Shopper(http, {"Authorization": f"Bearer {token}"}, person.user_id, token)


async def log_out(jimin, admin):
    await jimin.post("/api/user/logout")


async def suspend(jimin, admin):
    await admin.post(f"/api/user/{jimin.user_id}/suspension")


@asynccontextmanager
async def connected(url, token):
    """A stock client, connected there."""
    ends = Ends()
    sdk = Client(
        f"{url.replace('http', 'ws', 1)}/connection/websocket",
        events=ends,
        token=token,
        proxy=None,
        max_reconnect_delay=0.3,
    )
    await sdk.connect()
    await until(lambda: sdk.state is not ClientState.CONNECTING)
    try:
        yield sdk, ends
    finally:
        await sdk.disconnect()


async def test_the_first_workers_token_opens_a_connection_on_the_second(workers, jimin):
    """Its bearer has things done over it, and a stranger has not."""
    token = (await jimin.post("/api/realtime/token")).json()["token"]
    async with connected(workers[1], token) as (sdk, _):
        assert (await sdk.rpc("notification.read_all", {})).data == {"read": 0}


@pytest.mark.parametrize("revoke", [log_out, suspend])
async def test_what_the_first_worker_revokes_ends_on_the_second(workers, jimin, admin, revoke):
    """At once and for good, whichever token opened it; neither opens another."""
    minted = (await jimin.post("/api/realtime/token")).json()["token"]
    for_both = [(url, token) for url in workers for token in (minted, jimin.token)]
    async with AsyncExitStack() as stack:
        open_ones = [
            await stack.enter_async_context(connected(url, token)) for url, token in for_both
        ]
        assert {sdk.state for sdk, _ in open_ones} == {ClientState.CONNECTED}
        await revoke(jimin, admin)
        await until(lambda: [ends.codes for _, ends in open_ones] == [[FORCED]] * len(open_ones))
    for url, token in for_both:
        async with connected(url, token) as (sdk, ends):
            assert (sdk.state, ends.codes) == (ClientState.DISCONNECTED, [INVALID])


async def test_a_ticket_opens_one_event_stream_on_whatever_worker(workers, jimin):
    """The second use of its address is turned away."""
    ticket = (await jimin.post("/api/realtime/ticket")).json()["ticket"]
    asked = {"ticket": ticket, "cf_connect": f'{{"subs":{{"user:{jimin.user_id}":{{}}}}}}'}
    async with client(workers[1]) as second:
        async with second.stream("GET", "/connection/uni_sse", params=asked) as stream:
            assert stream.status_code == 200
            lines = stream.aiter_lines()
            first = await anext(line async for line in lines if line.startswith("data:"))
            assert f'"user:{jimin.user_id}"' in first
        for http in (second, jimin.http):
            refused = await http.get("/connection/uni_sse", params=asked)
            assert refused.status_code == 401
