"""What a browser may do with our answers."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

INLINE_SCRIPT: Final = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
YEAR_SECONDS: Final = 31_536_000


class SecurityHeaders:
    """Set the headers that the answer did not set itself."""

    def __init__(self, app: ASGIApp, *, scripts: Iterable[str] = (), https: bool = False) -> None:
        self._app = app
        headers = {
            "content-security-policy": policy(scripts),
            "x-content-type-options": "nosniff",
            "referrer-policy": "strict-origin-when-cross-origin",
            "x-frame-options": "DENY",
            "cross-origin-opener-policy": "same-origin-allow-popups",  # the payment window
        }
        if https:
            headers["strict-transport-security"] = f"max-age={YEAR_SECONDS}"
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                set_already = dict(message["headers"])
                missing = (one for one in self._headers if one[0] not in set_already)
                message["headers"] = [*message["headers"], *missing]
            await send(message)

        await self._app(scope, receive, send_guarded)


def policy(scripts: Iterable[str] = ()) -> str:
    """Return the content security policy; ``scripts`` are hashes of inline ones."""
    rules = {
        "default-src": "'self'",
        "script-src": " ".join(("'self'", *scripts)),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: https:",
        "media-src": "'self' blob: https:",  # hls.js feeds the video from a blob
        "connect-src": "'self' ws: wss: https:",  # older browsers' 'self' knows no ws:
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def inline_scripts(folder: Path) -> tuple[str, ...]:
    """Return the hashes of the scripts written into the pages of a folder: their import maps."""
    found = {
        f"'sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for page in sorted(folder.glob("**/*.html"))
        for script in INLINE_SCRIPT.findall(page.read_text(encoding="utf-8"))
        if script.strip()
    }
    return tuple(sorted(found))
