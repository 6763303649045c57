"""The public keys of somebody else who signs realtime tokens, from where they publish them.

Source: RFC 7517 (JSON Web Key Sets). Keys are kept for a while; a token that names another one
has the set fetched anew, at most every ``PAUSE_SECONDS``, because anybody can make such tokens.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final

import httpx
import jwt
import structlog

from domain.kernel import Busy

KEPT_SECONDS: Final = 300.0
PAUSE_SECONDS: Final = 10.0
PATIENCE_SECONDS: Final = 3.0
SIGNING: Final = frozenset({"sig", None})

log = structlog.get_logger(__name__)


class KeySet:
    """A set of keys by their ids."""

    def __init__(
        self, url: str, *, http: httpx.AsyncClient, timer: Callable[[], float] = time.monotonic
    ) -> None:
        self._url = url
        self._http = http
        self._timer = timer
        self._keys: Mapping[str, jwt.PyJWK] = {}
        self._fetched: float | None = None
        self._tried: float | None = None
        self._fetching = asyncio.Lock()

    async def find(self, key_id: str) -> jwt.PyJWK | None:
        """Return the key of that id. Raises kernel.Busy while nobody can tell."""
        key = self._keys.get(key_id)
        if key is not None and (self._is_young(self._fetched, KEPT_SECONDS) or self._is_busy):
            return key
        async with self._fetching:
            if not self._is_young(self._tried, PAUSE_SECONDS):
                await self._fetch()
        key = self._keys.get(key_id)
        if key is None and self._tried != self._fetched:
            raise Busy
        return key

    @property
    def _is_busy(self) -> bool:
        return self._fetching.locked()

    def _is_young(self, since: float | None, seconds: float) -> bool:
        return since is not None and self._timer() - since < seconds

    async def _fetch(self) -> None:
        self._tried = self._timer()
        try:
            answer = await self._http.get(self._url, timeout=PATIENCE_SECONDS)
            found = jwt.PyJWKSet.from_dict(answer.raise_for_status().json())
        except (httpx.HTTPError, jwt.PyJWTError, ValueError, AttributeError, TypeError) as error:
            # What was good a moment ago is likely to be good still.
            log.warning("signing keys not fetched", error=type(error).__name__)
            return
        self._fetched = self._tried
        self._keys = {
            key.key_id: key for key in found.keys if key.key_id and key.public_key_use in SIGNING
        }


@asynccontextmanager
async def open_keys(url: str) -> AsyncIterator[KeySet | None]:
    """Open the keys published there, if anywhere."""
    if not url:
        yield None
        return
    async with httpx.AsyncClient() as http:
        yield KeySet(url, http=http)
