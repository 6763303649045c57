"""Accounts, logins, the system's own doors."""

from tests.contracts.exercises import Door, exercise
from tests.stall import PASSWORD, sign_up

EMAIL = "newcomer@example.com"


@exercise("POST /api/user/signup")
async def _(door: Door) -> None:
    account = {"email": EMAIL, "password": "abcd1234", "username": "홍길동"}
    opened = await door.good(json=account)
    assert (opened["email"], opened["username"]) == (EMAIL, "홍길동")
    await door.bad(409, json=account)
    wrong = await door.bad(422, json=account | {"email": "nobody"})
    assert isinstance(wrong["errors"], list)
    await door.bad(422, json={})


@exercise("GET /api/user/signup/email/check")
async def _(door: Door) -> None:
    taken = await door.good(params={"email": "buyer@example.com"})
    assert taken["is_duplicate"] is True
    assert taken["message"] == "이미 존재하는 아이디입니다."
    free = await door.good(params={"email": "free@example.com"})
    assert free["is_duplicate"] is False
    assert free["message"] == "사용 가능한 아이디입니다."
    await door.bad(422)


@exercise("POST /api/user/login")
async def _(door: Door) -> None:
    form = {"grant_type": "password", "username": "buyer@example.com", "password": PASSWORD}
    await door.good(data=form | {"scope": "", "client_id": "", "client_secret": ""})
    in_json = await door.good(json={"email": "buyer@example.com", "password": PASSWORD})
    assert in_json["token_type"] == "bearer"
    await door.bad(401, data=form | {"password": "wrong"})
    await door.bad(422, data={"username": "buyer@example.com"})
    door.shop.street.http.cookies.clear()


@exercise("POST /api/user/logout")
async def _(door: Door) -> None:
    leaver = await sign_up(door.shop.street.http, "leaver")
    out = await door.good(None, headers=leaver.headers)
    assert out["message"] == "로그아웃이 완료되었습니다."
    again = await door.bad(401, None, headers=leaver.headers)
    assert again["detail"] == "로그아웃된 토큰입니다. 다시 로그인해주세요."


@exercise("POST /api/user/logout/all")
async def _(door: Door) -> None:
    leaver = await sign_up(door.shop.street.http, "leaver-everywhere")
    await door.good(None, headers=leaver.headers)
    await door.bad(401, None, headers=leaver.headers)


@exercise("GET /api/user/info")
async def _(door: Door) -> None:
    me = await door.good()
    assert me["email"] == "buyer@example.com"


@exercise("GET /api/user/admin/blacklist/stats")
async def _(door: Door) -> None:
    found = await door.good()
    assert found["total_tokens"] == found["active_tokens"] + found["expired_tokens"]


@exercise("POST /api/user/admin/blacklist/cleanup")
async def _(door: Door) -> None:
    done = await door.good()
    assert done["cleaned_count"] >= 0


@exercise("GET /api/health")
async def _(door: Door) -> None:
    assert (await door.good())["status"] == "healthy"


@exercise("GET /healthz")
async def _(door: Door) -> None:
    assert await door.good() == {"status": "ok"}


@exercise("GET /api/health/ml")
async def _(door: Door) -> None:
    assert (await door.good())["status"] == "healthy"
