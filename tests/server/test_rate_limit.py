"""Nobody asks more often than is good for the others, and everybody knows where they stand."""

import asyncio
import re

import pytest
from fakeredis import FakeAsyncRedis, FakeServer
from pydantic import BaseModel
from redis.asyncio import Redis
from starlette.requests import Request
from starlette.routing import Route
from structlog.testing import capture_logs

from server import rate_limit
from server.app import create_app
from server.auth import Caller
from server.endpoint import endpoint
from server.rate_limit import ALONE_SECONDS, HEADERS, READ, REFRESH, SIGN_UP, Limiter
from server.settings import Settings
from server.state import State
from server.wiring import open_state
from tests.running import running
from tests.server.conftest import PASSWORD
from tests.server.test_bad_input import doors

TIGHT = {
    "rate_limits": True,
    "rate_limit_reads_per_minute": 5,
    "rate_limit_writes_per_minute": 50,
    "rate_limit_signups_per_hour": 4,
    "rate_limit_email_checks_per_minute": 0,
}
LIKED, LISTED = "/toys/liked", "/toys/listed"
NEW = {"password": PASSWORD, "username": "김지민"}
SHARED = {
    "/api/user/signup": "signup",
    "/api/user/signup/email/check": "email-check",
    "/api/auth/refresh": "refresh",
    "/api/orders/payment/{order_id}/confirm/v1": "payment",
    "/api/orders/payment/{order_id}/confirm/v2": "payment",
    "/api/orders/payment/{order_id}/checkout": "payment",
    "/api/log/user/events": "log",
    "/api/realtime/token": "realtime",
    "/api/realtime/subscription-token": "realtime",
    "/api/realtime/ticket": "realtime",
}


class Toys(BaseModel):
    toys: list[str] = ["kite"]


@endpoint(public_seconds=5)
async def listed(request: Request[State]) -> Toys:
    """Read what anybody may."""
    return Toys()


@endpoint(auth="required")
async def liked(request: Request[State], *, caller: Caller) -> Toys:
    """Read what is one's own."""
    return Toys()


@pytest.fixture
def client(house, client):
    """A client of the application, which also has toys."""
    house.app.router.routes[:0] = [Route(LISTED, listed), Route(LIKED, liked)]
    return client


@pytest.fixture(params=["embedded", "real"])
def settings(request) -> Settings:
    """Small allowances, on each engine in turn."""
    return request.getfixturevalue(f"{request.param}_settings").model_copy(update=TIGHT)


async def statuses(client, count, path=LISTED, **options):
    """Ask so many times; return the statuses."""
    return [(await client.get(path, **options)).status_code for _ in range(count)]


async def test_every_answer_says_what_is_left(client, clock):
    """The draft's structured fields and the older three; noon is the start of a window."""
    clock.forward(seconds=18.5)
    first = (await client.get(LISTED)).headers
    assert first["ratelimit-policy"] == '"read";q=5;w=60'
    assert first["ratelimit"] == '"read";r=4;t=42'
    assert (first["x-ratelimit-limit"], first["x-ratelimit-remaining"]) == ("5", "4")
    assert int(first["x-ratelimit-reset"]) == clock.now.timestamp() - 18.5 + 60
    assert (await client.get(LISTED)).headers["ratelimit"] == '"read";r=3;t=42'


async def test_a_refusal_says_so_too(client, jimin):
    """404, 422, 401 and an unchanged list count like any other."""
    asked = [
        await client.get("/api/orders/987654", headers=jimin.headers),
        await client.get("/api/orders/x", headers=jimin.headers),
        await client.get("/api/orders"),
    ]
    assert [one.status_code for one in asked] == [404, 422, 401]
    assert [one.headers["x-ratelimit-remaining"] for one in asked] == ["4", "3", "4"]
    tag = (await client.get(LISTED)).headers["etag"]
    unchanged = await client.get(LISTED, headers={"If-None-Match": tag})
    assert (unchanged.status_code, unchanged.headers["x-ratelimit-remaining"]) == (304, "2")


