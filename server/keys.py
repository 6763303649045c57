"""The keys by which programs of the house are known, in place of people's tokens."""

import hmac
from typing import ClassVar, Final

from pydantic import SecretStr
from starlette.requests import Request

from domain.kernel import Unauthenticated
from server.state import State

SCHEMES: Final = ("apikey", "bearer")


class KeyInvalid(Unauthenticated):
    """The caller's key is not ours."""

    code: ClassVar[str] = "key_invalid"
    text: ClassVar[str] = "키가 올바르지 않습니다."


def check_key(request: Request[State], ours: SecretStr) -> None:
    """Let nobody pass whose ``X-API-Key`` or ``Authorization`` is not our key. Raises KeyInvalid.

    It takes as long for a key that is almost right as for one that is all wrong.
    """
    scheme, _, said = request.headers.get("authorization", "").partition(" ")
    by_scheme = said if scheme.lower() in SCHEMES else ""
    given = request.headers.get("x-api-key") or by_scheme
    expected = ours.get_secret_value()
    if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
        raise KeyInvalid
