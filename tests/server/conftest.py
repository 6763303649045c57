"""People at the doors."""

import pytest

from tests.stall import Shopper, stock_a_stall

PASSWORD = "correct horse"


class Person:
    """Somebody with an account, logged in."""

    def __init__(self, email, login) -> None:
        self.email = email
        self.user_id = login["user_id"]
        self.access = login["access_token"]
        self.refresh = login["refresh_token"]
        self.headers = {"Authorization": f"Bearer {self.access}"}


@pytest.fixture
def sign_in(client):
    """Sign up (once) and log in; returns the person."""
    known = set()

    async def sign_in(email="jimin@example.com"):
        if email not in known:
            body = {"email": email, "password": PASSWORD, "username": "김지민"}
            answer = await client.post("/api/user/signup", json=body)
            assert answer.status_code == 201, answer.text
            known.add(email)
        answer = await client.post("/api/user/login", json={"email": email, "password": PASSWORD})
        client.cookies.clear()
        return Person(email, answer.json())

    return sign_in


@pytest.fixture
async def jimin(sign_in):
    """Jimin, logged in."""
    return await sign_in()


@pytest.fixture
async def stall(house, clock):
    """The shop, stocked."""
    return await stock_a_stall(house.state["db"], clock())


@pytest.fixture
def shopper(client, sign_in):
    """Sign somebody in who buys."""

    async def shopper(name="jimin"):
        person = await sign_in(f"{name}@example.com")
        return Shopper(client, person.headers, person.user_id, person.access)

    return shopper


@pytest.fixture
async def buyer(shopper):
    """Jimin, who buys."""
    return await shopper()


@pytest.fixture
async def stranger(shopper):
    """Somebody whom none of it concerns."""
    return await shopper("stranger")
