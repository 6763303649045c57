"""Logins that go on, ended one by one, and those that are over, counted and forgotten."""

import pytest

from domain import user
from domain.kernel import UserId
from server import sessions
from tests.server.conftest import PASSWORD

SESSIONS = "/api/user/sessions"
STATS = "/api/user/admin/blacklist/stats"
CLEANUP = "/api/user/admin/blacklist/cleanup"


async def listed(client, who, **params):
    answer = await client.get(SESSIONS, headers=who.headers, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def works(client, who):
    return (await client.get("/api/user/info", headers=who.headers)).status_code == 200


@pytest.fixture
async def admin(house, sign_in):
    """Somebody who looks after the shop."""
    person = await sign_in("admin@example.com")
    async with house.state["db"].sessions.begin() as session:
        await user.appoint(session, UserId(person.user_id), user.Role.ADMIN)
    return await sign_in("admin@example.com")


@pytest.fixture
def disconnected(house):
    """Which sessions' connections were ended."""
    ended = []
    live = house.state["live"]
    disconnect = live.disconnect

    async def note(*, session_id):
        ended.append(session_id)
        await disconnect(session_id=session_id)

    class Watched:
        disconnect = staticmethod(note)

        def __getattr__(self, name):
            return getattr(live, name)

    house.state["live"] = Watched()
    yield ended
    house.state["live"] = live


async def test_somebody_sees_where_they_are_logged_in(client, house, jimin, sign_in, clock):
    """The last used first, with device and place; which one asks; nobody else's."""
    await sign_in("stranger@example.com")
    clock.forward(minutes=5)
    async with house.client(address=("198.51.100.9", 1)) as phone:
        body = {"email": jimin.email, "password": PASSWORD}
        await phone.post("/api/user/login", json=body, headers={"User-Agent": "phone"})

    told = (await listed(client, jimin))["sessions"]

    assert [each["current"] for each in told] == [False, True]
    assert (told[0]["user_agent"], told[0]["address"]) == ("phone", "198.51.100.9")
    assert (told[1]["created_at"], told[0]["last_seen_at"]) == (
        "2026-11-21T12:00:00",
        "2026-11-21T12:05:00",
    )


async def test_sessions_are_listed_in_parts(client, jimin, sign_in, clock):
    """By page, or by cursor to the end."""
    for _ in range(4):
        clock.forward(seconds=1)
        await sign_in()
    first = await listed(client, jimin, size=2)
    second = await listed(client, jimin, size=2, cursor=first["next_cursor"])
    third = await listed(client, jimin, size=2, cursor=second["next_cursor"])
    parts = [part["sessions"] for part in (first, second, third)]
    assert [len(part) for part in parts] == [2, 2, 1]
    assert len({each["session_id"] for part in parts for each in part}) == 5
    assert third["next_cursor"] is None
    assert (await listed(client, jimin, size=2, page=2))["sessions"] == parts[1]
    assert (await client.get(SESSIONS)).status_code == 401


async def test_one_session_is_ended_and_the_others_go_on(client, jimin, sign_in, disconnected):
    """Its tokens stop at once, its refresh token too, its connections are closed."""
    second = await sign_in()
    told = (await listed(client, second))["sessions"]
    (other,) = [each["session_id"] for each in told if not each["current"]]

    answer = await client.delete(f"{SESSIONS}/{other}", headers=second.headers)

    assert (answer.status_code, answer.content) == (204, b"")
    assert "set-cookie" not in answer.headers
    assert disconnected == [other]
    assert not await works(client, jimin)
    assert await works(client, second)
    again = await client.post("/api/auth/refresh", json={"refresh_token": jimin.refresh})
    assert again.status_code == 401
    assert len((await listed(client, second))["sessions"]) == 1


async def test_ending_the_session_one_speaks_in_is_logging_out(client, jimin):
    """The browser's cookies go with it."""
    (mine,) = (await listed(client, jimin))["sessions"]
    answer = await client.delete(f"{SESSIONS}/{mine['session_id']}", headers=jimin.headers)
    assert answer.status_code == 204
    assert all("Max-Age=0" in one for one in answer.headers.get_list("set-cookie"))
    assert not await works(client, jimin)


async def test_a_strangers_session_does_not_exist(client, jimin, sign_in):
    """Nor does one that was ended before, or never was."""
    stranger = await sign_in("stranger@example.com")
    (mine,) = (await listed(client, jimin))["sessions"]
    for who, session_id in ((stranger, mine["session_id"]), (jimin, "none"), (jimin, "가" * 40)):
        answer = await client.delete(f"{SESSIONS}/{session_id}", headers=who.headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "session_not_found")
    assert await works(client, jimin)
    assert (
        await client.delete(f"{SESSIONS}/{'x' * 101}", headers=jimin.headers)
    ).status_code == 422
    assert (await client.delete(f"{SESSIONS}/{mine['session_id']}")).status_code == 401


async def test_ended_sessions_are_counted_and_forgotten_once_harmless(
    client, house, jimin, sign_in, admin, clock
):
    """A token that only the deny list stops is kept; the earlier API never cleaned up."""
    before = (await client.get(STATS, headers=admin.headers)).json()
    await client.post("/api/user/logout", headers=jimin.headers)
    now = (await client.get(STATS, headers=admin.headers)).json()
    assert now["total_tokens"] == before["total_tokens"] + 1
    assert (now["active_tokens"], now["expired_tokens"]) == (now["total_tokens"], 0)
    kept = await client.post(CLEANUP, headers=admin.headers)
    assert kept.json() == {"message": "만료된 토큰이 정리되었습니다.", "cleaned_count": 0}

    clock.forward(minutes=33)
    admin = await sign_in("admin@example.com")
    late = (await client.get(STATS, headers=admin.headers)).json()
    assert (late["active_tokens"], late["expired_tokens"]) == (0, now["total_tokens"])
    cleaned = await client.post(CLEANUP, headers=admin.headers)
    assert cleaned.json()["cleaned_count"] == now["total_tokens"]
    assert (await client.get(STATS, headers=admin.headers)).json()["total_tokens"] == 0
    again = await client.post("/api/auth/refresh", json={"refresh_token": jimin.refresh})
    assert again.status_code == 401


async def test_only_an_admin_keeps_house(client, house, jimin, sign_in):
    """Operators have other work."""
    async with house.state["db"].sessions.begin() as session:
        await user.appoint(session, UserId(jimin.user_id), user.Role.OPERATOR)
    operator = await sign_in()
    stranger = await sign_in("stranger@example.com")
    for method, path in (("GET", STATS), ("POST", CLEANUP)):
        assert (await client.request(method, path)).status_code == 401
        for who in (operator, stranger):
            answer = await client.request(method, path, headers=who.headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_a_new_role_ends_the_sessions_that_carry_the_old_one(
    client, house, jimin, sign_in, disconnected, clock
):
    """The next login has it; naming the same role again changes nothing."""
    db, role, now = house.state["db"], user.Role.ADMIN, clock()
    ended = await sessions.appoint(db, "JIMIN@example.com", role, now=now)
    await sessions.close_sessions(house.state, ended)
    assert not await works(client, jimin)
    assert len(disconnected) == 1
    admin = await sign_in()
    assert (await client.get(STATS, headers=admin.headers)).status_code == 200
    assert await sessions.appoint(db, jimin.email, role, now=now) == []
    assert await works(client, admin)
    with pytest.raises(user.UserNotFound):
        await sessions.appoint(db, "nobody@example.com", role, now=now)