async def test_one_too_many_is_told_when_to_come_back(client, clock):
    """429 in our shape with Retry-After, and then it works again."""
    assert await statuses(client, 5) == [200] * 5
    clock.forward(seconds=20)
    refused = await client.get(LISTED, headers={"X-Request-Id": "mine"})
    body = refused.json()
    assert (refused.status_code, body["code"], body["status"]) == (429, "too_many_requests", 429)
    assert body["detail"] == body["message"] == body["error"]
    assert body["request_id"] == refused.headers["x-request-id"] == "mine"
    assert refused.headers["retry-after"] == "40"
    assert refused.headers["ratelimit"] == '"read";r=0;t=40'
    assert refused.headers["cache-control"] == "no-store"
    clock.forward(seconds=int(refused.headers["retry-after"]))
    assert (await client.get(LISTED)).status_code == 200


async def test_who_is_signed_in_is_counted_by_account(client, sign_in):
    """However many share an address, and however many addresses one has."""
    jimin, seojun = await sign_in("jimin@example.com"), await sign_in("seojun@example.com")
    assert await statuses(client, 6, LIKED, headers=jimin.headers) == [200] * 5 + [429]
    assert await statuses(client, 1, LIKED, headers=seojun.headers) == [200]
    assert await statuses(client, 1) == [200]


async def test_an_account_takes_its_count_along(house, client, jimin):
    """Another address is no other person."""
    await statuses(client, 5, LIKED, headers=jimin.headers)
    async with house.client(address=("198.51.100.9", 1)) as elsewhere:
        assert await statuses(elsewhere, 1, LIKED, headers=jimin.headers) == [429]


@pytest.mark.parametrize(
    ("mine", "other", "together"),
    [
        ("203.0.113.1", "203.0.113.1", True),
        ("203.0.113.1", "203.0.113.2", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),  # one house has a /64
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
    ],
)
@pytest.mark.usefixtures("client")
async def test_strangers_are_counted_by_neighbourhood(house, mine, other, together):
    """An IPv4 address, an IPv6 /64."""
    async with house.client(address=(mine, 1)) as first, house.client(address=(other, 2)) as second:
        assert await statuses(first, 5) == [200] * 5
        assert await statuses(second, 1) == ([429] if together else [200])


async def test_who_is_not_let_in_is_counted_too(client):
    """Else bad tokens could be tried for ever."""
    bad = {"Authorization": "Bearer not.a.token"}
    assert await statuses(client, 6, "/api/orders", headers=bad) == [401] * 5 + [429]


async def test_reads_and_writes_are_counted_apart(client, jimin):
    """A page that has read too much can still log out."""
    await statuses(client, 6, LIKED, headers=jimin.headers)
    answer = await client.post("/api/user/logout", headers=jimin.headers)
    assert (answer.status_code, answer.headers["ratelimit"]) == (200, '"write";r=49;t=60')


async def test_a_request_too_many_does_nothing(client):
    """It is refused before its body is read."""
    made = [
        await client.post("/api/user/signup", json=NEW | {"email": f"a{n}@example.com"})
        for n in range(4)
    ]
    assert [one.status_code for one in made] == [201] * 4
    assert made[0].headers["ratelimit-policy"] == '"signup";q=4;w=3600'
    for content in (b'{"email": "a5@example.com"', b"{", b""):
        refused = await client.post("/api/user/signup", content=content)
        assert refused.status_code == 429
    asked = await client.get("/api/user/signup/email/check?email=a5@example.com")
    assert asked.json()["is_duplicate"] is False


async def test_zero_turns_one_off(client):
    """Nothing is counted, and nothing is said."""
    for _ in range(20):
        answer = await client.get("/api/user/signup/email/check?email=a@example.com")
        assert answer.status_code == 200
    assert not [name for name in HEADERS if name in answer.headers]


async def test_health_checks_are_not_counted(client):
    """A balancer asks as often as it likes."""
    assert await statuses(client, 20, "/healthz") == [200] * 20


async def test_other_pages_may_read_where_they_stand(client):
    """The headers are exposed across origins."""
    answer = await client.get(LISTED, headers={"Origin": "http://localhost:3001"})
    exposed = re.split(", *", answer.headers["access-control-expose-headers"])
    assert {*HEADERS, "Retry-After"} <= set(exposed)


async def test_in_tests_nothing_is_counted_unless_asked_for(embedded_settings):
    """Everywhere else it is, unless it is told not to."""
    assert not embedded_settings.limits_rates
    assert Settings().limits_rates
    assert not Settings(rate_limits=False).limits_rates


