"""People at the doors."""

import pytest

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
