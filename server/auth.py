"""Who is calling: the access token of a request, checked in full, as a ``Caller``.

Routes do not call this; ``@endpoint(auth="required")`` hands them a ``caller: Caller`` and
``auth="optional"`` a ``caller: Caller | None``. The channel layer asks the same ``Gate``.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from starlette.requests import Request

from domain import user
from domain.kernel import Clock, DomainError, Unauthenticated, UserId, is_unavailable
from server.deny_list import DenyList

SCHEME: Final = "bearer"
# Each may do what those before it may.
RANKS: Final = (user.Role.USER, user.Role.OPERATOR, user.Role.ADMIN)


class NotAuthenticated(Unauthenticated):
    """No credentials were sent at all."""

    code = "not_authenticated"
    text = "Not authenticated"


@dataclass(frozen=True, slots=True)
class Caller:
    """A signed-in person and the session they speak in."""

    user_id: UserId
    session_id: str
    role: user.Role
    expires_at: datetime

    def reaches(self, role: user.Role) -> bool:
        """Tell whether they may do what takes this role."""
        return RANKS.index(self.role) >= RANKS.index(role)


@dataclass(frozen=True, slots=True)
class Gate:
    """Reads access tokens and knows which sessions were ended."""

    tokens: user.AccessTokens
    denied: DenyList
    clock: Clock

    async def identify(self, token: str) -> Caller:
        """Return whose access token this is.

        Raises user.TokenExpired, user.TokenMalformed, user.SessionEnded and their like.
        """
        claims = self.tokens.read(token, now=self.clock())
        if await self.denied.contains(claims.session_id):
            raise user.SessionEnded
        return Caller(
            user_id=claims.user_id,
            session_id=claims.session_id,
            role=claims.role,
            expires_at=claims.expires_at,
        )


async def signed_in(request: Request[Any]) -> Caller:
    """Return the caller. Raises Unauthenticated, with the earlier API's words."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != SCHEME or not token.strip():
        raise NotAuthenticated
    return await _gate(request).identify(token.strip())


async def maybe_signed_in(request: Request[Any]) -> Caller | None:
    """Return the caller if their token holds; a token without its scheme is welcome too."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip() if scheme.lower() == SCHEME else scheme.strip()
    if not token:
        return None
    try:
        return await _gate(request).identify(token)
    except DomainError:
        return None
    except Exception as error:  # without a database nobody can be told from a stranger
        if is_unavailable(error):
            return None
        raise


def _gate(request: Request[Any]) -> Gate:
    gate: Gate = request.state["gate"]
    return gate