def test_what_invites_abuse_is_counted_by_all_workers_together():
    """By policies of their own."""
    limits = {path: op.limit for _, path, op in doors()}
    assert {path: limits[path].name for path in SHARED} == SHARED
    assert all(limits[path].shared for path in SHARED)


async def test_two_workers_count_together(real_settings, clock, notebook):
    """Over Redis; twenty at once of four are four."""
    settings = real_settings.model_copy(update=TIGHT)

    def opened():
        return open_state(settings, clock=clock, journal=notebook)

    apps = [create_app(settings, opened) for _ in range(2)]
    async with (
        running(apps[0]) as one,
        running(apps[1]) as two,
        one.client() as left,
        two.client() as right,
    ):
        answers = await asyncio.gather(
            *(
                side.post("/api/user/signup", json=NEW | {"email": f"{name}{n}@example.com"})
                for name, side in (("left", left), ("right", right))
                for n in range(10)
            )
        )
    assert sorted(one.status_code for one in answers) == [201] * 4 + [429] * 16


@pytest.fixture
def fake() -> FakeServer:
    return FakeServer()


@pytest.fixture
async def limiter(fake, clock):
    """A limiter of its own, on a Redis that can be unplugged."""
    redis = FakeAsyncRedis(server=fake)
    tight = Settings(**TIGHT, rate_limit_refreshes_per_minute=3)
    yield Limiter(redis, settings=tight, clock=clock, callers_max=3)
    await redis.aclose()


async def used(limiter, policy, who="jimin"):
    standing = await limiter.count(policy, who)
    left = next(value for name, value in standing.headers if name == b"x-ratelimit-remaining")
    return int(left), standing.over


async def test_without_redis_each_process_counts_alone(limiter, fake, clock):
    """Nobody is let through unseen; Redis is asked again after a while, not every time."""
    assert await used(limiter, REFRESH) == (2, False)
    fake.connected = False
    with capture_logs() as lines:
        assert [await used(limiter, REFRESH) for _ in range(4)] == [
            (2, False),
            (1, False),
            (0, False),
            (0, True),
        ]
    assert [line["event"] for line in lines] == ["rate_limit_alone"]
    fake.connected = True
    assert await used(limiter, REFRESH) == (0, True)
    clock.forward(seconds=ALONE_SECONDS)
    assert await used(limiter, REFRESH) == (1, False)


async def test_a_redis_that_does_not_answer_keeps_nobody_waiting(clock):
    """A quarter of a second for the first, nothing for the next."""
    asked = asyncio.Event()

    async def silent(reader, writer):
        asked.set()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    redis = Redis(host="127.0.0.1", port=port, socket_timeout=60)
    limiter = Limiter(redis, settings=Settings(**TIGHT), clock=clock)
    async with asyncio.timeout(10):
        first = await used(limiter, SIGN_UP)
        second = await used(limiter, SIGN_UP)
    assert asked.is_set()
    assert (first, second) == ((3, False), (2, False))
    await redis.aclose()
    server.close()


async def test_what_was_counted_is_forgotten_with_its_window(limiter, fake, clock):
    """In Redis too, where each key dies with its window."""
    await used(limiter, READ)
    await used(limiter, SIGN_UP)
    redis = FakeAsyncRedis(server=fake)
    (key,) = await redis.keys()
    assert 0 < await redis.ttl(key) <= SIGN_UP.seconds
    await redis.aclose()
    clock.forward(seconds=60)
    assert await used(limiter, READ) == (4, False)
    assert limiter._windows["read"][1].keys() == {"jimin"}


async def test_a_flood_of_addresses_takes_no_more_than_its_room(limiter):
    """All are forgotten before there are too many to remember."""
    for n in range(10):
        await limiter.count(READ, f"address {n}")
        assert len(limiter._windows["read"][1]) <= 3


def test_every_policy_has_a_setting_of_its_own():
    """And its name is a token that a header can carry."""
    limited = [policy for policy in rate_limit.POLICIES if policy is not rate_limit.UNLIMITED]
    fields = [name for name in Settings.model_fields if name.startswith("rate_limit_")]
    changed = {name: n for n, name in enumerate(fields, 1)}
    assert sorted(policy.allowance(Settings(**changed)) for policy in limited) == sorted(
        changed.values()
    )
    assert all(re.fullmatch("[a-z-]+", policy.name) for policy in limited)
