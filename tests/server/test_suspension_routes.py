"""Who is suspended is out at once, through every door, until somebody lets them in again."""

import pytest

from domain import user
from domain.kernel import UserId
from server import sessions
from tests.server.conftest import PASSWORD


@pytest.fixture
async def admin(house, sign_in):
    """Somebody who looks after the shop."""
    person = await sign_in("admin@example.com")
    async with house.state["db"].sessions.begin() as session:
        await user.appoint(session, UserId(person.user_id), user.Role.ADMIN)
    return await sign_in("admin@example.com")


def path(person):
    return f"/api/user/{person.user_id}/suspension"


async def log_in(client, person, password=PASSWORD):
    body = {"email": person.email, "password": password}
    answer = await client.post("/api/user/login", json=body)
    client.cookies.clear()
    return answer


async def info(client, person):
    return (await client.get("/api/user/info", headers=person.headers)).status_code


async def test_a_suspended_person_is_out_and_stays_out(client, admin, jimin):
    """Their tokens end now; a login with the right password says why it fails, a wrong one not."""
    answer = await client.post(path(jimin), headers=admin.headers)
    assert (answer.status_code, answer.content) == (204, b"")

    assert await info(client, jimin) == 401
    again = await client.post("/api/auth/refresh", json={"refresh_token": jimin.refresh})
    assert again.status_code == 401
    refused = await log_in(client, jimin)
    assert (refused.status_code, refused.json()["code"]) == (403, "account_suspended")
    guessed = await log_in(client, jimin, "wrong horse")
    assert (guessed.status_code, guessed.json()["code"]) == (401, "login_refused")


async def test_a_reinstated_person_logs_in_anew(client, admin, jimin):
    """Suspending and reinstating again is harmless."""
    for method in ("POST", "POST", "DELETE", "DELETE"):
        answer = await client.request(method, path(jimin), headers=admin.headers)
        assert answer.status_code == 204
    assert await info(client, jimin) == 401
    assert (await log_in(client, jimin)).status_code == 200


async def test_only_admins_suspend_and_not_themselves(client, admin, jimin, sign_in):
    """Others are refused, and nothing has changed."""
    seojun = await sign_in("seojun@example.com")
    for method in ("POST", "DELETE"):
        assert (await client.request(method, path(seojun))).status_code == 401
        answer = await client.request(method, path(seojun), headers=jimin.headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    own = await client.post(path(admin), headers=admin.headers)
    assert (own.status_code, own.json()["code"]) == (403, "own_suspension")
    assert [await info(client, one) for one in (admin, jimin, seojun)] == [200] * 3


@pytest.mark.parametrize("number", [987_654, 2**62])
async def test_nobody_cannot_be_suspended(client, admin, number):
    """404, both ways."""
    for method in ("POST", "DELETE"):
        answer = await client.request(
            method, f"/api/user/{number}/suspension", headers=admin.headers
        )
        assert (answer.status_code, answer.json()["code"]) == (404, "user_not_found")


async def test_a_suspended_persons_connections_end(client, house, admin, jimin, monkeypatch):
    """Those of each session, and those that name none."""
    ended = []

    class Watched:
        """The channel layer, overheard."""

        async def disconnect(self, **whom):
            ended.append(whom)

    live = house.state["live"]
    monkeypatch.setitem(house.state, "live", Watched())
    await client.post(path(jimin), headers=admin.headers)
    monkeypatch.setitem(house.state, "live", live)

    assert {"user_id": jimin.user_id} in ended
    assert len([whom for whom in ended if "session_id" in whom]) == 1


async def test_the_command_line_suspends_by_address(house, client, clock, jimin):
    """As `uhok suspend` does it, in the databases."""
    db = house.state["db"]
    whose, ended = await sessions.suspend(db, "JIMIN@example.com", now=clock())
    assert (whose, len(ended)) == (jimin.user_id, 1)
    assert (await log_in(client, jimin)).status_code == 403
    await sessions.reinstate(db, jimin.email, now=clock())
    assert (await log_in(client, jimin)).status_code == 200
    for step in (sessions.suspend, sessions.reinstate):
        with pytest.raises(user.UserNotFound):
            await step(db, "nobody@example.com", now=clock())
