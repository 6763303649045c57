"""``uhok embed``: bring the index up to date, and show how far that is."""

import asyncio
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Final, Protocol

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bar

from domain import kernel, recommendation
from domain.recommendation import (
    KINDS,
    Embedder,
    EmbedderUnavailable,
    Kind,
    Progress,
    Shelves,
)
from server.embedders import open_embedder
from server.settings import Settings
from server.wiring import databases

Opened = Callable[[Settings], AbstractAsyncContextManager[Embedder]]

# A list is written anew for every page that touches it: many items a page cost less in all.
PAGE: Final = 5_000
CHANGES: Final = 2_000
TEXTS: Final = 512
# Without a terminal, a line each so often.
LINE_SECONDS: Final = 5.0


class Board(Protocol):
    """Where one reads how far it is."""

    def begin(self, what: str, total: int) -> None:
        """Go over to the next piece of work."""

    def on(self, count: int) -> None:
        """So many more of it are done."""


@dataclass(slots=True)
class Report:
    """What was done, in numbers, for the last lines."""

    board: Board
    lines: list[str] = field(default_factory=list)

    @contextmanager
    def timing(self, what: str, total: int) -> Iterator[list[int]]:
        """Measure a piece of work; the block tells what it does into the list."""
        self.board.begin(what, total)
        done: list[int] = []
        began = time.monotonic()
        yield done
        seconds = time.monotonic() - began
        if done:
            rate = sum(done) / seconds if seconds else 0.0
            self.lines.append(f"{what}: {sum(done)} in {seconds:.1f} s ({rate:.0f}/s)")


def embed(settings: Settings, *, everything: bool, opened: Opened = open_embedder) -> None:
    """Index what has changed, or everything, and embed what lacks its vector; exit 1 if it can't.

    Interrupted, it goes on where it was when it is called again. When it is over, a model that is
    new answers searches.
    """
    with _board() as board:
        report = Report(board)
        try:
            asyncio.run(_embed(settings, report, everything=everything, opened=opened))
            failure = None
        except EmbedderUnavailable as error:
            failure = error
    for line in report.lines:
        typer.echo(line)
    if failure is not None:
        typer.secho("no vectors: the model is not available", err=True, fg=typer.colors.RED)
        raise typer.Exit(1) from failure


async def _embed(settings: Settings, report: Report, *, everything: bool, opened: Opened) -> None:
    async with databases(settings) as (db, analytics), opened(settings) as embedder:
        shelves = Shelves(db, analytics)
        if everything:
            for kind in KINDS:
                await _index_all(shelves, kind, report)
        await _index_changes(shelves, report)
        await _embed_all(shelves, embedder, report)


async def _index_all(shelves: Shelves, kind: Kind, report: Report) -> None:
    now, page = kernel.utc_now(), Progress()
    with report.timing(f"{kind}: read", 0) as done:
        while not page.over:
            page = await recommendation.index_page(shelves, kind, page, limit=PAGE, now=now)
            done.append(page.seen)
            report.board.on(page.seen)
    gone = Progress()
    while not gone.over:
        gone = await recommendation.forget_strays(shelves, kind, gone, limit=PAGE)
    report.lines.append(f"{kind}: {page.changed} new or changed, {gone.changed} gone")


async def _index_changes(shelves: Shelves, report: Report) -> None:
    async with shelves.db.reads() as session:
        total = await recommendation.changed_count(session)
    with report.timing("changes: read", total) as done:
        while count := await recommendation.index_changes(
            shelves, limit=CHANGES, now=kernel.utc_now()
        ):
            done.append(count)
            report.board.on(count)


async def _embed_all(shelves: Shelves, embedder: Embedder, report: Report) -> None:
    analytics = shelves.analytics
    model = await embedder.model()
    async with analytics.reads() as session:
        total = await recommendation.pending_count(session, model)
    began = time.monotonic()
    with report.timing(f"{model.name}: embedded", total) as done:
        while count := await recommendation.embed_pending(
            analytics, embedder, limit=TEXTS, revive=True
        ):
            done.append(count)
            report.board.on(count)
            began = time.monotonic()
        # The last call found nothing to embed, built what searches need and let the model answer.
        report.lines.append(f"vector indexes: ready in {time.monotonic() - began:.1f} s")
    gone = await recommendation.forget_retired(analytics, now=kernel.utc_now())
    if gone:
        report.lines.append(f"{gone} older models forgotten")


@contextmanager
def _board() -> Iterator[Board]:
    if not sys.stdout.isatty():
        yield Lines()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bar(*columns, TimeRemainingColumn(), console=Console()) as bar:
        yield Bars(bar)


class Bars:
    """A progress bar for each piece of work."""

    def __init__(self, bar: Bar) -> None:
        self._bar = bar
        self._task: TaskID | None = None

    def begin(self, what: str, total: int) -> None:
        """Draw another bar; without a total it only moves."""
        if self._task is not None:
            self._bar.update(self._task, visible=False)
        self._task = self._bar.add_task(what, total=total or None)

    def on(self, count: int) -> None:
        """Draw the bar so much longer."""
        assert self._task is not None, "something was begun"
        self._bar.advance(self._task, count)


class Lines:
    """A line now and then, for a file or a log."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._what, self._total, self._done, self._said = "", 0, 0, now()

    def begin(self, what: str, total: int) -> None:
        """Go over to the next piece of work."""
        self._what, self._total, self._done = what, total, 0

    def on(self, count: int) -> None:
        """Say how far it is, if that was long ago."""
        self._done += count
        now = self._now()
        if now - self._said >= LINE_SECONDS:
            self._said = now
            typer.echo(f"{self._what}: {self._done}/{self._total or '?'}")
