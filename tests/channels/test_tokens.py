"""Tokens open what they say, to whom they say it, for as long as they say, and to nobody else."""

import base64
import json
from datetime import timedelta

import jwt
import pytest

from channels.credentials import Credentials, Grant, TokenExpired, TokenInvalid, TokenMismatched
from channels.tokens import RealtimeTokens, TokenRules
from domain.kernel import UserId
from domain.user import AccessTokens, Role, TokenMalformed
from tests.conftest import NOON

SECRET = "a secret of thirty-two bytes or so, and then as many again for HS512"
OTHER = "another secret of thirty-two bytes or so, and then as many again"
NOW = int(NOON.timestamp())
JIMIN = UserId(7)
BIG = 2**70


@pytest.fixture
def tokens():
    """Tokens of ten minutes."""
    return RealtimeTokens(TokenRules(secret=SECRET), new_id=lambda: "one")


def signed(secret=SECRET, algorithm="HS256", header=None, **claims):
    """Return a token of a backend that knows the secret."""
    told = {"sub": "7", "aud": "realtime", "exp": NOW + 60} | claims
    told = {name: value for name, value in told.items() if value is not ...}
    return jwt.encode(told, secret, algorithm=algorithm, headers=header)


def base64ed(text):
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def forged(header, **claims):
    """Return a token whose header says what it likes, and whose signature is none."""
    told = {"sub": "7", "aud": "realtime", "exp": NOW + 60} | claims
    return f"{base64ed(json.dumps(header))}.{base64ed(json.dumps(told))}."


async def subscribed(tokens, token, *, channel="order:1", user_id=JIMIN, now=NOON):
    return await tokens.read_subscription(token, channel=channel, user_id=user_id, now=now)


async def test_what_is_issued_is_read(tokens):
    """The login, what others see, and the channels to be subscribed to."""
    grant = Grant(info=b'{"badge":1}', data=b"[1]", presence=True, everyone_hears_passages=False)
    who = Credentials(JIMIN, "login", info=b'{"name":"\xea\xb9\x80"}', subs={"user:7": grant})

    issued = tokens.issue_connection(who, now=NOON)
    read = await tokens.read_connection(issued.token, now=NOON)

    assert issued.expires_at == NOON + timedelta(minutes=10)
    assert read == Credentials(
        JIMIN, "login", expires_at=issued.expires_at, info=who.info, subs=who.subs
    )


async def test_a_subscription_token_opens_its_channel(tokens):
    """To a stranger as to a user."""
    for user_id in (JIMIN, None):
        issued = tokens.issue_subscription("order:1", user_id, now=NOON, grant=Grant(data=b"{}"))
        grant = await subscribed(tokens, issued.token, user_id=user_id)
        assert grant == Grant(data=b"{}", expires_at=issued.expires_at)


async def test_claims_of_other_backends_are_understood(tokens):
    """JSON as it is or in Base64, overrides, fractions of seconds, and what nobody knows."""
    packed = base64.b64encode(b'{ "a": 1 }').decode()
    token = signed(
        exp=NOW + 60.5,
        meta={"ours": "not"},
        b64info=packed,
        channels=["a", "b"],
        subs={
            "b": {
                "info": [1],
                "b64data": packed,
                "override": {
                    "presence": {"value": True},
                    "join_leave": {"value": False},
                    "force_push_join_leave": {"value": True},
                    "force_recovery": {"value": True},
                },
            }
        },
        unheard_of={"x": 1},
    )
    read = await tokens.read_connection(token, now=NOON)
    assert (read.user_id, read.session_id, read.info) == (JIMIN, None, b'{"a":1}')
    assert read.expires_at == NOON + timedelta(seconds=60.5)
    assert read.subs == {
        "a": Grant(),
        "b": Grant(
            info=b"[1]",
            data=b'{"a":1}',
            presence=True,
            join_leave=False,
            everyone_hears_passages=True,
        ),
    }


