"""The REST doors of accounts and logins."""

import asyncio
import base64
import hashlib
import json

import bcrypt
import jwt
import pytest
from sqlalchemy import select

from domain import user
from domain.kernel import IdempotencyRow, UserId
from tests.server.conftest import PASSWORD

SIGN_UP = {"email": "seojun@example.com", "password": PASSWORD, "username": "이서준"}
EXPIRED = "인증 토큰이 만료되었습니다. 다시 로그인해주세요."
LOGGED_OUT = "로그아웃된 토큰입니다. 다시 로그인해주세요."
WRONG = "이메일 또는 비밀번호가 올바르지 않습니다."


async def whoami(client, token):
    return await client.get("/api/user/info", headers={"Authorization": f"Bearer {token}"})


async def log_in(client, email, password):
    return await client.post("/api/user/login", json={"email": email, "password": password})


async def test_signing_up_answers_the_account(client):
    """In the earlier API's shape: Seoul wall time, no zone."""
    answer = await client.post("/api/user/signup", json=SIGN_UP)

    assert answer.status_code == 201
    body = answer.json()
    assert body.pop("user_id") > 0
    assert body.pop("created_at").startswith("2026-11-21T12:00:00")
    assert body == {"email": "seojun@example.com", "username": "이서준"}


async def test_a_sign_up_sent_again_under_its_key_opens_one_account(client, house):
    """Also at the same moment; what is kept of the request does not give its password away."""
    headers = {"Idempotency-Key": "k"}
    answers = await asyncio.gather(
        *(client.post("/api/user/signup", json=SIGN_UP, headers=headers) for _ in range(4))
    )
    assert {(answer.status_code, answer.text) for answer in answers} == {(201, answers[0].text)}
    assert sum("idempotent-replayed" in answer.headers for answer in answers) == 3
    other = await client.post(
        "/api/user/signup", json=SIGN_UP | {"password": "another horse"}, headers=headers
    )
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    sent = answers[0].request.read()
    async with house.state["db"].reads() as session:
        (row,) = (await session.scalars(select(IdempotencyRow))).all()
    digests = {hashlib.sha256(asked + sent).hexdigest() for asked in (b"", b"/api/user/signup?\n")}
    assert row.fingerprint not in digests


async def test_signing_up_twice_is_a_conflict(client, jimin):
    """Whatever the case of the letters."""
    answer = await client.post("/api/user/signup", json={**SIGN_UP, "email": "JIMIN@example.com"})
    assert (answer.status_code, answer.json()["detail"]) == (409, "이미 가입된 이메일입니다.")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"email": "nobody"}, "email_invalid"),
        ({"email": None}, "validation_failed"),
        ({"email": 7}, "validation_failed"),
        ({"email": "x\0@example.com"}, "validation_failed"),
        ({"password": "abcd"}, "password_too_short"),
        ({"password": "1234567"}, "password_too_short"),
        ({"password": "가" * 25}, "password_too_long"),
        ({"password": "x" * 1001}, "validation_failed"),
        ({"password": ["x"]}, "validation_failed"),
        ({"username": ""}, "username_invalid"),
        ({"username": "x" * 101}, "username_invalid"),
        ({"username": "a\nb"}, "username_invalid"),
    ],
)
async def test_a_sign_up_that_breaks_a_rule_changes_nothing(client, house, change, code):
    """The answer says which, in words for people, and never repeats the password."""
    answer = await client.post("/api/user/signup", json=SIGN_UP | change)

    body = answer.json()
    assert (answer.status_code, body["code"]) == (422, code)
    assert isinstance(body["detail"], str)
    assert body["errors"]
    assert "input" not in json.dumps(body["errors"])
    async with house.state["db"].reads() as session:
        assert await user.find(session, SIGN_UP["email"]) is None


