"""What REDIS_URL may say: one server, sentinels that know it, or a cluster."""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

KINDS: Final = {
    "redis": "standalone",
    "rediss": "standalone",
    "unix": "standalone",
    "redis+sentinel": "sentinel",
    "rediss+sentinel": "sentinel",
    "redis+cluster": "cluster",
    "rediss+cluster": "cluster",
}
SENTINEL_PORT: Final = 26_379
CLUSTER_PORT: Final = 6_379


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """Where Redis is; ``url`` is for the client's own reading when it is one server."""

    kind: str
    url: str = field(repr=False)
    hosts: tuple[tuple[str, int], ...] = ()
    tls: bool = False
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    master: str = ""
    database: int = 0
    sentinels_ask: bool = False  # whether the sentinels, too, want user and password


def read_redis_url(url: str) -> RedisAddress:
    """Read an address. Raises ValueError, with words for whoever configures it.

    ``redis://``, ``rediss://`` (TLS) and ``unix://`` are one server; then there are
    ``redis+sentinel://[user:password@]host[:26379],host/<master>[/<database>][?sentinel_auth=1]``
    and ``redis+cluster://[user:password@]host[:6379],host``, both with ``rediss+`` for TLS.
    """
    parts = urlsplit(url)
    kind = KINDS.get(parts.scheme)
    if kind is None:
        known = ", ".join(f"{scheme}://" for scheme in KINDS)
        raise ValueError(f"REDIS_URL begins with one of {known}")
    if kind == "standalone":
        return RedisAddress(kind, url)
    credentials, _, hosts = parts.netloc.rpartition("@")
    user, _, password = credentials.partition(":")
    master, database = _path(parts, kind)
    port = SENTINEL_PORT if kind == "sentinel" else CLUSTER_PORT
    return RedisAddress(
        kind,
        url,
        hosts=tuple(_host(host, port) for host in hosts.split(",")),
        tls=parts.scheme.startswith("rediss"),
        user=unquote(user) or None,
        password=unquote(password) or None,
        master=master,
        database=database,
        sentinels_ask=parse_qs(parts.query).get("sentinel_auth") == ["1"],
    )


def _path(parts: SplitResult, kind: str) -> tuple[str, int]:
    if kind == "cluster":
        if parts.path not in {"", "/", "/0"}:
            raise ValueError("a cluster in REDIS_URL has no database but 0")
        return "", 0
    master, _, database = parts.path.strip("/").partition("/")
    if not master:
        raise ValueError("REDIS_URL names the master after the sentinels: .../<master>[/<db>]")
    if database and not database.isdecimal():
        raise ValueError(f"{database!r} in REDIS_URL is no database number")
    return unquote(master), int(database or 0)


def _host(text: str, port: int) -> tuple[str, int]:
    try:
        found = urlsplit(f"//{text}")
        host, given = found.hostname, found.port
    except ValueError as error:
        raise ValueError(f"{text!r} in REDIS_URL is no host:port") from error
    if not host:
        raise ValueError("REDIS_URL names at least one host, and none that is empty")
    return host, given or port
