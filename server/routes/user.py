"""/api/user and /api/auth: accounts, logins and what follows from them."""

import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Final

from pydantic import AliasChoices, BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain import kernel, user
from domain.kernel import IdempotencyKey, UserId, naive_kst
from server.auth import Caller
from server.cookies import forget_cookies, refresh_cookie, set_cookies
from server.endpoint import endpoint, once, reply
from server.language import say
from server.noting import note
from server.rate_limit import EMAIL_CHECK, REFRESH, SIGN_UP
from server.routes.views import Said
from server.sessions import close_sessions
from server.state import State

TAGS: Final = ("user",)
TYPED_MAX: Final = 1000  # characters; whoever types more is not typing


class NewUser(BaseModel):
    email: str = Field(max_length=TYPED_MAX)
    password: str = Field(max_length=TYPED_MAX)
    username: str = Field(max_length=TYPED_MAX)


class UserOut(BaseModel):
    user_id: int
    email: str
    username: str
    created_at: datetime  # Seoul wall time, as the earlier API told it


class EmailQuery(BaseModel):
    email: str = Field(max_length=TYPED_MAX)


class EmailCheck(BaseModel):
    email: str
    is_duplicate: bool
    message: str


class LoginIn(BaseModel):
    """JSON says ``email``; the OAuth2 password form says ``username`` and means the same."""

    email: str = Field(validation_alias=AliasChoices("email", "username"), max_length=TYPED_MAX)
    password: str = Field(max_length=TYPED_MAX)


class RefreshIn(BaseModel):
    refresh_token: str | None = Field(None, max_length=TYPED_MAX)


class TokensOut(BaseModel):
    access_token: str
    token_type: str = "bearer"  # noqa: S105 (the name of a scheme)
    refresh_token: str
    expires_in: int
    user_id: int


class SettingsOut(BaseModel):
    receive_notification: bool


@endpoint(status=201, errors=(409,), tags=TAGS, idempotent=True, limit=SIGN_UP)
async def sign_up(request: Request[State], *, body: NewUser, key: IdempotencyKey | None) -> UserOut:
    """Open an account."""
    user.read_email(body.email)
    user.read_username(body.username)
    hashed = await request.state["passwords"].hash(body.password)
    async with once(request, _sealed(request.state, key)) as work:
        opened = await user.sign_up(
            work.session,
            email=body.email,
            username=body.username,
            password_hash=hashed,
            now=request.state["clock"](),
        )
        answer = work.answer(_out(opened))
    seen = {"email": opened.email, "username": opened.username}
    note(request, "user_signup", seen, user_id=opened.user_id, status=201)
    return answer


@endpoint(tags=TAGS, limit=EMAIL_CHECK)
async def check_email(request: Request[State], *, query: EmailQuery) -> EmailCheck:
    """Tell whether an account has this e-mail address."""
    address = user.read_email(query.email).address
    async with request.state["db"].reads() as session:
        taken = await user.find(session, query.email) is not None
    note(request, "user_email_duplicate_check", {"email": address, "is_duplicate": taken})
    if taken:
        message = say(request, "이미 존재하는 아이디입니다.")
    else:
        message = say(request, "사용 가능한 아이디입니다.")
    return EmailCheck(email=address, is_duplicate=taken, message=message)


@endpoint(errors=(401, 403, 429), tags=TAGS, form=True, answers=TokensOut)
async def log_in(request: Request[State], *, body: LoginIn) -> Response:
    """Exchange e-mail and password for tokens."""
    throttle, address = request.state["throttle"], _address(request)
    account = body.email.strip().lower()
    await throttle.count(account, address)
    try:
        proven = await _prove(request.state, body)
    except kernel.Busy:
        await throttle.forgive(account, address)
        raise
    async with request.state["db"].sessions.begin() as session:
        grant = await user.open_session(
            session,
            proven,
            tokens=request.state["refresh"],
            device=user.Device(request.headers.get("user-agent", ""), address),
            now=request.state["clock"](),
        )
    await throttle.forgive(account, address)
    note(request, "user_login", {"email": proven.email}, user_id=proven.user_id)
    return _granted(request, grant)


@endpoint(errors=(401, 403), tags=TAGS, answers=TokensOut, limit=REFRESH)
async def refresh(request: Request[State], *, body: RefreshIn | None) -> Response:
    """Exchange a refresh token, from the body or from our cookie, for its successor."""
    token = body.refresh_token if body else None
    if not token:
        token = refresh_cookie(request)
    async with request.state["db"].sessions.begin() as session:
        outcome = await user.refresh(
            session, token, tokens=request.state["refresh"], now=request.state["clock"]()
        )
    if isinstance(outcome, user.Breach):
        await close_sessions(request.state, [outcome.session_id])
        raise user.RefreshRefused
    return _granted(request, outcome)


