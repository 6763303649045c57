"""Who is let in: by token and rank, never by a cookie alone, and nothing leaks when all fails."""

from functools import partial

import httpx
import pytest
from pydantic import BaseModel
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from structlog.processors import format_exc_info
from structlog.testing import capture_logs

from domain import user
from domain.kernel import UserId
from server.app import create_app, routes
from server.auth import Caller
from server.cookies import LIVE_COOKIE, REFRESH_COOKIE, set_cookies
from server.endpoint import endpoint
from server.state import State
from server.throttle import neighbourhood
from server.wiring import open_state
from tests.running import House, running
from tests.server.conftest import PASSWORD
from tests.server.test_bad_input import filled

OPERATOR, ADMIN = user.Role.OPERATOR, user.Role.ADMIN

BROKEN = "CREATE TRIGGER broken BEFORE INSERT ON users BEGIN SELECT RAISE(ABORT, 'no'); END"


class Said(BaseModel):
    who: int | None


@endpoint(auth="required", role=OPERATOR)
async def operate(request: Request[State], *, caller: Caller) -> Said:
    """Do what operators do."""
    return Said(who=caller.user_id)


@endpoint(auth="required", role=ADMIN)
async def administer(request: Request[State], *, body: Said, caller: Caller) -> Said:
    """Do what admins do."""
    return Said(who=body.who)


@endpoint(auth="required", role=ADMIN)
async def invalidate(request: Request[State]) -> Said:
    """Do what admins do, whoever it is."""
    return Said(who=None)


@endpoint(auth="optional")
async def greet(request: Request[State], *, caller: Caller | None) -> Said:
    """Greet."""
    return Said(who=caller.user_id if caller else None)


@pytest.fixture
async def office(house, settings) -> httpx.AsyncClient:
    """Doors that take a role, with the running application's state."""
    app = create_app(settings, lambda: None)
    app.router.routes[:] = [
        Route("/operate", operate),
        Route("/administer", administer, methods=["POST"]),
        Route("/invalidate", invalidate, methods=["POST"]),
        Route("/greet", greet),
    ]
    async with House(app, house.state).client() as http:
        yield http


@pytest.fixture
def appointed(house, sign_in):
    """Sign in somebody who has a role."""

    async def appointed(role):
        email = f"{role.value}@example.com"
        before = await sign_in(email)
        async with house.state["db"].sessions.begin() as session:
            await user.appoint(session, UserId(before.user_id), role)
        return await sign_in(email)

    return appointed


@pytest.mark.parametrize(
    ("role", "operates", "administers"),
    [(user.Role.USER, 403, 403), (OPERATOR, 200, 403), (ADMIN, 200, 200)],
)
async def test_each_rank_may_what_those_below_may(office, appointed, role, operates, administers):
    """Fault 8.5: what only staff may do was open to everybody."""
    headers = (await appointed(role)).headers
    operated = await office.get("/operate", headers=headers)
    administered = await office.post("/administer", json={"who": 7}, headers=headers)
    invalidated = await office.post("/invalidate", headers=headers)
    assert operated.status_code == operates
    assert administered.status_code == invalidated.status_code == administers
    if administers == 403:
        assert administered.json()["code"] == "forbidden"
        assert administered.headers["cache-control"] == "no-store"


async def test_a_stranger_is_asked_to_log_in_first(office):
    """401, not 403: logging in might help."""
    assert (await office.get("/operate")).status_code == 401
    assert (await office.post("/administer", json={"who": 7})).status_code == 401


async def test_whoever_may_not_is_refused_before_they_are_read(office, jimin):
    """Else a body could tell a stranger what the door looks like."""
    for content in (b"{", b"", b"x" * 1000, b"[" * 10_000):
        answer = await office.post("/administer", content=content, headers=jimin.headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_a_role_is_in_the_token_not_in_the_request(office, jimin):
    """Nothing that a caller writes makes them an admin."""
    claims = {"X-Role": "admin", "Role": "admin", "Cookie": "role=admin", **jimin.headers}
    assert (await office.get("/operate?role=admin", headers=claims)).status_code == 403


def test_a_role_needs_a_login():
    """A door that would let strangers in by rank is a bug."""
    with pytest.raises(AssertionError):
        endpoint(auth="optional", role=ADMIN)


def doors(*auth):
    """Return every method and path of the application whose door asks for this kind of login."""
    return [
        (method, route.path)
        for route in routes()
        if isinstance(route, Route) and hasattr(route.endpoint, "__op__")
        for method in sorted(route.methods - {"HEAD"})
        if route.endpoint.__op__.auth in auth
    ]


async def test_a_cookie_alone_opens_no_door(client, office, jimin):
    """A page of somebody else's can make a browser send cookies; it cannot make it send tokens."""
    jar = f"{LIVE_COOKIE}={jimin.access}; {REFRESH_COOKIE}={jimin.refresh}; access={jimin.access}"
    for origin in ("http://evil.example", "http://shop.example"):
        headers = {"Cookie": jar, "Origin": origin}
        for method, path in doors("required"):
            answer = await client.request(method, filled(path), headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated"), path
        assert (await office.get("/greet", headers=headers)).json() == {"who": None}


async def test_only_our_own_page_renews_a_login_by_its_cookie(client, jimin):
    """And one that was refused is told nothing and given nothing."""
    for origin in ("http://evil.example", "http://shop.example.evil.example", "null", ""):
        headers = {"Cookie": f"{REFRESH_COOKIE}={jimin.refresh}", "Origin": origin}
        answer = await client.post("/api/auth/refresh", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "origin_refused")
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("secure", [True, False])
def test_cookies_are_for_our_pages_and_for_no_script(embedded_settings, secure):
    """HttpOnly, SameSite=strict, and over TLS only wherever there is TLS."""
    settings = embedded_settings.model_copy(update={"cookie_secure": secure})
    answer = set_cookies(Response(), refresh="r", access="a", settings=settings)
    cookies = [value.decode() for name, value in answer.raw_headers if name == b"set-cookie"]
    assert len(cookies) == 2
    for cookie in cookies:
        marks = {part.strip() for part in cookie.split(";")}
        assert {"HttpOnly", "SameSite=strict"} <= marks
        assert ("Secure" in marks) == secure
        assert not any(mark.startswith("Domain") for mark in marks)


async def test_a_failure_tells_neither_the_caller_nor_the_log_what_was_sent(
    embedded_settings, clock, notebook
):
    """Fault 8.5: statements, addresses and hashes stood in answers and logs."""
    opened = partial(open_state, embedded_settings, clock=clock, journal=notebook)
    body = {"email": "jimin@example.com", "password": PASSWORD, "username": "김지민"}
    async with running(create_app(embedded_settings, opened)) as house, house.client() as http:
        async with house.state["db"].sessions.begin() as session:
            await session.execute(text(BROKEN))
        with capture_logs() as lines:
            answer = await http.post("/api/user/signup", json=body)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    logged = "".join(str(format_exc_info(None, "error", dict(line))) for line in lines)
    assert "Traceback" in logged
    for secret in (PASSWORD, "$2b$", "jimin@example.com", "김지민"):
        assert secret not in logged
    for inner in ("Traceback", "INSERT", "sqlite", "users", "sqlalchemy", PASSWORD):
        assert inner not in answer.text


@pytest.mark.parametrize(
    ("address", "where"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::"),
        ("", "unknown"),
        ("testclient", "unknown"),
    ],
)
def test_a_neighbourhood_is_what_one_visitor_can_hardly_leave(address, where):
    """IPv4 visitors of a socket that speaks both are not all one."""
    assert neighbourhood(address) == where
