"""What is offered while somebody types: each with how many items it leads to."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import bindparam, delete

from domain.kernel import AnalyticsBase, Session
from domain.recommendation.index.models import Suggestion
from domain.recommendation.index.versions import upserting
from domain.recommendation.text import Source, initials, keystrokes, keywords

# What is longer is a sentence, and nobody types it to its end.
LENGTH_MAX: Final = 20
LENGTH_MIN: Final = 2

_SUGGESTIONS: Final = AnalyticsBase.metadata.tables[Suggestion.__tablename__]
_USELESS: Final = delete(_SUGGESTIONS).where(
    _SUGGESTIONS.c.text.in_(bindparam("texts", expanding=True)), _SUGGESTIONS.c.weight <= 0
)


def suggested_by(source: Source) -> list[str]:
    """Return what may be offered for the item: its dish, its ingredients, the food it sells."""
    said = {" ".join(text.split()) for text in (*source.names, *keywords(source.title))}
    return sorted(text for text in said if LENGTH_MIN <= len(text) <= LENGTH_MAX)


async def count_suggestions(session: Session, more: Mapping[str, int]) -> None:
    """Let each text lead to so many items more, or fewer; the documents are held."""
    rows = list(_rows(more))
    if not rows:
        return
    await session.execute(_counted(session.get_bind().dialect.name), rows)
    fewer = [row["text"] for row in rows if row["weight"] < 0]
    if fewer:
        await session.execute(_USELESS, {"texts": fewer})


def _rows(more: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    for text in sorted(more):
        if more[text]:
            typed, letters = keystrokes(text), initials(text)
            yield {
                "text": text,
                "keystrokes": typed,
                "initials": letters,
                "weight": more[text],
            }


def _counted(dialect: str) -> Any:  # noqa: ANN401 (one of two dialects' own statements)
    counted = upserting(dialect)(_SUGGESTIONS)
    weight = _SUGGESTIONS.c.weight + counted.excluded.weight
    return counted.on_conflict_do_update(index_elements=["text"], set_={"weight": weight})