@pytest.mark.parametrize(
    ("claims", "ends"),
    [
        ({}, 60),
        ({"exp": ...}, None),
        ({"expire_at": 0}, None),
        ({"expire_at": NOW + 5}, 5),
        ({"expire_at": NOW + 500}, 500),
    ],
)
@pytest.mark.parametrize("channel", [..., "order:1"])
async def test_when_it_ends_may_be_said_apart(tokens, claims, ends, channel):
    """By exp; unless expire_at says another time, or never."""
    token = signed(channel=channel, **claims)
    if channel is ...:
        read = await tokens.read_connection(token, now=NOON)
    else:
        read = await subscribed(tokens, token)
    assert read.expires_at == (None if ends is None else NOON + timedelta(seconds=ends))


@pytest.mark.parametrize(
    "claims", [{"exp": NOW}, {"exp": 1}, {"nbf": NOW + 1}, {"exp": 1, "expire_at": 0}]
)
@pytest.mark.parametrize("channel", [..., "order:1"])
async def test_too_late_and_too_early_ask_for_another(tokens, claims, channel):
    """A good token at the wrong time is no forgery; expire_at lengthens no exp."""
    token = signed(channel=channel, **claims)
    with pytest.raises(TokenExpired):
        await tokens.read_connection(token, now=NOON)
    with pytest.raises(TokenExpired):
        await subscribed(tokens, token)


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "jimin"},
        {"sub": 7},
        {"sub": "-1"},
        {"sub": "07"},
        {"sub": "٧"},
        {"sub": "1.0"},
        {"sub": " 7"},
        {"sub": str(2**63)},
        {"sub": "9" * 5000},
        {"aud": ...},
        {"aud": "rest"},
        {"aud": ["rest"]},
        {"aud": 7},
        {"exp": "soon"},
        {"exp": True},
        {"exp": 1e300},
        {"exp": -1},
        {"exp": BIG},
        {"nbf": "now"},
        {"sid": 7},
        {"expire_at": []},
        {"channel": "order:1"},
        {"channel": 1},
        {"channels": "a"},
        {"channels": [1]},
        {"subs": []},
        {"subs": {"a": 1}},
        {"subs": {"a": {"override": {"presence": True}}}},
        {"subs": {"a": {"b64data": "not base64!"}}},
        {"info": BIG},
        {"info": "\ud800"},
        {"b64info": "bm90IGpzb24="},
        {"b64info": 1},
    ],
)
async def test_a_connection_token_that_says_nonsense_is_none(tokens, claims):
    """Signed with the right key, and still not good; a subscription token is none either."""
    with pytest.raises(TokenInvalid):
        await tokens.read_connection(signed(**claims), now=NOON)


@pytest.mark.parametrize("sub", ["", ...])
async def test_a_token_may_be_a_strangers(tokens, sub):
    """An empty subject is a stranger, and so is none at all."""
    read = await tokens.read_connection(signed(sub=sub), now=NOON)
    assert read.user_id is None


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "a.b.c",
        "....",
        "é.ü.ö",
        "\ud800",
        "a" * 100_000,
        signed(secret=OTHER),
        signed(algorithm="HS512"),
        signed()[:-2],
        signed() + "x",
        forged({"alg": "none"}),
        forged({"alg": "None"}),
        forged({}),
        forged({"alg": ["HS256"]}),
        forged({"alg": "RS256", "kid": "1"}),
        forged({"alg": "HS256", "crit": ["b64"], "b64": False}),
        f"{base64ed('[' * 200_000)}.e30.",
        f"{base64ed('[]')}.e30.",
    ],
)
async def test_what_is_not_signed_with_our_key_is_nothing(tokens, token):
    """Another key, another algorithm, none, or no token at all."""
    with pytest.raises(TokenInvalid):
        await tokens.read_connection(token, now=NOON)
    with pytest.raises(TokenInvalid):
        await subscribed(tokens, token)


