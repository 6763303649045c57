"""Tokens and tickets for live connections: for whom, for what, and for how long."""

import asyncio
import base64
import json
from datetime import timedelta

import jwt
import pytest
from fakeredis import FakeAsyncRedis, FakeServer

from channels.credentials import Credentials, Grant, TokenExpired, TokenInvalid, TokenMismatched
from domain.kernel import Busy, UserId
from server.rate_limit import REALTIME
from server.realtime import Doorkeeper
from server.tickets import Tickets
from tests.stall import HS

TOKEN = "/api/realtime/token"
SUBSCRIPTION = "/api/realtime/subscription-token"
TICKET = "/api/realtime/ticket"


@pytest.fixture
def keeper(house):
    """Who reads the tokens, as the channel layer asks it."""
    state = house.state
    return Doorkeeper(state["gate"], state["realtime"], state["tickets"])


def claims(token):
    """Return what a token says, as anybody can read it."""
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


async def minted(client, who, path=TOKEN, **body):
    answer = await client.post(path, json=body, headers=who.headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.json()


async def issued(client, who):
    answer = await client.post(TICKET, headers=who.headers)
    assert answer.status_code == 201, answer.text
    return answer.json()["ticket"]


async def test_a_token_opens_connections_of_its_owner(client, clock, keeper, jimin):
    """For ten minutes; it names the login that a logout ends."""
    told = await minted(client, jimin)
    assert told["ttl"] == 600
    assert told["expires_at"] == "2026-11-21T03:10:00Z"
    who = await keeper.connection(told["token"])
    assert who == Credentials(
        UserId(jimin.user_id), claims(jimin.access)["sid"], clock() + timedelta(minutes=10)
    )
    clock.forward(minutes=10)
    with pytest.raises(TokenExpired):
        await keeper.connection(told["token"])


@pytest.mark.parametrize("content", [b"", b"{}", b'{"client":"x","unheard_of":[]}', None])
async def test_a_token_is_fetched_however_an_sdk_asks(client, keeper, jimin, content):
    """POST with a body, an empty one or none; GET."""
    if content is None:
        answer = await client.get(TOKEN, headers=jimin.headers)
    else:
        headers = jimin.headers | {"Content-Type": "application/json"}
        answer = await client.post(TOKEN, content=content, headers=headers)
    assert answer.status_code == 200, answer.text
    assert (await keeper.connection(answer.json()["token"])).user_id == jimin.user_id


async def test_a_personal_token_is_subscribed_by_the_server(client, keeper, jimin):
    """To one's own channel."""
    channel = f"user:{jimin.user_id}"
    for told in (
        await minted(client, jimin, personal=True),
        (await client.get(TOKEN, params={"personal": True}, headers=jimin.headers)).json(),
    ):
        assert (await keeper.connection(told["token"])).subs == {channel: Grant()}


@pytest.mark.parametrize("path", [TOKEN, SUBSCRIPTION, TICKET])
async def test_a_stranger_needs_none_and_gets_none(client, path):
    """401; what is public is heard without a token."""
    answer = await client.post(path, json={"channel": "live:1"})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


async def test_a_realtime_token_opens_no_rest_door(client, jimin):
    """It may travel where an access token must not."""
    told = await minted(client, jimin)
    subscription = await minted(client, jimin, SUBSCRIPTION, channel=f"user:{jimin.user_id}")
    for token in (told["token"], subscription["token"]):
        headers = {"Authorization": f"Bearer {token}"}
        for path in ("/api/user/info", "/api/orders"):
            assert (await client.get(path, headers=headers)).status_code == 401
        assert (await client.post(TOKEN, headers=headers)).status_code == 401


async def test_an_access_token_opens_a_connection_too(client, clock, keeper, jimin):
    """The page has one anyway; no token is a stranger, and a bad one is nobody."""
    who = await keeper.connection(jimin.access)
    assert (who.user_id, who.session_id) == (jimin.user_id, claims(jimin.access)["sid"])
    assert await keeper.connection("") is None
    for token in ("x", "a.b.c", jimin.access[:-2]):
        with pytest.raises(TokenInvalid):
            await keeper.connection(token)
    clock.forward(minutes=30)
    with pytest.raises(TokenExpired):
        await keeper.connection(jimin.access)


async def test_after_a_logout_none_of_them_opens_anything(client, keeper, jimin, sign_in):
    """Neither tokens that were seen before nor tickets that were not; another login goes on."""
    other = await sign_in()
    token, ticket = (await minted(client, jimin))["token"], await issued(client, jimin)
    others = (await minted(client, other))["token"]
    assert await keeper.connection(token)

    await client.post("/api/user/logout", headers=jimin.headers)

    for shown in (token, jimin.access):
        with pytest.raises(TokenInvalid):
            await keeper.connection(shown)
    with pytest.raises(TokenInvalid):
        await keeper.ticket(ticket)
    assert await keeper.connection(others)


async def test_a_token_of_another_backend_needs_no_login_of_ours(settings, clock, keeper):
    """Signed with the secret we share, for us."""
    said = {"sub": "7", "aud": "realtime", "exp": int(clock().timestamp()) + 5}
    secret = settings.jwt_secret.get_secret_value()
    who = await keeper.connection(jwt.encode(said, secret, algorithm="HS256"))
    assert (who.user_id, who.session_id) == (7, None)


async def test_a_subscription_token_is_for_those_who_may_listen(
    client, house, keeper, buyer, stall
):
    """Their own order, a broadcast; with it they listen, and nobody else does."""
    order_id = await buyer.order(HS)
    for channel in (f"order:{order_id}", f"user:{buyer.user_id}", f"live:{stall.on_air}"):
        told = await minted(client, buyer, SUBSCRIPTION, channel=channel)
        assert told["ttl"] == 600
        me = UserId(buyer.user_id)
        assert await keeper.subscription(told["token"], channel=channel, user_id=me)
        for other, user_id in ((channel, UserId(404)), ("order:404", me), (channel, None)):
            with pytest.raises(TokenMismatched):
                await keeper.subscription(told["token"], channel=other, user_id=user_id)
        with pytest.raises(TokenInvalid):
            await keeper.connection(told["token"])


@pytest.mark.parametrize(
    "channel", ["order:{order}", "user:{buyer}", "#{buyer}", "order:404", "order:x", "nothing:1"]
)
async def test_whose_channel_it_is_not_it_does_not_exist(client, buyer, stranger, stall, channel):
    """404 of what is another's as of what nobody has."""
    named = channel.format(order=await buyer.order(HS), buyer=buyer.user_id)
    answer = await stranger.post(SUBSCRIPTION, {"channel": named})
    assert answer.status_code == 404, answer.text


@pytest.mark.parametrize("channel", ["", "a" * 256, "주문:1", "a b", "\0", None, 7, ["live:1"]])
async def test_what_is_no_channels_name_is_refused(client, jimin, channel):
    """422, and so is none at all."""
    for body in ({"channel": channel}, {}):
        answer = await client.post(SUBSCRIPTION, json=body, headers=jimin.headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


async def test_a_ticket_works_once(client, clock, keeper, jimin):
    """However many try it at once; the connection ends with the access token."""
    ticket = await issued(client, jimin)
    tries = await asyncio.gather(*(keeper.ticket(ticket) for _ in range(5)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in tries) == ["Credentials"] + ["TokenInvalid"] * 4
    (who,) = (one for one in tries if isinstance(one, Credentials))
    assert who == Credentials(
        UserId(jimin.user_id), claims(jimin.access)["sid"], clock() + timedelta(minutes=30)
    )


async def test_a_ticket_works_on_another_worker(client, house, settings, clock, jimin):
    """Whose only share in it is Redis."""
    ticket = await issued(client, jimin)
    elsewhere = Tickets(house.state["redis"], prefix=settings.redis_prefix, clock=clock)
    assert (await elsewhere.redeem(ticket)).user_id == jimin.user_id
    assert await house.state["tickets"].redeem(ticket) is None


async def test_a_ticket_lasts_a_minute(client, clock, keeper, jimin):
    """And what was never drawn was never one."""
    ticket = await issued(client, jimin)
    clock.forward(seconds=60)
    for shown in (ticket, "", "x", "\ud800", "é" * 100_000):
        with pytest.raises(TokenInvalid):
            await keeper.ticket(shown)


async def test_redis_keeps_no_ticket_that_could_be_used(client, house, settings, jimin):
    """Its digest alone, under our prefix, for a minute."""
    ticket = await issued(client, jimin)
    redis = house.state["redis"]
    (key,) = [key async for key in redis.scan_iter(f"{settings.redis_prefix}ticket:*")]
    assert ticket.encode() not in key + await redis.get(key)
    assert 0 < await redis.pttl(key) <= 60_000


async def test_without_redis_there_are_no_tickets(clock):
    """Busy, both ways: a client may come back."""
    gone = FakeServer()
    gone.connected = False
    tickets = Tickets(FakeAsyncRedis(server=gone), prefix="", clock=clock)
    with pytest.raises(Busy):
        await tickets.issue(Credentials(UserId(7)))
    with pytest.raises(Busy):
        await tickets.redeem("x")


async def test_tokens_are_not_handed_out_without_end(settings):
    """All workers count them together."""
    assert REALTIME.shared
    assert REALTIME.allowance(settings) == 120