@pytest.mark.parametrize(
    ("email", "taken", "message"),
    [
        ("Jimin@Example.com", True, "이미 존재하는 아이디입니다."),
        ("new@example.com", False, "사용 가능한 아이디입니다."),
    ],
)
async def test_an_address_can_be_looked_up_before_signing_up(client, jimin, email, taken, message):
    """As the sign-up form does."""
    answer = await client.get("/api/user/signup/email/check", params={"email": email})
    body = answer.json()
    assert (body["is_duplicate"], body["message"]) == (taken, message)


@pytest.mark.parametrize("params", [{}, {"email": ""}, {"email": "a@b"}, {"email": "a\0@b.com"}])
async def test_only_an_address_can_be_looked_up(client, params):
    """Anything else is 422."""
    answer = await client.get("/api/user/signup/email/check", params=params)
    assert answer.status_code == 422


@pytest.mark.parametrize("form", [True, False])
async def test_login_takes_the_form_and_json(client, jimin, form):
    """The web client sends the OAuth2 form; README's curl sends JSON."""
    if form:
        fields = {"grant_type": "password", "username": jimin.email, "password": PASSWORD}
        answer = await client.post("/api/user/login", data={**fields, "scope": ""})
    else:
        answer = await log_in(client, jimin.email, PASSWORD)

    body = answer.json()
    assert (body["token_type"], body["expires_in"], body["user_id"]) == (
        "bearer",
        1800,
        jimin.user_id,
    )
    assert (await whoami(client, body["access_token"])).json()["email"] == jimin.email
    payload = body["access_token"].split(".")[1]
    assert json.loads(base64.b64decode(payload + "==")).keys() >= {"sub", "exp", "iat", "sid"}
    assert answer.headers["cache-control"] == "no-store"


async def test_an_account_with_an_old_short_password_still_logs_in(client, house, jimin):
    """Fault 8.5: four characters were enough. They open no new account, and lock nobody out."""
    hashed = bcrypt.hashpw(b"abcd", bcrypt.gensalt(4)).decode()
    async with house.state["db"].sessions.begin() as session:
        (await user.get(session, UserId(jimin.user_id))).password_hash = hashed
    assert (await log_in(client, jimin.email, "abcd")).status_code == 200
    refused = await client.post("/api/user/signup", json=SIGN_UP | {"password": "abcd"})
    assert refused.json()["message"] == "비밀번호는 8자 이상이어야 합니다."


async def test_a_token_is_what_the_web_client_can_read(client, jimin):
    """Three parts that its atob and JSON.parse take: ASCII, no - or _, a number for exp."""
    header, payload, _ = jimin.access.split(".")
    assert not set("-_") & set(header + payload)
    said = json.loads(base64.b64decode(payload + "=="))
    assert json.dumps(said).isascii()
    assert type(said["exp"]) is int
    assert json.loads(base64.b64decode(header + "==")) == {"alg": "HS256", "typ": "JWT"}


async def test_login_gives_a_browser_two_cookies_of_narrow_use(client, jimin):
    """No script reads them, no other site sends them, and each has one place."""
    answer = await log_in(client, jimin.email, PASSWORD)
    cookies = {cookie.partition("=")[0]: cookie for cookie in answer.headers.get_list("set-cookie")}

    assert "Path=/api/auth;" in cookies["uhok_refresh"]
    assert "Path=/connection;" in cookies["uhok_live"]
    for cookie in cookies.values():
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("jimin@example.com", "wrong horse"),
        ("nobody@example.com", PASSWORD),
        ("no address", PASSWORD),
        ("jimin@example.com", "가" * 30),
        ("jimin@example.com", ""),
    ],
)
async def test_a_failed_login_does_not_say_what_was_wrong(client, jimin, email, password):
    """Fault 8.1.1: it was a 500. Unknown and mistaken are one answer."""
    answer = await log_in(client, email, password)
    assert (answer.status_code, answer.json()["detail"]) == (401, WRONG)
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_guessing_is_slowed_down_even_in_parallel(client, jimin, clock):
    """Five tries are free; then even the right password has to wait, a little longer each time."""
    guesses = await asyncio.gather(*(log_in(client, jimin.email, f"guess {n}") for n in range(20)))
    statuses = sorted(one.status_code for one in guesses)
    assert statuses == [401] * 5 + [429] * 15

    refused = await log_in(client, jimin.email, PASSWORD)
    wait = int(refused.headers["retry-after"])
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")

    clock.forward(seconds=wait)
    assert (await log_in(client, jimin.email, "another guess")).status_code == 401
    again = await log_in(client, jimin.email, PASSWORD)
    assert int(again.headers["retry-after"]) > wait
    clock.forward(seconds=int(again.headers["retry-after"]))
    assert (await log_in(client, jimin.email, PASSWORD)).status_code == 200


