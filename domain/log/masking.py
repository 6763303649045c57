"""Keeps secrets out of what is written down for people to read."""

from math import isfinite
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

MASK: Final = "***"
DEPTH_MAX: Final = 20
INT64: Final = range(-(2**63), 2**63)
SENSITIVE: Final = frozenset(
    (
        "password",
        "pwd",
        "pass",
        "authorization",
        "cookie",
        "set-cookie",
        "access_token",
        "refresh_token",
        "id_token",
        "token",
        "secret",
        "card_number",
        "cvc",
        "cvv",
        "ssn",
        "resident_id",
        "jumin",
        "bank_account",
        "account_no",
    )
)
_FOLDED: Final = frozenset(key.replace("_", "").replace("-", "") for key in SENSITIVE)


def masked(value: Any) -> Any:  # noqa: ANN401 (any JSON value, and the same shape comes back)
    """Return the JSON value with the values of sensitive keys hidden, however deep they are.

    Spelling does not matter: ``accessToken`` and ``Access-Token`` are ``access_token``. What
    PostgreSQL cannot store is replaced, and what is nested absurdly deep is dropped.
    """
    return _masked(value, DEPTH_MAX)


def masked_url(url: str) -> str:
    """Return the URL with the values of sensitive query parameters hidden."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return MASK
    if not parts.query and "@" not in parts.netloc:
        return url
    query = [
        (key, MASK if is_sensitive(key) else value)
        for key, value in parse_qsl(parts.query, keep_blank_values=True)
    ]
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=host, query=urlencode(query, safe="*")))


def is_sensitive(key: str) -> bool:
    """Tell whether the value under this key is nobody's business."""
    return key.lower().replace("_", "").replace("-", "") in _FOLDED


def storable(text: str) -> str:
    """Return the text without NUL and lone surrogates, which none of our columns can hold."""
    if "\0" not in text and _encodes(text):
        return text
    units = text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass")
    return units.decode("utf-16", "replace")


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _masked(value: Any, depth: int) -> Any:  # noqa: ANN401 (idem)
    if depth == 0:
        return None
    if isinstance(value, dict):
        return {
            storable(str(key)): MASK if is_sensitive(str(key)) else _masked(inner, depth - 1)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_masked(inner, depth - 1) for inner in value]
    if isinstance(value, float) and not isfinite(value):
        return None
    if isinstance(value, int) and value not in INT64:
        return None
    return storable(value) if isinstance(value, str) else value
