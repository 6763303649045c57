"""Answers that are everybody's: kept by caches for a while, and confirmed by their ETag."""

import gzip
import hashlib
from collections.abc import Awaitable, Callable, Collection, Hashable
from dataclasses import dataclass
from typing import Final, Self

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from server.state import State

JSON: Final = "application/json"
ZIPPED_FROM_BYTES: Final = 1024
ZIPPED_LEVEL: Final = 5
STALE_SECONDS: Final = 30
# The same for everybody, but zipped only for those who take it so.
VARY: Final = "Accept-Encoding"
# Who is signed in may be answered otherwise under the same address.
VARY_BY_CALLER: Final = "Accept-Encoding, Authorization"


@dataclass(frozen=True, slots=True)
class Packed:
    """A JSON body with its weak ETag, zipped once for all who take it so."""

    body: bytes
    etag: str
    zipped: bytes | None = None

    @classmethod
    def of(cls, body: bytes, *, keep: bool = False) -> Self:
        """Return the body with its ETag; one to keep is zipped now."""
        etag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        worth_it = keep and len(body) >= ZIPPED_FROM_BYTES
        return cls(body, etag, gzip.compress(body, ZIPPED_LEVEL, mtime=0) if worth_it else None)

    def __len__(self) -> int:
        """Return how many bytes it takes to keep."""
        return len(self.body) + len(self.zipped or b"")


async def shared(
    request: Request[State],
    key: Hashable,
    fetch: Callable[[], Awaitable[BaseModel]],
    *,
    names: Collection[str],
    seconds: int = 5,
) -> Response:
    """Answer from the process's cache; ``names`` are those of the facts that change the answer.

    ``fetch`` reads it anew, one request at a time. Other caches may keep it for ``seconds``. No
    sentence for people belongs in it: the next reader may speak another language.
    """

    async def packed() -> Packed:
        view = await fetch()
        return Packed.of(type(view).__pydantic_serializer__.to_json(view), keep=True)

    found = await request.state["cache"].get(key, packed, names=names)
    return fresh(request, found, seconds=seconds, vary=VARY)


def fresh(
    request: Request[State], packed: Packed, *, seconds: int, vary: str = VARY_BY_CALLER
) -> Response:
    """Answer with the body, or with 304 to whoever has it already."""
    headers = {
        "ETag": packed.etag,
        "Cache-Control": f"public, max-age={seconds}, stale-while-revalidate={STALE_SECONDS}",
        "Vary": vary,
    }
    if _known(request.headers.get("if-none-match"), packed.etag):
        return Response(status_code=304, headers=headers)
    if packed.zipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(packed.zipped, headers=headers, media_type=JSON)
    return Response(packed.body, headers=headers, media_type=JSON)


def _known(condition: str | None, etag: str) -> bool:
    # Compared weakly, as RFC 9110 §13.1.2 says for If-None-Match.
    if condition is None:
        return False
    named = (each.strip().removeprefix("W/") for each in condition.split(","))
    return condition.strip() == "*" or etag.removeprefix("W/") in named
