"""A profile opens doors to secrets that everybody knows, so it is taken on by tests alone."""

from datetime import timedelta

import jwt
import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from channels.credentials import ANONYMOUS, TokenExpired, TokenInvalid, TokenMismatched
from channels.topics import UnknownTopic
from server.cli import app
from server.profiles import SECRET, Bouncer, configured, topics
from server.settings import Settings
from tests.conftest import NOON

# The suites chose six letters for a secret.
pytestmark = pytest.mark.filterwarnings("ignore:The HMAC key is")
PROFILES = ("conformance-python", "conformance-js")


def token(secret: str = SECRET, **claims) -> str:
    """Return a token as the suites make them."""
    return jwt.encode(claims, secret, algorithm="HS256")


@pytest.fixture
def bouncer(clock) -> Bouncer:
    """Whoever reads the tokens of the Python suite."""
    return Bouncer(clock, open_to_all=False)


@pytest.fixture
def open_door(clock) -> Bouncer:
    """Whoever reads the tokens of the JavaScript suite."""
    return Bouncer(clock, open_to_all=True)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_needs_the_word_that_this_is_a_test(profile):
    """And production is none, whatever it says."""
    assert Settings(profile=profile, uhok_test_profiles=True).profile == profile
    secrets = {"jwt_secret": "x" * 32, "payment_webhook_secret": "our own"}
    for refused in (
        {},
        {"uhok_test_profiles": False},
        {"environment": "production", "uhok_test_profiles": True, **secrets},
    ):
        with pytest.raises(ValidationError, match="UHOK_TEST_PROFILES=1"):
            Settings(profile=profile, **refused)


def test_the_command_says_why_it_does_not_start():
    """In one line, and ends with 2."""
    said = CliRunner().invoke(app, ["serve"], env={"PROFILE": "conformance-js"})
    assert said.exit_code == 2
    assert "UHOK_TEST_PROFILES=1" in said.output
    assert "Traceback" not in said.output


def test_a_profile_that_does_not_exist_is_no_profile():
    """A slip of the pen does not start the shop instead."""
    with pytest.raises(ValidationError, match="conformance-python"):
        Settings(profile="conformance-pyhton", uhok_test_profiles=True)


async def test_the_suites_tokens_are_read(bouncer):
    """For the user and for the channel they name."""
    said = await bouncer.connection(token(sub="42"))
    assert (said.user_id, said.expires_at) == (42, None)
    mine = token(sub="42", channel="room")
    assert (await bouncer.subscription(mine, channel="room", user_id=42)).expires_at is None
    with pytest.raises(TokenMismatched):
        await bouncer.subscription(mine, channel="attic", user_id=42)


async def test_a_bad_token_opens_nothing(bouncer):
    """None, garbage, or a forgery."""
    for bad in ("", "invalid", token("another secret", sub="42")):
        with pytest.raises(TokenInvalid):
            await bouncer.connection(bad)
        with pytest.raises(TokenInvalid):
            await bouncer.subscription(bad, channel="room", user_id=None)


async def test_an_open_door_asks_for_no_token_and_believes_no_forgery(open_door, clock):
    """Strangers come in; tokens that are shown must be real, and do not end anything."""
    assert await open_door.connection("") is ANONYMOUS
    with pytest.raises(TokenInvalid):
        await open_door.connection(token("another secret", sub="42"))
    until = (NOON + timedelta(minutes=1)).timestamp()
    assert (await open_door.connection(token(sub="42", exp=until))).expires_at is None
    mine = token(channel="room", exp=until)
    grant = await open_door.subscription(mine, channel="room", user_id=None)
    assert grant.expires_at is None
    clock.forward(minutes=2)
    with pytest.raises(TokenExpired):
        await open_door.connection(token(sub="42", exp=until))


async def test_there_are_no_tickets(bouncer, open_door):
    """No suite uses any."""
    for door in (bouncer, open_door):
        with pytest.raises(TokenInvalid):
            await door.ticket("once")


@pytest.mark.parametrize(
    ("channel", "size"),
    [("room", 100), ("smallhistory:room", 2), ("recovery:a", 100), ("delta:a", 100), ("#42", 100)],
)
@pytest.mark.parametrize("profile", PROFILES)
def test_the_suites_channels_are_there(profile, channel, size):
    """With as much memory as each suite counts on."""
    topic = topics(profile).of(channel)
    assert (topic.retention.size, topic.retention.ttl_seconds) == (size, 300)
    assert topic.rules.publish
    assert topic.rules.presence
    assert topic.rules.everyone_hears_passages == (profile == "conformance-python")
    assert topic.rules.token == (profile == "conformance-python" or channel == "#42")
    assert topic.rules.listeners_only == topic.rules.token


def test_the_server_api_has_the_key_of_the_suite_that_uses_it():
    """And nobody else's is touched."""
    asked = [Settings(profile=each, uhok_test_profiles=True) for each in (*PROFILES, "")]
    python, js, shop = map(configured, asked)
    assert js.realtime_api_key.get_secret_value() == "test-api-key"
    assert not python.realtime_api_key.get_secret_value()
    assert not shop.realtime_api_key.get_secret_value()


def test_another_namespace_is_unknown():
    """As in the suites' own servers."""
    with pytest.raises(UnknownTopic):
        topics("conformance-js").of("attic:room")
