"""The two proofs of a login: a short access token (JWT, RFC 7519) and a refresh token.

A refresh token is used once. Its successor is derived from it with a key that only we hold, so
that a client whose answer was lost on the way can be told the same successor again although no
raw token is kept anywhere (RFC 9700 §4.14.2 asks for the rotation).
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

import jwt
from cachetools import LRUCache
from jwt.exceptions import InvalidSubjectError

from domain.kernel import UserId
from domain.user.errors import TokenExpired, TokenMalformed, TokenUserInvalid, TokenWithoutUser
from domain.user.roles import Role

REQUIRED: Final = ("sub", "exp", "iat", "jti", "sid")
# Time is the caller's to tell, so expiry is checked below and not by the library.
OPTIONS: Final[jwt.types.Options] = {
    "require": list(REQUIRED),
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}
USER_ID_MAX: Final = 2**63 - 1
REMEMBERED_MAX: Final = 10_000


@dataclass(frozen=True, slots=True)
class Claims:
    """What an access token says."""

    user_id: UserId
    session_id: str
    role: Role
    token_id: str
    expires_at: datetime


class AccessTokens:
    """Issue and read access tokens; exactly one algorithm is believed."""

    def __init__(
        self,
        secret: str,
        *,
        algorithm: str = "HS256",
        lifetime: timedelta = timedelta(minutes=30),
        new_id: Callable[[], str] = lambda: uuid4().hex,
    ) -> None:
        self.lifetime = lifetime
        self._secret = secret
        self._algorithm = algorithm
        self._new_id = new_id
        # What a genuine token says does not change, and a client shows it with every request.
        self._read: LRUCache[bytes, Claims] = LRUCache(REMEMBERED_MAX)

    def issue(self, user_id: UserId, role: Role, *, session_id: str, now: datetime) -> str:
        """Return a token for that session; it reads as ASCII in a browser's ``atob``."""
        claims = {
            "sub": str(user_id),
            "iat": int(now.timestamp()),
            "exp": int((now + self.lifetime).timestamp()),
            "jti": self._new_id(),
            "sid": session_id,
            "role": role.value,
        }
        return jwt.encode(claims, self._secret, algorithm=self._algorithm)

    def read(self, token: str, *, now: datetime) -> Claims:
        """Return what the token says.

        Raises TokenMalformed, TokenExpired, TokenWithoutUser, TokenUserInvalid.
        """
        name = hashlib.blake2b(token.encode(errors="replace"), digest_size=32).digest()
        claims = self._read.get(name) or self._decode(token)
        if claims.expires_at <= now:
            self._read.pop(name, None)
            raise TokenExpired
        self._read[name] = claims
        return claims

    def _decode(self, token: str) -> Claims:
        try:
            claims = jwt.decode(token, self._secret, algorithms=[self._algorithm], options=OPTIONS)
        except jwt.MissingRequiredClaimError as error:
            raise (TokenWithoutUser if error.claim == "sub" else TokenMalformed) from error
        except InvalidSubjectError as error:
            raise TokenUserInvalid from error
        except (jwt.InvalidTokenError, ValueError) as error:
            raise TokenMalformed from error
        subject, expires = claims["sub"], claims["exp"]
        if type(expires) is not int or not isinstance(claims["sid"], str):
            raise TokenMalformed
        if not (subject.isascii() and subject.isdigit() and int(subject) <= USER_ID_MAX):
            raise TokenUserInvalid
        return Claims(
            user_id=UserId(int(subject)),
            session_id=claims["sid"],
            role=Role.read(claims.get("role")),
            token_id=str(claims["jti"]),
            expires_at=datetime.fromtimestamp(expires, UTC),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRules:
    """How long a session lasts unused, how long at all, and how late an answer may be lost."""

    idle: timedelta = timedelta(days=7)
    lasting: timedelta = timedelta(days=30)
    grace: timedelta = timedelta(seconds=15)


class RefreshTokens:
    """Draw a family's first token and derive each successor; 256 bits, URL-safe."""

    def __init__(
        self,
        secret: str,
        *,
        rules: SessionRules,
        draw: Callable[[], str] = lambda: secrets.token_urlsafe(32),
    ) -> None:
        self.rules = rules
        self._key = hashlib.sha256(b"uhok refresh tokens:" + secret.encode()).digest()
        self.draw = draw

    def successor(self, token: str) -> str:
        """Return the one token that follows that one."""
        derived = hmac.digest(self._key, token.encode(), "sha256")
        return base64.urlsafe_b64encode(derived).rstrip(b"=").decode("ascii")


def digest(token: str) -> str:
    """Return what is kept of a refresh token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
