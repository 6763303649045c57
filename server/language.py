"""What people read, in their language: Korean as it is written, or English (Accept-Language).

``say`` takes the Korean sentence itself, as gettext does; its values stand in braces. The English
ones are in ``words/en.yaml``, filed under the Korean, and a test sees to it that none is missing.
What is machine-readable (codes, statuses, names of fields) is the same in every language.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, get_args

import yaml
from starlette.requests import Request
from starlette.types import Scope

from domain.kernel import DomainError

Language = Literal["ko", "en"]

DEFAULT: Final[Language] = "ko"
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
WORDS: Final = Path(__file__).parent / "words" / "en.yaml"
HEADER: Final = b"accept-language"
HEADER_BYTES_MAX: Final = 1000  # browsers send some thirty
SPOKEN: Final = "language_headers"  # in the scope of a request whose answer's words were chosen

# What an answer says about its words: their language, and what chose it.
HEADERS: Final[Mapping[Language, tuple[tuple[bytes, bytes], ...]]] = {
    language: ((b"content-language", language.encode()), (b"vary", b"Accept-Language"))
    for language in LANGUAGES
}


def say(request: Request[Any], korean: str, /, **values: object) -> str:
    """Return the sentence in the caller's language, with its values filled in."""
    return translated(korean, speaking(request)).format(**values)


def speaking(request: Request[Any]) -> Language:
    """Return the caller's language, in which the answer will say that it is."""
    language = language_of(request.scope)
    request.scope[SPOKEN] = HEADERS[language]
    return language


def language_of(scope: Scope) -> Language:
    """Return the language that the request prefers."""
    said = b",".join(value for name, value in scope["headers"] if name == HEADER)
    return preferred(said[:HEADER_BYTES_MAX].decode("latin-1")) if said else DEFAULT


@lru_cache(maxsize=512)
def preferred(header: str) -> Language:
    """Return the language that an Accept-Language header likes best (RFC 9110 §12.5.4).

    A range means each of our languages that it begins with, as in the look-up of RFC 4647 §3.4;
    of two liked equally, the one named first; of none at all, Korean.
    """
    best, best_quality = DEFAULT, 0.0
    ranges = [_range(part) for part in header.split(",")]
    named = {tag for tag, _ in ranges}
    for tag, quality in ranges:
        if tag == "*":
            found = next((each for each in LANGUAGES if each not in named), None)
        else:
            found = next((each for each in LANGUAGES if each == tag), None)
        if found is not None and quality > best_quality:
            best, best_quality = found, quality
    return best


def translated(korean: str, language: Language) -> str:
    """Return the sentence, or the pattern of one, in that language."""
    return korean if language == DEFAULT else english().get(korean, korean)


def worded(error: DomainError, language: Language) -> str:
    """Return what a refusal says, in that language.

    One whose sentence is made of values keeps them as attributes, and is filed under its code.
    """
    said = str(error)
    if language == DEFAULT or said in english():
        return translated(said, language)
    values = {name: "unknown" if it is None else it for name, it in vars(error).items()}
    pattern = english().get(error.code)
    return said if pattern is None else pattern.format(**values)


@cache
def english() -> Mapping[str, str]:
    """Return the English sentences by the Korean ones."""
    words: dict[str, Any] = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return MappingProxyType(words)


def _range(text: str) -> tuple[str, float]:
    tag, *parameters = (part.strip().lower() for part in text.split(";"))
    quality = 1.0
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            quality = _quality(value.strip())
    return tag.partition("-")[0], quality


def _quality(text: str) -> float:
    whole, _, rest = text.partition(".")
    if whole not in {"0", "1"} or len(rest) > 3 or not (rest or "0").isdecimal():
        return 0.0  # what is no quality is no wish
    return min(float(text), 1.0)
