"""Connection and subscription tokens: JWTs (RFC 7519) with the claims of the Centrifuge protocol.

A token that names a ``channel`` opens that one channel to the one user that it names; a token that
names none opens a connection. ``exp`` is until when a token may be shown; ``expire_at``, where it
is there, is when what it opened ends (0: never). Whether a channel can be recovered is for its
topic to say, so a token's wish for that is passed over.

One algorithm is believed of our own secret. Public keys come with an algorithm each and are asked
for by their id, so no token can have a public key taken for a secret (RFC 8725 §2.1, §3.1).
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, NamedTuple, Protocol
from uuid import uuid4

import jwt
from cachetools import LRUCache
from pydantic import ValidationError

from channels.claims import TokenClaims, written
from channels.credentials import Credentials, Grant, TokenExpired, TokenInvalid, TokenMismatched
from domain.kernel import UserId

AUDIENCE: Final = "realtime"
REMEMBERED_MAX: Final = 10_000
PUBLIC: Final = frozenset(
    f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512)
) | {"EdDSA"}
# What a token says is checked below: time is the caller's to tell, the rest is described once.
UNCHECKED: Final[jwt.types.Options] = {
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}


class Keys(Protocol):
    """The public keys of somebody else who signs tokens."""

    async def find(self, key_id: str) -> jwt.PyJWK | None:
        """Return the key of that id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRules:
    """What makes a token good here; an empty audience or issuer is not asked for."""

    secret: str
    algorithm: Literal["HS256", "HS384", "HS512"] = "HS256"
    audience: str = AUDIENCE
    issuer: str = ""
    lifetime: timedelta = timedelta(minutes=10)


class Issued(NamedTuple):
    """A token and until when it may be shown."""

    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class _Known:
    """A genuine token. ``opens`` is what it says of a channel, or of a connection."""

    opens: Credentials | Grant
    channel: str | None
    user_id: UserId | None
    since: float
    until: float | None


class RealtimeTokens:
    """Issue and read tokens; what was read is remembered, for when all come back at once."""

    def __init__(
        self,
        rules: TokenRules,
        *,
        keys: Keys | None = None,
        new_id: Callable[[], str] = lambda: uuid4().hex,
    ) -> None:
        self.rules = rules
        self._keys = keys
        self._new_id = new_id
        self._read: LRUCache[bytes, _Known] = LRUCache(REMEMBERED_MAX)

    def issue_connection(self, who: Credentials, *, now: datetime) -> Issued:
        """Return a token that opens connections of theirs; its end is the rules', not theirs."""
        claims: dict[str, Any] = {}
        if who.session_id is not None:
            claims["sid"] = who.session_id
        if who.subs:
            claims["subs"] = {channel: written(grant) for channel, grant in who.subs.items()}
        return self._issue(claims | written(Grant(info=who.info)), who.user_id, now)

    def issue_subscription(
        self, channel: str, user_id: UserId | None, *, now: datetime, grant: Grant | None = None
    ) -> Issued:
        """Return a token that opens the channel to the user; its end is the rules'."""
        return self._issue({"channel": channel, **written(grant or Grant())}, user_id, now)

    async def read_connection(self, token: str, *, now: datetime) -> Credentials:
        """Return what a connection token says. Raises TokenInvalid, TokenExpired."""
        known = await self._know(token, now)
        if not isinstance(known.opens, Credentials):
            raise TokenInvalid
        return known.opens

    async def read_subscription(
        self, token: str, *, channel: str, user_id: UserId | None, now: datetime
    ) -> Grant:
        """Return what a subscription token says of the channel.

        Raises TokenInvalid, TokenMismatched for another's or another channel's, TokenExpired.
        """
        known = await self._know(token, now)
        if not isinstance(known.opens, Grant):
            raise TokenInvalid
        if known.channel != channel or known.user_id != user_id:
            raise TokenMismatched
        return known.opens

    def _issue(self, claims: dict[str, Any], user_id: UserId | None, now: datetime) -> Issued:
        expires = int((now + self.rules.lifetime).timestamp())
        told = claims | {
            "sub": "" if user_id is None else str(user_id),
            # Always there, so that no other door of ours takes it for a token of its own.
            "aud": self.rules.audience or AUDIENCE,
            "iat": int(now.timestamp()),
            "exp": expires,
            "jti": self._new_id(),
        }
        if self.rules.issuer:
            told["iss"] = self.rules.issuer
        token = jwt.encode(told, self.rules.secret, algorithm=self.rules.algorithm)
        return Issued(token, datetime.fromtimestamp(expires, UTC))

    async def _know(self, token: str, now: datetime) -> _Known:
        name = hashlib.blake2b(token.encode(errors="replace"), digest_size=32).digest()
        known = self._read.get(name) or await self._verified(token)
        moment, ends = now.timestamp(), known.opens.expires_at
        over = known.until is not None and known.until <= moment
        if over or moment < known.since or (ends is not None and ends <= now):
            self._read.pop(name, None)
            raise TokenExpired
        self._read[name] = known
        return known

    async def _verified(self, token: str) -> _Known:
        try:
            key, algorithm = await self._key(token)
            said = jwt.decode(token, key, algorithms=[algorithm], options=UNCHECKED)
            return self._heard(TokenClaims.model_validate(said))
        except (jwt.PyJWTError, ValidationError, ValueError, RecursionError) as error:
            raise TokenInvalid from error

    async def _key(self, token: str) -> tuple[str | jwt.PyJWK, str]:
        header = jwt.get_unverified_header(token)
        algorithm, key_id = str(header.get("alg")), header.get("kid")
        if algorithm == self.rules.algorithm:
            return self.rules.secret, algorithm
        if self._keys is None or algorithm not in PUBLIC or not isinstance(key_id, str):
            raise TokenInvalid
        key = await self._keys.find(key_id)
        if key is None or key.algorithm_name != algorithm:
            raise TokenInvalid
        return key, algorithm

    def _heard(self, claims: TokenClaims) -> _Known:
        audiences = [claims.aud] if isinstance(claims.aud, str) else claims.aud or []
        if self.rules.audience and self.rules.audience not in audiences:
            raise TokenInvalid
        if self.rules.issuer and claims.iss != self.rules.issuer:
            raise TokenInvalid
        opens = claims.grant(claims.expires_at) if claims.channel else claims.credentials()
        return _Known(
            opens=opens,
            channel=claims.channel,
            user_id=claims.user_id,
            since=claims.nbf or 0,
            until=claims.exp,
        )
