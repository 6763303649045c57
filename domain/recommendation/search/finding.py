"""Finding what somebody looks for: by the index and the model, or by plain rules without them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from domain.kernel import Window, folded, is_unavailable
from domain.recommendation.index import index_version
from domain.recommendation.kinds import KINDS, Kind
from domain.recommendation.search.answering import Library, answered
from domain.recommendation.search.listing import Place, Places, Row
from domain.recommendation.search.rules import by_rules

# The rules answer when the index has not.
INDEX_SECONDS: Final = 3

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is looked for among which kinds, ``shown`` those of which rows are wanted."""

    text: str
    window: Window
    kinds: Sequence[Kind] = KINDS
    shown: Sequence[Kind] = KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """One part of what was found.

    ``exact`` of the rows there are have everything that was looked for; ``corrected`` is what was
    searched instead of what was typed; ``semantic`` tells that vectors had a say.
    """

    rows: Sequence[Row]
    totals: Mapping[Kind, int]  # of each kind, shown or not
    total: int
    exact: int
    corrected: str | None
    semantic: bool
    next_cursor: str | None


async def find(library: Library, question: Question) -> Findings:
    """Return a part of what answers the question, the best first. Raises CursorInvalid.

    The model is asked, and waited for, while no connection is held. Without it the words decide;
    without the index, or before anything is indexed, the rules of each context answer.
    """
    cursor = question.window.cursor
    place = None if cursor is None else Place.of(cursor)
    try:
        async with asyncio.timeout(INDEX_SECONDS):
            found = await _by_index(library, question, place)
    except Exception as error:  # whatever a driver raises when its database is away
        if not is_unavailable(error):
            raise
        log.warning("analytics_unavailable", error=repr(error))
        found = None
    return found or await _by_rules(library, question, place)


async def _by_index(library: Library, question: Question, place: Place | None) -> Findings | None:
    """Return what the index knows; None when there is nothing in it."""
    version = place.version if place else 0
    if not version:
        async with library.analytics.reads() as session:
            version = await index_version(session)
    if not version:
        return None
    answer = await answered(library, folded(question.text), question.kinds, version=version)
    places = Places({kind: answer.rankings[kind] for kind in question.shown})
    start = places.start(question.window, place)
    return Findings(
        rows=(rows := places.part(start, question.window.size)),
        totals={kind: ranking.total for kind, ranking in answer.rankings.items()},
        total=places.total,
        exact=sum(answer.rankings[kind].exact for kind in question.shown),
        corrected=answer.read_as,
        semantic=answer.semantic,
        next_cursor=_cursor(version, start, rows, total=places.total),
    )


async def _by_rules(library: Library, question: Question, place: Place | None) -> Findings:
    window = question.window
    start = window.before if place is None else place.position + 1
    async with library.db.reads() as session:
        found = await by_rules(
            session,
            question.text,
            kinds=question.kinds,
            shown=question.shown,
            part=range(start, start + window.size),
        )
    total = sum(found.totals[kind] for kind in question.shown)
    return Findings(
        rows=found.rows,
        totals=found.totals,
        total=total,
        exact=total,
        corrected=None,
        semantic=False,
        next_cursor=_cursor(0, start, found.rows, total=total),
    )


def _cursor(version: int, start: int, rows: Sequence[Row], *, total: int) -> str | None:
    end = start + len(rows)
    return Place(version, end - 1, rows[-1].item).cursor() if rows and end < total else None
