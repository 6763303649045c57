"""What the test suites of client libraries expect of a server, for tests and for nothing else.

Each suite speaks to an address, with secrets and channels, that are written into it. They are no
secrets, so a process takes a profile on only where UHOK_TEST_PROFILES=1 says that it is a test.

Source: the configuration that the suites of centrifuge-python and centrifuge-js ship.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from pydantic import SecretStr

from channels.credentials import ANONYMOUS, Credentials, Grant, TokenInvalid
from channels.live import LiveParts
from channels.rules import Rules
from channels.tokens import RealtimeTokens, TokenRules
from channels.topics import PERSONAL, Topic, Topics
from domain.kernel import Clock, UserId
from server.settings import Profile, Settings

SECRET: Final = "secret"  # noqa: S105 (published with the suites)
KEPT: Final = timedelta(seconds=300)
SIZES: Final = {"recovery": 100, "smallhistory": 2, "delta": 100}
RULES: Final[dict[Profile, Rules]] = {
    "conformance-python": Rules(
        token=True, presence=True, join_leave=True, everyone_hears_passages=True, publish=True
    ),
    "conformance-js": Rules(presence=True, publish=True, listeners_only=False),
}
API_KEYS: Final[dict[Profile, str]] = {"conformance-js": "test-api-key"}


def adapted(parts: LiveParts, profile: Profile) -> LiveParts:
    """Return the parts as the profile has them; the same ones without a profile.

    The suites ask for procedures that nobody has, and for the answer that there are none at all.
    """
    if not profile:
        return parts
    bouncer = Bouncer(parts.clock, open_to_all=profile == "conformance-js")
    return replace(parts, topics=topics(profile), authenticator=bouncer, procedures={})


def configured(settings: Settings) -> Settings:
    """Return the settings with the profile's key to the server API."""
    key = API_KEYS.get(settings.profile)
    return settings.model_copy(update={"realtime_api_key": SecretStr(key)}) if key else settings


def topics(profile: Profile) -> Topics:
    """Return channels without a prefix, three kinds with one, and everybody's own."""
    rules = RULES[profile]
    kinds = [Topic(prefix, size, KEPT, rules=rules) for prefix, size in SIZES.items()]
    own = Topic(PERSONAL, 100, KEPT, rules=replace(rules, token=True, listeners_only=True))
    return Topics(kinds, other=Topic("", 100, KEPT, rules=rules), personal=own)


class Bouncer:
    """Reads the suites' tokens; a door that is open to all needs none, and lets none expire."""

    def __init__(self, clock: Clock, *, open_to_all: bool) -> None:
        self._clock = clock
        self._open = open_to_all
        self._tokens = RealtimeTokens(TokenRules(secret=SECRET, audience=""))

    async def connection(self, token: str) -> Credentials | None:
        """Return whose token it is. Raises TokenInvalid, TokenExpired."""
        if not token and self._open:
            return ANONYMOUS
        said = await self._tokens.read_connection(token, now=self._clock())
        return replace(said, expires_at=None) if self._open else said

    async def ticket(self, ticket: str) -> Credentials:
        """Refuse: the suites have none. Raises TokenInvalid."""
        raise TokenInvalid

    async def subscription(self, token: str, *, channel: str, user_id: UserId | None) -> Grant:
        """Return what the token allows. Raises TokenInvalid, TokenMismatched, TokenExpired."""
        said = await self._tokens.read_subscription(
            token, channel=channel, user_id=user_id, now=self._clock()
        )
        return replace(said, expires_at=None) if self._open else said
