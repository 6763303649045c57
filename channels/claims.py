"""What tokens may say, and what of it the channel layer hears.

Source: the public description of Centrifugo's connection and subscription JWT claims.
"""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Final

import orjson
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from channels.credentials import Credentials, Grant
from domain.kernel import UserId

USER_ID_MAX: Final = 2**63 - 1
MOMENT_MAX: Final = 253_402_300_799  # the last second of the year 9999

# A NumericDate of RFC 7519: seconds since 1970, whole or not.
Moment = Annotated[float, Field(ge=0, le=MOMENT_MAX, allow_inf_nan=False)]


class Claims(BaseModel):
    """Claims are of the type they are described with, or they are none; unknown ones are free."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class Override(Claims):
    """A rule of the channel that is another one for the bearer."""

    value: bool


class Overrides(Claims):
    presence: Override | None = None
    join_leave: Override | None = None
    force_push_join_leave: Override | None = None


class ChannelClaims(Claims):
    """What is said of one channel, with JSON as it is or packed in Base64."""

    info: JsonValue = None
    b64info: str | None = None
    data: JsonValue = None
    b64data: str | None = None
    override: Overrides | None = None

    def grant(self, expires_at: datetime | None = None) -> Grant:
        """Return the claims as the channel layer hears them. Raises ValueError."""
        rules = self.override or Overrides()
        return Grant(
            info=packed(self.info, self.b64info) or b"",
            data=packed(self.data, self.b64data),
            expires_at=expires_at,
            presence=_value(rules.presence),
            join_leave=_value(rules.join_leave),
            everyone_hears_passages=_value(rules.force_push_join_leave),
        )


class TokenClaims(ChannelClaims):
    """Everything a token says; ``sid`` is ours and names the login that a logout ends."""

    sub: str | None = None
    sid: str | None = None
    aud: str | list[str] | None = None
    iss: str | None = None
    exp: Moment | None = None
    nbf: Moment | None = None
    expire_at: Moment | None = None
    channel: str | None = None
    channels: list[str] | None = None
    subs: Mapping[str, ChannelClaims] | None = None

    @property
    def user_id(self) -> UserId | None:
        """Return who ``sub`` is, None for a stranger. Raises ValueError for what is nobody's id."""
        if not self.sub:
            return None
        plain = self.sub.isascii() and self.sub.isdigit() and len(self.sub) <= len(f"{USER_ID_MAX}")
        if not plain or self.sub != str(int(self.sub)) or int(self.sub) > USER_ID_MAX:
            raise ValueError("sub is no user's id")
        return UserId(int(self.sub))

    @property
    def expires_at(self) -> datetime | None:
        """Return when what the token opens ends."""
        if self.expire_at is None:
            return _moment(self.exp)
        return _moment(self.expire_at) if self.expire_at else None

    def credentials(self) -> Credentials:
        """Return what a connection token says. Raises ValueError."""
        named = {channel: Grant() for channel in self.channels or ()}
        told = {channel: claims.grant() for channel, claims in (self.subs or {}).items()}
        return Credentials(
            user_id=self.user_id,
            session_id=self.sid,
            expires_at=self.expires_at,
            info=packed(self.info, self.b64info) or b"",
            subs={**named, **told},
        )


def packed(value: JsonValue, in_base64: str | None) -> bytes | None:
    """Return the claim as JSON on one line, None where it says nothing. Raises ValueError."""
    if in_base64:
        value = orjson.loads(base64.b64decode(in_base64, validate=True))
    if value is None:
        return None
    try:
        return orjson.dumps(value)
    except TypeError as error:  # a number beyond 64 bits, half a character
        raise ValueError("a claim that cannot be told on") from error


def written(grant: Grant) -> dict[str, JsonValue]:
    """Return the claims that say of a channel what the grant does, but for its end."""
    claims: dict[str, JsonValue] = {}
    if grant.info:
        claims["info"] = orjson.loads(grant.info)
    if grant.data is not None:
        claims["data"] = orjson.loads(grant.data)
    rules = {
        "presence": grant.presence,
        "join_leave": grant.join_leave,
        "force_push_join_leave": grant.everyone_hears_passages,
    }
    said: dict[str, JsonValue] = {
        name: {"value": value} for name, value in rules.items() if value is not None
    }
    if said:
        claims["override"] = said
    return claims


def _value(override: Override | None) -> bool | None:
    return None if override is None else override.value


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