async def test_another_claims_set_than_an_object_is_nothing(tokens):
    """A signed list is no claims."""
    token = jwt.api_jws.encode(b"[1]", SECRET, algorithm="HS256")
    with pytest.raises(TokenInvalid):
        await tokens.read_connection(token, now=NOON)


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
async def test_one_algorithm_is_believed(algorithm):
    """The one that was chosen."""
    tokens = RealtimeTokens(TokenRules(secret=SECRET, algorithm=algorithm))
    token = tokens.issue_connection(Credentials(JIMIN), now=NOON).token
    assert jwt.get_unverified_header(token)["alg"] == algorithm
    assert (await tokens.read_connection(token, now=NOON)).user_id == JIMIN
    for other in {"HS256", "HS384", "HS512"} - {algorithm}:
        with pytest.raises(TokenInvalid):
            await tokens.read_connection(signed(algorithm=other), now=NOON)


@pytest.mark.parametrize(
    ("channel", "user_id"), [("order:2", JIMIN), ("order:1", UserId(8)), ("order:1", None)]
)
async def test_anothers_subscription_token_is_told_apart(tokens, channel, user_id):
    """Good, but for another channel or another user."""
    token = signed(channel="order:1")
    assert await subscribed(tokens, token)
    with pytest.raises(TokenMismatched):
        await subscribed(tokens, token, channel=channel, user_id=user_id)


async def test_a_connection_token_opens_no_channel_by_itself(tokens):
    """Nor does one that names the empty channel."""
    for channel in (..., ""):
        with pytest.raises(TokenInvalid):
            await subscribed(tokens, signed(channel=channel), channel="")


async def test_audience_and_issuer_are_asked_for_where_they_are_set():
    """Among several audiences ours is enough; without a wish any will do."""
    strict = RealtimeTokens(TokenRules(secret=SECRET, issuer="https://shop.example"))
    lax = RealtimeTokens(TokenRules(secret=SECRET, audience=""))
    good = signed(aud=["rest", "realtime"], iss="https://shop.example")
    assert await strict.read_connection(good, now=NOON)
    with pytest.raises(TokenInvalid):
        await strict.read_connection(signed(), now=NOON)
    for claims in ({"aud": ...}, {"aud": "any"}, {"iss": "any"}):
        assert await lax.read_connection(signed(**claims), now=NOON)
    own = strict.issue_connection(Credentials(JIMIN), now=NOON).token
    assert await strict.read_connection(own, now=NOON)


@pytest.mark.parametrize("audience", ["realtime", ""])
async def test_a_realtime_token_opens_no_other_door(audience):
    """Although the secret may be the same; an access token is no realtime token either."""
    tokens = RealtimeTokens(TokenRules(secret=SECRET, audience=audience))
    access = AccessTokens(SECRET)
    issued = tokens.issue_connection(Credentials(JIMIN, "login"), now=NOON)
    with pytest.raises(TokenMalformed):
        access.read(issued.token, now=NOON)
    if audience:
        token = access.issue(JIMIN, Role.USER, session_id="login", now=NOON)
        with pytest.raises(TokenInvalid):
            await tokens.read_connection(token, now=NOON)


async def test_what_is_remembered_still_ends(tokens):
    """The second look is quick, and asks the time again."""
    token = signed(nbf=NOW)
    first = await tokens.read_connection(token, now=NOON)
    assert await tokens.read_connection(token, now=NOON) is first
    with pytest.raises(TokenExpired):
        await tokens.read_connection(token, now=NOON + timedelta(seconds=60))
    with pytest.raises(TokenExpired):
        await tokens.read_connection(token, now=NOON - timedelta(seconds=1))


async def test_a_connection_that_is_over_is_not_begun(tokens):
    """expire_at has passed although exp has not."""
    with pytest.raises(TokenExpired):
        await tokens.read_connection(signed(expire_at=NOW), now=NOON)
