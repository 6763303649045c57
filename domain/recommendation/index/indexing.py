"""Carrying changed texts from the service database into the index, one batch at a time.

The two databases commit apart: the index first, then the changes are forgotten. What is
interrupted in between is done again, and finds by the content's hash that nothing differs.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from domain import recipe
from domain.kernel import Database
from domain.recommendation import larder
from domain.recommendation.index import sources
from domain.recommendation.index.changes import pending_changes, settle_changes
from domain.recommendation.index.documents import (
    file,
    filed_after,
    forget_documents,
    prepare,
)
from domain.recommendation.kinds import Item, Kind


class Shelves(NamedTuple):
    """The database that has the texts, and the one that has the index."""

    db: Database
    analytics: Database


class Progress(NamedTuple):
    """How far a walk through all items of a kind has come.

    ``seen`` items were in the last part, and ``over`` says that it was the end; ``changed`` counts
    what differed since the beginning.
    """

    seen: int = 0
    changed: int = 0
    last: int = 0
    over: bool = False


async def index_changes(shelves: Shelves, *, limit: int, now: datetime) -> int:
    """Index up to so many of the items that have changed; return how many changes are settled.

    An item that is gone is forgotten. Two who do this at once repeat each other's work, no more.
    """
    async with shelves.db.reads() as session:
        changes = await pending_changes(session, limit=limit)
        found = await sources.read(session, [change.item for change in changes])
    if not changes:
        return 0
    await _store(shelves, found, now=now)
    async with shelves.db.sessions.begin() as session:
        await settle_changes(session, changes)
    return len(changes)


async def index_page(
    shelves: Shelves, kind: Kind, so_far: Progress, *, limit: int, now: datetime
) -> Progress:
    """Index the next so many items of the kind, known to have changed or not."""
    async with shelves.db.reads() as session:
        ids = await sources.ids_after(session, kind, so_far.last, limit=limit)
        found = await sources.read(session, [Item(kind, item_id) for item_id in ids])
    changed = await _store(shelves, found, now=now) if ids else 0
    return _further(so_far, ids, changed, limit=limit)


async def forget_strays(shelves: Shelves, kind: Kind, so_far: Progress, *, limit: int) -> Progress:
    """Go through the next so many indexed items, and forget what is in no shop and no book."""
    async with shelves.analytics.reads() as session:
        ids = await filed_after(session, kind, so_far.last, limit=limit)
    async with shelves.db.reads() as session:
        found = await sources.read(session, [Item(kind, item_id) for item_id in ids])
    await _forget(shelves, found.gone)
    return _further(so_far, ids, len(found.gone), limit=limit)


def _further(so_far: Progress, ids: Sequence[int], changed: int, *, limit: int) -> Progress:
    last = ids[-1] if ids else so_far.last
    return Progress(len(ids), so_far.changed + changed, last, over=len(ids) < limit)


async def _store(shelves: Shelves, found: sources.Found, *, now: datetime) -> int:
    # Reading Korean takes a while: off the event loop, and before a transaction is open.
    prepared = await asyncio.to_thread(prepare, found.docs)
    async with shelves.analytics.sessions.begin() as session:
        changed = set(await file(session, prepared, now=now) if prepared else ())
        recipes = [each for each in found.recipes if Item("recipe", each.recipe_id) in changed]
        await larder.store(session, recipes)
    await _forget(shelves, found.gone)
    if recipes:
        await _open_larder(shelves)
    return len(changed)


async def _forget(shelves: Shelves, items: Sequence[Item]) -> None:
    if not items:
        return
    recipes = [each.item_id for each in items if each.kind == "recipe"]
    async with shelves.analytics.sessions.begin() as session:
        await forget_documents(session, items)
        await larder.forget(session, recipes)
    if recipes:
        await _open_larder(shelves)


async def _open_larder(shelves: Shelves) -> None:
    """Let recipes be looked for in the larder once it has the whole book."""
    async with shelves.db.reads() as session:
        recipes = await recipe.recipe_count(session)
    async with shelves.analytics.sessions.begin() as session:
        await larder.settle(session, recipes=recipes)
