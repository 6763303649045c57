"""Korean text: what titles sell, what documents are filed under, and what queries look for."""

from domain.recommendation.text.documents import EVERY, Source, document_terms, passage
from domain.recommendation.text.hangul import (
    composed,
    from_latin,
    initials,
    is_initials,
    jamo,
    keystrokes,
)
from domain.recommendation.text.keywords import keywords
from domain.recommendation.text.queries import Conjunction, Group, Sought, sought
from domain.recommendation.text.slips import KnownWords

__all__ = [
    "EVERY",
    "Conjunction",
    "Group",
    "KnownWords",
    "Sought",
    "Source",
    "composed",
    "document_terms",
    "from_latin",
    "initials",
    "is_initials",
    "jamo",
    "keystrokes",
    "keywords",
    "passage",
    "sought",
]
