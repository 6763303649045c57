"""Filing items where searches find them: by one writer at a time, and only what differs."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from hashlib import blake2b
from itertools import islice
from typing import Any, Final

import orjson
from sqlalchemy import Integer, bindparam, delete, select

from domain.kernel import AnalyticsBase, BigId, Session
from domain.recommendation.index.models import TITLE_LENGTH_MAX, Document, Embedding
from domain.recommendation.index.postings import Filing, refile
from domain.recommendation.index.suggestions import count_suggestions, suggested_by
from domain.recommendation.index.versions import grow, hold, upserting
from domain.recommendation.kinds import Item, Kind
from domain.recommendation.text import Source, document_terms, passage

HASH_BYTES: Final = 16
RANK_MAX: Final = 255
# So many items are asked for in a statement.
ITEMS: Final = 1_000

_DOCUMENTS: Final = AnalyticsBase.metadata.tables[Document.__tablename__]
_EMBEDDINGS: Final = AnalyticsBase.metadata.tables[Embedding.__tablename__]
D: Final = _DOCUMENTS.c
_OF_KIND: Final = D.kind == bindparam("kind")
_AMONG: Final = D.item_id.in_(bindparam("ids", expanding=True, type_=BigId))
_HASHES: Final = select(D.item_id, D.content_hash).where(_OF_KIND, _AMONG)
_FILED: Final = select(D.item_id, D.terms, D.suggestions).where(_OF_KIND, _AMONG)
_TITLES: Final = select(D.item_id, D.title).where(_OF_KIND, _AMONG)
_AFTER: Final = (
    select(D.item_id)
    .where(_OF_KIND, D.item_id > bindparam("last", type_=BigId))
    .order_by(D.item_id)
    .limit(bindparam("most", type_=Integer))
)
_FORGET: Final = tuple(
    delete(table).where(
        table.c.kind == bindparam("kind"),
        table.c.item_id.in_(bindparam("ids", expanding=True, type_=BigId)),
    )
    for table in (_DOCUMENTS, _EMBEDDINGS)
)


@dataclass(frozen=True, slots=True)
class Indexed:
    """An item and what it is found by; what else is kept of it, ``beside``, may change, too."""

    item: Item
    source: Source
    beside: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """An item as it is filed; the hash of its content tells whether it has changed."""

    kind: Kind
    item_id: int
    title: str
    passage: str
    terms: Mapping[str, int]
    suggestions: Sequence[str]
    content_hash: str
    passage_hash: str


@dataclass(frozen=True, slots=True)
class Filed:
    """What an item was filed under before."""

    terms: Mapping[str, int]
    suggestions: Sequence[str]


UNKNOWN: Final = Filed({}, ())


async def index_documents(session: Session, docs: Sequence[Indexed], *, now: datetime) -> int:
    """File the items as they are now; return how many were new or had changed.

    Whoever has many reads their texts before the transaction: ``prepare``, then ``file``.
    """
    return len(await file(session, await asyncio.to_thread(prepare, docs), now=now))


def prepare(docs: Sequence[Indexed]) -> list[Prepared]:
    """Read the texts: what each item is filed under. A pure function, about 1 ms an item."""
    return [_prepared(doc) for doc in docs]


async def file(session: Session, prepared: Sequence[Prepared], *, now: datetime) -> list[Item]:
    """File the prepared items; return which were new or had changed.

    Two who file at once wait for each other. Many at a time cost far less than each alone,
    because a list is written anew for each batch that touches it.
    """
    await hold(session, "documents")
    changed: list[Item] = []
    for kind, docs in _by_kind(prepared).items():
        ids = await _file_of_kind(session, kind, docs, now=now)
        changed += (Item(kind, item_id) for item_id in ids)
    if changed:
        await grow(session, "documents")
    return changed


async def forget_documents(session: Session, items: Collection[Item]) -> int:
    """Let the items not be found any more; return how many were filed."""
    ids: dict[Kind, list[int]] = defaultdict(list)
    for kind, item_id in items:
        ids[kind].append(item_id)
    await hold(session, "documents")
    await hold(session, "vectors")  # whoever embeds one of them just now sees that it is gone
    count = 0
    for kind in sorted(ids):
        old = await _filed(session, kind, ids[kind])
        await _refile(session, kind, {item_id: (filed, UNKNOWN) for item_id, filed in old.items()})
        for some in _slices(sorted(old)):
            for forget in _FORGET:
                await session.execute(forget, {"kind": kind, "ids": some})
        count += len(old)
    if count:
        await grow(session, "documents")
        await grow(session, "vectors")
    return count


async def titles(session: Session, kind: Kind, ids: Collection[int]) -> Mapping[int, str]:
    """Return the titles of the items there are among these, as they were indexed."""
    found = await session.execute(_TITLES, {"kind": kind, "ids": list(ids)})
    return {row.item_id: row.title for row in found}


async def filed_after(session: Session, kind: Kind, last: int, *, limit: int) -> Sequence[int]:
    """Return the ids of the next items of the kind that are filed, in order."""
    return (await session.scalars(_AFTER, {"kind": kind, "last": last, "most": limit})).all()


async def _file_of_kind(
    session: Session, kind: Kind, docs: Mapping[int, Prepared], *, now: datetime
) -> Sequence[int]:
    known: dict[int, str] = {}
    for some in _slices(sorted(docs)):
        rows = await session.execute(_HASHES, {"kind": kind, "ids": some})
        known |= {row.item_id: row.content_hash for row in rows}
    changed = {
        item_id: doc for item_id, doc in docs.items() if known.get(item_id) != doc.content_hash
    }
    if not changed:
        return ()
    old = await _filed(session, kind, [item_id for item_id in changed if item_id in known])
    both = {
        item_id: (old.get(item_id, UNKNOWN), Filed(doc.terms, doc.suggestions))
        for item_id, doc in changed.items()
    }
    await _refile(session, kind, both)
    filed = [_row(doc, now) for doc in changed.values()]
    await session.execute(_written(session.get_bind().dialect.name), filed)
    return list(changed)


async def _filed(session: Session, kind: Kind, ids: Sequence[int]) -> dict[int, Filed]:
    found: dict[int, Filed] = {}
    for some in _slices(ids):
        rows = await session.execute(_FILED, {"kind": kind, "ids": some})
        found |= {row.item_id: Filed(row.terms, row.suggestions) for row in rows}
    return found


async def _refile(session: Session, kind: Kind, moves: Mapping[int, tuple[Filed, Filed]]) -> None:
    """Change the posting lists and the suggestions from what was filed to what is."""
    filing, more = Filing(), Counter[str]()
    for item_id, (old, new) in moves.items():
        filing.change(item_id, old.terms, new.terms)
        more.update(new.suggestions)
        more.subtract(old.suggestions)
    await refile(session, kind, filing)
    await count_suggestions(session, more)


def _prepared(doc: Indexed) -> Prepared:
    source = doc.source
    terms, text, offered = document_terms(source), passage(source), suggested_by(source)
    title = source.title[:TITLE_LENGTH_MAX]
    content = orjson.dumps([title, text, sorted(terms.items()), offered, doc.beside])
    return Prepared(
        kind=doc.item.kind,
        item_id=doc.item.item_id,
        title=title,
        passage=text,
        terms=terms,
        suggestions=offered,
        content_hash=_hash(content),
        passage_hash=_hash(text.encode()),
    )


def _row(doc: Prepared, now: datetime) -> dict[str, Any]:
    return {each.name: getattr(doc, each.name) for each in fields(doc)} | {"indexed_at": now}


def _hash(content: bytes) -> str:
    return blake2b(content, digest_size=HASH_BYTES).hexdigest()


def _by_kind(prepared: Sequence[Prepared]) -> Mapping[Kind, Mapping[int, Prepared]]:
    by_kind: dict[Kind, dict[int, Prepared]] = defaultdict(dict)
    for doc in prepared:
        by_kind[doc.kind][doc.item_id] = doc
    return by_kind


def _slices(ids: Sequence[int]) -> Iterator[list[int]]:
    remaining = iter(ids)
    while some := list(islice(remaining, ITEMS)):
        yield some


def _written(dialect: str) -> Any:  # noqa: ANN401 (one of two dialects' own statements)
    written = upserting(dialect)(_DOCUMENTS)
    changed = {column.name: written.excluded[column.name] for column in D if not column.primary_key}
    return written.on_conflict_do_update(index_elements=["kind", "item_id"], set_=changed)