@endpoint(auth="required", tags=TAGS, answers=Said)
async def log_out(request: Request[State], *, caller: Caller) -> Response:
    """End this session: its tokens, and its live connections."""
    async with request.state["db"].sessions.begin() as session:
        await user.end_session(
            session, caller.session_id, by=caller.user_id, now=request.state["clock"]()
        )
    await close_sessions(request.state, [caller.session_id])
    note(request, "user_logout", {}, user_id=caller.user_id)
    return forget_cookies(reply(Said(message=say(request, "로그아웃이 완료되었습니다."))))


@endpoint(auth="required", tags=TAGS, answers=Said)
async def log_out_everywhere(request: Request[State], *, caller: Caller) -> Response:
    """End every session of the caller."""
    async with request.state["db"].sessions.begin() as session:
        ended = await user.end_all_sessions(
            session, by=caller.user_id, now=request.state["clock"]()
        )
    await close_sessions(request.state, ended)
    note(request, "user_logout", {"sessions": len(ended)}, user_id=caller.user_id)
    return forget_cookies(reply(Said(message=say(request, "모든 기기에서 로그아웃되었습니다."))))


@endpoint(auth="required", tags=TAGS)
async def info(request: Request[State], *, caller: Caller) -> UserOut:
    """Tell the caller who they are."""
    async with _still_there(), request.state["db"].reads() as session:
        me = await user.profile(session, caller.user_id)
    seen = {"email": me.email, "username": me.username}
    note(request, "user_info_view", seen, user_id=caller.user_id)
    return _out(me)


@endpoint(auth="required", tags=TAGS)
async def show_settings(request: Request[State], *, caller: Caller) -> SettingsOut:
    """Tell the caller's settings."""
    async with _still_there(), request.state["db"].reads() as session:
        mine = await user.settings(session, caller.user_id)
    return SettingsOut(receive_notification=mine.receive_notification)


@endpoint(auth="required", tags=TAGS)
async def change_settings(
    request: Request[State], *, body: SettingsOut, caller: Caller
) -> SettingsOut:
    """Change the caller's settings."""
    async with _still_there(), request.state["db"].sessions.begin() as session:
        mine = await user.settings(session, caller.user_id)
        mine.receive_notification = body.receive_notification
    return body


@asynccontextmanager
async def _still_there() -> AsyncIterator[None]:
    """Refuse a token that outlived its owner as one that ended."""
    try:
        yield
    except user.UserNotFound as error:
        raise user.SessionEnded from error


def _sealed(state: State, key: IdempotencyKey | None) -> IdempotencyKey | None:
    """Return the key with a body that only we can tell: its digest is kept, and it has a password.

    Without our secret, guessing the password against the digest leads nowhere.
    """
    if key is None:
        return None
    secret = state["settings"].jwt_secret.get_secret_value().encode()
    return replace(key, body=hmac.digest(secret, b"sign-up:" + key.body, "sha256"))


async def _prove(state: State, body: LoginIn) -> user.User:
    """Return whose password it is; no connection is held while it is compared."""
    try:
        async with state["db"].reads() as session:
            claimed = await user.find(session, body.email)
    except user.EmailInvalid:
        claimed = None
    hashed = claimed.password_hash if claimed else None
    if not await state["passwords"].matches(body.password, hashed) or claimed is None:
        raise user.LoginRefused
    return claimed


def _granted(request: Request[State], grant: user.Grant) -> Response:
    state = request.state
    tokens: user.AccessTokens = state["tokens"]
    token = tokens.issue(
        UserId(grant.user_id), grant.role, session_id=grant.session_id, now=state["clock"]()
    )
    lifetime = int(tokens.lifetime.total_seconds())
    out = TokensOut(
        access_token=token,
        refresh_token=grant.refresh_token,
        expires_in=lifetime,
        user_id=grant.user_id,
    )
    answer = reply(out, headers={"Cache-Control": "no-store"})
    return set_cookies(
        answer, refresh=out.refresh_token, access=out.access_token, settings=state["settings"]
    )


def _out(one: user.User | user.UserView) -> UserOut:
    return UserOut(
        user_id=one.user_id,
        email=one.email,
        username=one.username,
        created_at=naive_kst(one.created_at),
    )


def _address(request: Request[State]) -> str:
    return request.client.host if request.client else ""


routes = [
    Route("/api/user/signup", sign_up, methods=["POST"]),
    Route("/api/user/signup/email/check", check_email),
    Route("/api/user/login", log_in, methods=["POST"]),
    Route("/api/user/logout", log_out, methods=["POST"]),
    Route("/api/user/logout/all", log_out_everywhere, methods=["POST"]),
    Route("/api/user/info", info),
    Route("/api/user/settings", show_settings),
    Route("/api/user/settings", change_settings, methods=["PATCH"]),
    Route("/api/auth/refresh", refresh, methods=["POST"]),
    # Where the earlier web client looks next.
    Route("/api/users/refresh-token", refresh, methods=["POST"]),
    Route("/api/auth/token/refresh", refresh, methods=["POST"]),
]