async def test_somebody_elses_guesses_do_not_lock_me_out(client, house, jimin):
    """The pair of account and address waits, not the account."""
    for n in range(6):
        await log_in(client, jimin.email, f"guess {n}")
    async with house.client(address=("198.51.100.9", 1)) as elsewhere:
        assert (await log_in(elsewhere, jimin.email, PASSWORD)).status_code == 200


@pytest.mark.parametrize(
    ("header", "detail"),
    [
        (None, "Not authenticated"),
        ("Basic abc", "Not authenticated"),
        ("Bearer", "Not authenticated"),
        ("Bearer abc", EXPIRED),
        ("Bearer a.b.c", EXPIRED),
    ],
)
async def test_no_token_or_a_bad_one_is_401_in_the_earlier_words(client, header, detail):
    """With WWW-Authenticate, in the shape of every error."""
    answer = await client.get("/api/user/info", headers={"Authorization": header} if header else {})

    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    body = answer.json()
    assert body["detail"] == body["message"] == body["error"] == detail
    assert body["instance"] == "/api/user/info"
    assert body["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("claims", "detail"),
    [
        ({"sub": None}, "토큰에 사용자 정보가 없습니다."),
        ({"sub": "me"}, "토큰의 사용자 ID가 유효하지 않습니다."),
        ({"exp": 1}, EXPIRED),
    ],
)
async def test_each_flaw_of_a_token_has_its_words(client, settings, jimin, claims, detail):
    """Signed with the right key, and still not good."""
    secret = settings.jwt_secret.get_secret_value()
    real = jwt.decode(jimin.access, secret, algorithms=["HS256"], options={"verify_exp": False})
    made = {name: value for name, value in (real | claims).items() if value is not None}
    answer = await whoami(client, jwt.encode(made, secret, algorithm="HS256"))
    assert (answer.status_code, answer.json()["detail"]) == (401, detail)


async def test_a_token_ends_after_half_an_hour(client, jimin, clock):
    """And says so in the same words as a bad one."""
    clock.forward(minutes=30)
    assert (await whoami(client, jimin.access)).json()["detail"] == EXPIRED


async def test_a_logged_out_token_never_works_again(client, house, sign_in, jimin):
    """Nor its refresh token; another login of the same person goes on."""
    other = await sign_in()
    answer = await client.post("/api/user/logout", headers=jimin.headers)

    assert answer.json() == {"message": "로그아웃이 완료되었습니다."}
    assert all("Max-Age=0" in one for one in answer.headers.get_list("set-cookie"))
    assert (await whoami(client, jimin.access)).json()["detail"] == LOGGED_OUT
    again = await client.post("/api/auth/refresh", json={"refresh_token": jimin.refresh})
    assert again.status_code == 401
    assert (await client.post("/api/user/logout", headers=jimin.headers)).status_code == 401
    assert (await whoami(client, other.access)).status_code == 200


