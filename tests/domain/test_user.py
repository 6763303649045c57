"""Accounts, passwords and sessions keep their promises on both engines."""

import asyncio
import base64
import json
from datetime import timedelta
from unicodedata import normalize

import jwt
import pytest
from sqlalchemy import func, select

from domain import user
from domain.kernel import Busy, OutboxRow, UserId, Window
from domain.user.models import RefreshToken
from domain.user.tokens import digest

SECRET = "a secret of thirty-two bytes or so"
RULES = user.SessionRules()


@pytest.fixture
def tokens():
    """Refresh tokens with the usual rules."""
    return user.RefreshTokens(SECRET, rules=RULES)


@pytest.fixture
def access():
    """Access tokens of half an hour."""
    return user.AccessTokens(SECRET)


@pytest.fixture
async def jimin(db, clock):
    """Somebody with an account."""
    async with db.sessions.begin() as session:
        return await user.sign_up(
            session, email="jimin@example.com", username="김지민", password_hash="x", now=clock()
        )


@pytest.fixture
async def grant(db, clock, tokens, jimin):
    """Jimin's login."""
    return await log_in(db, jimin, tokens, clock)


async def log_in(db, who, tokens, clock):
    async with db.sessions.begin() as session:
        return await user.open_session(
            session, who, tokens=tokens, device=user.Device("phone", "192.0.2.1"), now=clock()
        )


async def refresh(db, token, tokens, clock):
    async with db.sessions.begin() as session:
        return await user.refresh(session, token, tokens=tokens, now=clock())


@pytest.mark.parametrize("other", ["JIMIN@example.com", "jimin@EXAMPLE.COM", " jimin@example.com "])
async def test_an_address_has_one_account_however_it_is_typed(db, clock, jimin, other):
    """Case and spaces do not make another person."""
    with pytest.raises(user.EmailTaken):
        async with db.sessions.begin() as session:
            await user.sign_up(session, email=other, username="b", password_hash="x", now=clock())
    async with db.reads() as session:
        assert (await user.find(session, other)).user_id == jimin.user_id


async def test_an_accent_makes_another_address(db, clock):
    """MariaDB's usual collation would take é for e."""
    async with db.sessions.begin() as session:
        for email in ("rene@example.com", "rené@example.com"):
            await user.sign_up(session, email=email, username="r", password_hash="x", now=clock())
        assert await session.scalar(select(func.count()).select_from(user.User)) == 2


async def test_two_sign_ups_at_once_make_one_account(db, clock):
    """The second one is told that the address is taken; nothing else is seen."""

    async def sign_up(name):
        async with db.sessions.begin() as session:
            await user.sign_up(
                session, email="a@example.com", username=name, password_hash="x", now=clock()
            )

    results = await asyncio.gather(*map(sign_up, "abcd"), return_exceptions=True)

    assert sorted(type(one).__name__ for one in results) == ["EmailTaken"] * 3 + ["NoneType"]


async def test_signing_up_is_a_fact_and_turns_notifications_on(db, jimin):
    """The event and the settings commit with the account."""
    async with db.reads() as session:
        row = (await session.scalars(select(OutboxRow))).one()
        assert (row.kind, row.topics, row.body["subject"]) == (
            "user.signed_up",
            [],
            f"user/{jimin.user_id}",
        )
        assert "password_hash" not in row.body["data"]["user"]
        wishing = await user.wishing_notifications(session, [UserId(jimin.user_id), UserId(0)])
        assert wishing == {jimin.user_id}


@pytest.mark.parametrize(
    "email", ["", "a", "a@", "@b.com", "a@b", "a b@example.com", "a@example.local", "가" * 300]
)
def test_what_is_no_address_is_refused(email):
    """Syntax only; no name server is asked."""
    with pytest.raises(user.EmailInvalid):
        user.read_email(email)


@pytest.mark.parametrize(
    ("password", "refusal"),
    [
        ("1234567", user.PasswordTooShort),
        (normalize("NFD", "한글암호"), user.PasswordTooShort),
        ("a" * 73, user.PasswordTooLong),
        ("가" * 25, user.PasswordTooLong),
    ],
)
def test_a_password_fits_bcrypt_or_is_refused(password, refusal):
    """72 bytes are 24 syllables; length is counted after NFC."""
    with pytest.raises(refusal):
        user.read_new_password(password)


@pytest.mark.parametrize("password", ["12345678", "가" * 24, "a" * 72])
async def test_the_longest_and_the_shortest_password_work(password):
    """And the same Hangul from a keyboard that decomposes it is the same password."""
    passwords = user.Passwords(cost=4)
    hashed = await passwords.hash(password)

    assert await passwords.matches(normalize("NFD", password), hashed)
    assert not await passwords.matches(password + "x", hashed)
    assert not await passwords.matches(password, None)
    passwords.close()


