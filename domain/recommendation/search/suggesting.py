"""What to offer while somebody types: whatever begins with these keys, heaviest first."""

import sys
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import Integer, Select, and_, bindparam, or_, select

from domain.kernel import AnalyticsBase, Session
from domain.recommendation.index.models import Suggestion
from domain.recommendation.text import KnownWords, composed, is_initials, keystrokes
from domain.recommendation.text.hangul import KEYS

# Words of the vocabulary that a mistyped one is compared with.
WORDS_MAX: Final = 20_000

S: Final = AnalyticsBase.metadata.tables[Suggestion.__tablename__].c
_ON_THE_OTHER_KEYBOARD: Final = str.maketrans(
    KEYS | {key.upper(): letter for key, letter in KEYS.items() if key.upper() not in KEYS}
)
_COMMON: Final = (
    select(S.text).order_by(S.weight.desc(), S.text).limit(bindparam("most", type_=Integer))
)
_KNOWN: Final = _COMMON.add_columns(S.keystrokes)


async def suggest(session: Session, typed: str, *, limit: int) -> Sequence[str]:
    """Return up to so many texts that begin as it was typed, those first that lead to most.

    An unfinished syllable counts (떡보 begins 떡볶이), and so do initial consonants (ㄱㅊ), and
    Korean typed on a Latin keyboard. Nothing begins with a blank.
    """
    text = " ".join(composed(typed).split())
    if not text:
        return []
    initials = [text.replace(" ", "")] if is_initials(text) else []
    keys = list(dict.fromkeys(_keystrokes(text)))
    given: dict[str, object] = {"most": limit}
    for name, beginnings in (("keys", keys), ("initials", initials)):
        for n, beginning in enumerate(beginnings):
            given |= {f"{name}_{n}": beginning, f"past_{name}_{n}": _past(beginning)}
    found = await session.scalars(_beginning(len(keys), len(initials)), given)
    return found.all()


async def common_words(session: Session) -> KnownWords:
    """Return the words that lead to most, as many as a mistyped one is compared with."""
    found = await session.execute(_KNOWN, {"most": WORDS_MAX})
    return KnownWords({row.text: row.keystrokes for row in found})


@cache
def _beginning(keys: int, initials: int) -> Select[Any]:
    """Return the statement of what lies between the given beginnings and what is past them."""
    ranges = [
        and_(column >= bindparam(f"{name}_{n}"), column < bindparam(f"past_{name}_{n}"))
        for name, column, count in (
            ("keys", S.keystrokes, keys),
            ("initials", S.initials, initials),
        )
        for n in range(count)
    ]
    return _COMMON.where(or_(*ranges))


def _keystrokes(text: str) -> Sequence[str]:
    """Return the keys that were pressed, and those that the other keyboard would have heard."""
    pressed = [keystrokes(text)]
    if text.isascii():
        pressed += [text.upper(), text.replace(" ", "").translate(_ON_THE_OTHER_KEYBOARD)]
    return pressed


def _past(beginning: str) -> str:
    """Return a text that is greater than all that begin so."""
    return beginning + chr(sys.maxunicode)