async def test_logging_out_everywhere_ends_every_session(client, sign_in, jimin):
    """Of the caller, not of others."""
    second = await sign_in()
    stranger = await sign_in("seojun@example.com")

    await client.post("/api/user/logout/all", headers=second.headers)

    for one in (jimin, second):
        assert (await whoami(client, one.access)).status_code == 401
    assert (await whoami(client, stranger.access)).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/user/info"),
        ("GET", "/api/user/settings"),
        ("PATCH", "/api/user/settings"),
    ],
)
async def test_a_user_whose_account_is_gone_is_told_so(client, house, jimin, method, path):
    """Fault 8.1.18: a deleted user was answered 500."""
    async with house.state["db"].sessions.begin() as session:
        await session.delete(await user.get(session, UserId(jimin.user_id)))
    body = {"receive_notification": True} if method == "PATCH" else None
    answer = await client.request(method, path, json=body, headers=jimin.headers)
    assert (answer.status_code, answer.json()["detail"]) == (401, LOGGED_OUT)


@pytest.mark.parametrize(
    "path", ["/api/auth/refresh", "/api/users/refresh-token", "/api/auth/token/refresh"]
)
async def test_a_refresh_token_is_exchanged_for_its_successor(client, jimin, path):
    """Under each name that the web client knows."""
    answer = await client.post(path, json={"refresh_token": jimin.refresh})

    body = answer.json()
    assert answer.status_code == 200
    assert body["refresh_token"] != jimin.refresh
    assert (await whoami(client, body["access_token"])).status_code == 200
    assert len(answer.headers.get_list("set-cookie")) == 2


async def test_a_stolen_refresh_token_ends_the_session(client, jimin, clock):
    """Access tokens of that session included, for the thief and for the owner."""
    first = await client.post("/api/auth/refresh", json={"refresh_token": jimin.refresh})
    again = await client.post("/api/auth/refresh", json={"refresh_token": jimin.refresh})
    assert again.json()["refresh_token"] == first.json()["refresh_token"]

    clock.forward(seconds=16)
    late = await client.post("/api/auth/refresh", json={"refresh_token": jimin.refresh})

    assert (late.status_code, late.json()["code"]) == (401, "refresh_refused")
    assert (await whoami(client, first.json()["access_token"])).json()["detail"] == LOGGED_OUT


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://shop.example", 200),
        ("http://localhost:3001", 200),
        ("http://evil.example", 403),
        ("null", 403),
        (None, 403),
    ],
)
async def test_the_refresh_cookie_works_from_our_own_pages_only(client, jimin, origin, status):
    """Another page's request carries no right."""
    headers = {"Cookie": f"uhok_refresh={jimin.refresh}"}
    if origin:
        headers["Origin"] = origin
    answer = await client.post("/api/auth/refresh", headers=headers)
    assert answer.status_code == status


@pytest.mark.parametrize("body", [None, {}, {"refresh_token": None}, {"refresh_token": "x"}])
async def test_refreshing_without_a_good_token_is_401(client, body):
    """An empty body, an empty field, an unknown token."""
    answer = await client.post("/api/auth/refresh", json=body)
    assert answer.status_code == 401


async def test_settings_are_read_and_changed(client, jimin):
    """Notifications are wished for until told otherwise."""
    url = "/api/user/settings"
    assert (await client.get(url, headers=jimin.headers)).json() == {"receive_notification": True}
    await client.patch(url, json={"receive_notification": False}, headers=jimin.headers)
    assert (await client.get(url, headers=jimin.headers)).json() == {"receive_notification": False}
    assert (await client.patch(url, json={}, headers=jimin.headers)).status_code == 422
    assert (await client.get(url)).status_code == 401


async def test_what_people_did_is_noted_without_their_secrets(client, notebook, jimin):
    """One entry per request of interest."""
    await whoami(client, jimin.access)
    kinds = [entry.event_type for entry in notebook.noted]
    assert kinds == ["user_signup", "user_login", "user_info_view"]
    assert PASSWORD not in "".join(entry.model_dump_json() for entry in notebook.noted)