async def test_more_hashing_than_can_be_waited_for_is_refused():
    """A bounded queue: the next one is told to come back."""
    passwords = user.Passwords(cost=4, waiting_max=3)

    results = await asyncio.gather(
        *(passwords.matches("x", None) for _ in range(5)), return_exceptions=True
    )

    assert sum(isinstance(one, Busy) for one in results) == 2
    passwords.close()


def test_a_token_says_who_and_which_session(access, clock):
    """And reads as plain ASCII in a browser's atob."""
    token = access.issue(UserId(7), user.Role.ADMIN, session_id="s", now=clock())
    header, payload, _ = token.split(".")

    claims = access.read(token, now=clock())

    assert (claims.user_id, claims.session_id, claims.role) == (7, "s", user.Role.ADMIN)
    assert not set("-_") & set(header + payload)
    assert json.loads(base64.b64decode(header + "=="))["typ"] == "JWT"


def test_a_token_ends_on_time(access, clock):
    """Not a second late."""
    token = access.issue(UserId(7), user.Role.USER, session_id="s", now=clock())
    clock.forward(minutes=30, seconds=-1)
    access.read(token, now=clock())
    clock.forward(seconds=1)
    with pytest.raises(user.TokenExpired):
        access.read(token, now=clock())


def forged(**claims):
    good = {"sub": "7", "iat": 1, "exp": 9_999_999_999, "jti": "j", "sid": "s"}
    return {k: v for k, v in (good | claims).items() if v is not ...}


@pytest.mark.parametrize(
    ("claims", "refusal"),
    [
        ({"sub": ...}, user.TokenWithoutUser),
        ({"sub": "abc"}, user.TokenUserInvalid),
        ({"sub": "-1"}, user.TokenUserInvalid),
        ({"sub": str(2**63)}, user.TokenUserInvalid),
        ({"sub": 7}, user.TokenUserInvalid),
        ({"exp": ...}, user.TokenMalformed),
        ({"exp": "tomorrow"}, user.TokenMalformed),
        ({"sid": ...}, user.TokenMalformed),
        ({"sid": 5}, user.TokenMalformed),
        ({"jti": ...}, user.TokenMalformed),
        ({"iat": ...}, user.TokenMalformed),
    ],
)
def test_a_token_that_lacks_a_claim_is_refused(access, clock, claims, refusal):
    """Even when it is signed with our own key."""
    token = jwt.encode(forged(**claims), SECRET, algorithm="HS256")
    with pytest.raises(refusal):
        access.read(token, now=clock())


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a.b.c",
        "é.é.é",
        jwt.encode(forged(), SECRET + "!", algorithm="HS256"),
        jwt.encode(forged(), SECRET * 2, algorithm="HS512"),
        jwt.encode(forged(), None, algorithm="none"),
    ],
)
def test_one_key_and_one_algorithm_are_believed(access, clock, token):
    """No other algorithm, no unsigned token."""
    with pytest.raises(user.TokenMalformed):
        access.read(token, now=clock())


async def test_a_refresh_token_is_used_once(db, clock, tokens, grant):
    """Each successor works, and the family's end slides along with its use."""
    clock.forward(days=6)
    second = await refresh(db, grant.refresh_token, tokens, clock)
    clock.forward(days=6)
    third = await refresh(db, second.refresh_token, tokens, clock)

    assert len({grant.refresh_token, second.refresh_token, third.refresh_token}) == 3
    assert third.session_id == grant.session_id
    async with db.reads() as session:
        kept = (await session.scalars(select(RefreshToken))).all()
        assert grant.refresh_token not in {row.token_hash for row in kept}
        assert digest(third.refresh_token) in {row.token_hash for row in kept}


async def test_within_the_grace_the_same_successor_is_told_again(db, clock, tokens, grant):
    """A lost answer or a second tab does not end the session."""
    first = await refresh(db, grant.refresh_token, tokens, clock)
    clock.forward(seconds=15)
    assert await refresh(db, grant.refresh_token, tokens, clock) == first


async def test_refreshes_at_once_have_one_successor(db, clock, tokens, grant):
    """Whichever comes first, all are told the same."""
    results = await asyncio.gather(
        *(refresh(db, grant.refresh_token, tokens, clock) for _ in range(5))
    )
    assert len({one.refresh_token for one in results}) == 1
    async with db.reads() as session:
        assert await session.scalar(select(func.count()).select_from(RefreshToken)) == 2


