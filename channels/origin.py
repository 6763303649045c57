"""Whether a web page may talk to us in its visitor's name."""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers


def admitted(headers: Headers, origins: Collection[str]) -> bool:
    """Admit our own pages, those on the list, and clients that are no web page at all."""
    origin = headers.get("origin")
    if origin is None or "*" in origins or origin in origins:
        return True
    return urlsplit(origin).netloc.lower() == headers.get("host", "").lower()
