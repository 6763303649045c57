"""The two cookies a browser gets at login, each of use in one place only."""

from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from domain import user
from domain.kernel import Forbidden
from server.settings import Settings
from server.state import State

REFRESH_COOKIE: Final = "uhok_refresh"
REFRESH_PATH: Final = "/api/auth"
LIVE_COOKIE: Final = "uhok_live"  # an EventSource can send no header
LIVE_PATH: Final = "/connection"
DAY_SECONDS: Final = 86_400


class OriginRefused(Forbidden):
    """A page of somebody else's tried to use our cookie."""

    code = "origin_refused"
    text = "허용되지 않은 출처의 요청입니다."


def set_cookies(answer: Response, *, refresh: str, access: str, settings: Settings) -> Response:
    """Give the browser its tokens where no script can read them."""
    jar = (
        (REFRESH_COOKIE, refresh, REFRESH_PATH, int(settings.session_idle_days * DAY_SECONDS)),
        (LIVE_COOKIE, access, LIVE_PATH, int(settings.access_token_expire_minutes * 60)),
    )
    for name, value, path, seconds in jar:
        answer.set_cookie(
            name,
            value,
            max_age=seconds,
            path=path,
            secure=settings.secure_cookies,
            httponly=True,
            samesite="strict",
        )
    return answer


def forget_cookies(answer: Response) -> Response:
    """Take both cookies back."""
    for name, path in ((REFRESH_COOKIE, REFRESH_PATH), (LIVE_COOKIE, LIVE_PATH)):
        answer.delete_cookie(name, path=path, httponly=True, samesite="strict")
    return answer


def refresh_cookie(request: Request[State]) -> str:
    """Return the refresh token that our own page's browser sent along.

    Raises user.RefreshRefused without one, OriginRefused when another page asked.
    """
    token = request.cookies.get(REFRESH_COOKIE)
    if not token:
        raise user.RefreshRefused
    origin = request.headers.get("origin", "")
    settings = request.state["settings"]
    allowed = {*settings.cors_origins, settings.public_url.rstrip("/")}
    host = urlsplit(origin).netloc
    if not origin or (host != request.headers.get("host") and origin not in allowed):
        raise OriginRefused
    return token