async def test_a_token_that_comes_back_late_ends_its_session(db, clock, tokens, grant):
    """Nobody can tell the thief from the owner, so both must log in again."""
    second = await refresh(db, grant.refresh_token, tokens, clock)
    clock.forward(seconds=15.1)

    breach = await refresh(db, grant.refresh_token, tokens, clock)

    assert breach == user.Breach(grant.session_id, grant.user_id)
    for token in (grant.refresh_token, second.refresh_token):
        with pytest.raises(user.RefreshRefused):
            await refresh(db, token, tokens, clock)
    async with db.reads() as session:
        assert await user.is_over(session, grant.session_id)
        facts = [row.body["data"] for row in await session.scalars(select(OutboxRow))]
    assert facts[-1]["reason"] == "refresh_token_reused"


async def test_a_session_ends_when_unused_and_at_its_absolute_end(db, clock, tokens, grant):
    """Seven days idle, thirty at all."""
    token, began = grant.refresh_token, clock()
    for _ in range(4):
        clock.forward(days=6.9)
        token = (await refresh(db, token, tokens, clock)).refresh_token
    clock.now = began + timedelta(days=30)
    with pytest.raises(user.RefreshRefused):
        await refresh(db, token, tokens, clock)


async def test_an_idle_session_cannot_be_refreshed(db, clock, tokens, grant):
    """A week is a week."""
    clock.forward(days=7)
    with pytest.raises(user.RefreshRefused):
        await refresh(db, grant.refresh_token, tokens, clock)


async def test_an_unknown_token_is_refused(db, clock, tokens):
    """Whatever its letters."""
    for token in ("", "x", "가", "\ud800"):
        with pytest.raises(user.RefreshRefused):
            await refresh(db, token, tokens, clock)


async def test_a_stranger_cannot_end_a_session(db, clock, tokens, grant):
    """Nor can anybody end one twice."""
    async with db.sessions.begin() as session:
        end = user.end_session
        assert not await end(session, grant.session_id, by=UserId(999), now=clock())
        assert await end(session, grant.session_id, by=grant.user_id, now=clock())
        assert not await end(session, grant.session_id, by=grant.user_id, now=clock())
        assert not await end(session, "no such", by=grant.user_id, now=clock())
        for session_id in (grant.session_id, "no such"):
            with pytest.raises(user.SessionNotFound):
                await user.end_own_session(session, session_id, by=UserId(999), now=clock())


async def test_logging_out_everywhere_ends_all_of_mine_only(db, clock, tokens, jimin):
    """Two of mine go, another's stays."""
    async with db.sessions.begin() as session:
        other = await user.sign_up(
            session, email="b@example.com", username="b", password_hash="x", now=clock()
        )
    mine = [await log_in(db, jimin, tokens, clock) for _ in range(2)]
    theirs = await log_in(db, other, tokens, clock)

    async with db.sessions.begin() as session:
        ended = await user.end_all_sessions(session, by=UserId(jimin.user_id), now=clock())

    assert sorted(ended) == sorted(one.session_id for one in mine)
    async with db.reads() as session:
        assert sorted(await user.ended_since(session, clock() - timedelta(hours=1))) == sorted(
            ended
        )
        assert not await user.is_over(session, theirs.session_id)
        mine = await user.open_sessions(
            session, of=UserId(jimin.user_id), now=clock(), window=Window(9)
        )
        assert mine.rows == []


async def test_sessions_long_over_are_forgotten(db, clock, tokens, grant):
    """With their tokens, and in batches."""
    clock.forward(days=40)
    async with db.sessions.begin() as session:
        assert await user.forget_sessions(session, before=clock(), limit=10) == 1
    async with db.reads() as session:
        assert await session.scalar(select(func.count()).select_from(RefreshToken)) == 0


async def test_what_is_over_is_counted_by_what_is_left_of_it(db, clock, tokens, jimin, grant):
    """An ended session's tokens run on for a while; after that nothing of it can be valid."""
    await log_in(db, jimin, tokens, clock)
    async with db.sessions.begin() as session:
        await user.end_session(session, grant.session_id, by=grant.user_id, now=clock())

    async def counted(before):
        async with db.reads() as session:
            return await user.count_ended(session, now=clock(), before=before)

    told = await counted(clock())
    assert (told.total, told.expired, told.still_valid) == (1, 0, 1)
    ended_at = clock()
    clock.forward(days=8)  # the other one ran out meanwhile
    told = await counted(ended_at + timedelta(seconds=1))
    assert (told.total, told.expired, told.still_valid) == (2, 1, 1)
    assert (await counted(clock())).expired == 2
    async with db.sessions.begin() as session:
        forget = user.forget_sessions
        assert await forget(session, before=ended_at + timedelta(seconds=1), limit=9) == 1
        assert await forget(session, before=clock(), limit=9) == 1


async def test_nobody_is_over_where_nobody_logged_in(db, clock):
    """No rows are none."""
    async with db.reads() as session:
        told = await user.count_ended(session, now=clock(), before=clock())
    assert (told.total, told.expired) == (0, 0)
