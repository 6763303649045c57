"""Posting lists: under each term the items of a kind, as arrays that are read whole.

An inverted index as in Zobel & Moffat, "Inverted files for text search engines" (ACM Computing
Surveys, 2006), with one row a list: reading one costs one look-up however long it is, and scoring
is numpy's. Impacts are small integers, quantised once when the document is filed (Anh & Moffat,
"Pruned query evaluation using pre-computed impacts", SIGIR 2006).
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import bindparam, delete, func, select

from domain.kernel import AnalyticsBase, Session
from domain.recommendation.index.models import Posting
from domain.recommendation.index.versions import upserting
from domain.recommendation.kinds import KINDS, Kind
from domain.recommendation.text import EVERY

IDS: Final = np.dtype("<i8")
IMPACTS: Final = np.dtype("u1")
# So many lists are read and written at a time.
LISTS: Final = 1_000

_POSTINGS: Final = AnalyticsBase.metadata.tables[Posting.__tablename__]
P: Final = _POSTINGS.c
_TERMS: Final = bindparam("terms", expanding=True, type_=P.term.type)
_READ: Final = select(P.kind, P.term, P.ids, P.impacts).where(
    P.term.in_(_TERMS), P.kind.in_(bindparam("kinds", expanding=True))
)
# Only the length is looked at: a long list is kept apart from its row, and not fetched for it.
_LENGTHS: Final = select(P.kind, func.length(P.ids).label("octets")).where(P.term == EVERY)
_DROP: Final = delete(_POSTINGS).where(
    P.kind == bindparam("of_kind"), P.term == bindparam("of_term")
)


class Posted(NamedTuple):
    """A posting list: items in the order of their ids, and how much the term says of each."""

    ids: NDArray[np.int64]
    impacts: NDArray[np.uint8]


NOTHING: Final = Posted(np.empty(0, IDS), np.empty(0, IMPACTS))


@dataclass(slots=True)
class Filing:
    """What is to be done to the lists of one kind: items with their impacts, and items to drop."""

    add: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    drop: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def change(self, item_id: int, old: Mapping[str, int], new: Mapping[str, int]) -> None:
        """File the item under its new terms instead of the old ones."""
        for term, impact in new.items():
            if old.get(term) != impact:
                self.add[term][item_id] = impact
        for term in old:
            if term not in new:
                self.drop[term].append(item_id)


async def postings(session: Session, kind: Kind, terms: Collection[str]) -> Mapping[str, Posted]:
    """Return the lists there are of these terms, in one statement.

    A list holds int64 ids, ascending, and the uint8 impact of each.
    """
    return (await postings_by_kind(session, (kind,), terms))[kind]


async def postings_by_kind(
    session: Session, kinds: Collection[Kind], terms: Collection[str]
) -> Mapping[Kind, Mapping[str, Posted]]:
    """Return for each of the kinds the lists there are of these terms, in one statement."""
    found: dict[Kind, dict[str, Posted]] = {kind: {} for kind in kinds}
    if not terms:
        return found
    asked = {"terms": list(terms), "kinds": list(kinds)}
    for kind, term, ids, impacts in await session.execute(_READ, asked):
        found[kind][term] = Posted(np.frombuffer(ids, IDS), np.frombuffer(impacts, IMPACTS))
    return found


async def document_count(session: Session, kind: Kind) -> int:
    """Return how many items of the kind can be found."""
    return (await document_counts(session))[kind]


async def document_counts(session: Session) -> Mapping[Kind, int]:
    """Return how many items of each kind can be found."""
    octets = {row.kind: row.octets for row in await session.execute(_LENGTHS)}
    return {kind: octets.get(kind, 0) // IDS.itemsize for kind in KINDS}


async def refile(session: Session, kind: Kind, filing: Filing) -> None:
    """Change the lists as the filing says; the documents are held (``versions.hold``)."""
    write = _written(session.get_bind().dialect.name)
    touched = iter(sorted(filing.add.keys() | filing.drop.keys()))
    while terms := list(islice(touched, LISTS)):
        old = await postings(session, kind, terms)
        # Long lists take a while to merge, and the event loop has others to serve.
        new = await asyncio.to_thread(_merge_all, terms, old, filing)
        kept = [
            {"kind": kind, "term": term, "ids": ids.tobytes(), "impacts": impacts.tobytes()}
            for term, (ids, impacts) in zip(terms, new, strict=True)
            if len(ids)
        ]
        empty = [
            {"of_kind": kind, "of_term": term}
            for term, posted in zip(terms, new, strict=True)
            if not len(posted.ids)
        ]
        if kept:
            await session.execute(write, kept)
        if empty:
            await session.execute(_DROP, empty)


def _merge_all(terms: Sequence[str], old: Mapping[str, Posted], filing: Filing) -> Sequence[Posted]:
    return [
        merged(old.get(term, NOTHING), filing.add.get(term, {}), filing.drop.get(term, ()))
        for term in terms
    ]


def merged(old: Posted, add: Mapping[int, int], drop: Sequence[int]) -> Posted:
    """Return the list with some items added, or their impacts replaced, and others dropped."""
    ids = np.fromiter(add.keys(), IDS, len(add))
    impacts = np.fromiter(add.values(), IMPACTS, len(add))
    order = np.argsort(ids)
    ids, impacts = ids[order], impacts[order]
    kept = old
    if len(old.ids) and (drop or (len(ids) and ids[0] <= old.ids[-1])):
        stays = np.isin(old.ids, np.concatenate((ids, np.array(drop, IDS))), invert=True)
        kept = Posted(old.ids[stays], old.impacts[stays])
    if not len(ids):
        return kept
    if len(kept.ids) and ids[0] < kept.ids[-1]:
        places = np.searchsorted(kept.ids, ids)
        return Posted(np.insert(kept.ids, places, ids), np.insert(kept.impacts, places, impacts))
    return Posted(np.concatenate((kept.ids, ids)), np.concatenate((kept.impacts, impacts)))


def _written(dialect: str) -> Any:  # noqa: ANN401 (one of two dialects' own statements)
    written = upserting(dialect)(_POSTINGS)
    changed = {name: written.excluded[name] for name in ("ids", "impacts")}
    return written.on_conflict_do_update(index_elements=["term", "kind"], set_=changed)
