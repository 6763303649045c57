"""How good search and the reading of titles are, measured on answers that people wrote down."""

from typing import Final

from domain.recommendation import Embedder, EmbedderUnavailable, keywords
from server.embedders import open_embedder
from server.evaluation.figures import Figures, Miss, count
from server.evaluation.labels import Corpus, Labels, Query, Titles, load_labels
from server.evaluation.measures import Extraction, Retrieval
from server.evaluation.retrieval import METHODS, Method, outcome
from server.evaluation.tables import as_json, as_tables
from server.settings import Settings

__all__ = [
    "METHODS",
    "Corpus",
    "Extraction",
    "Figures",
    "Labels",
    "Method",
    "Miss",
    "Query",
    "Retrieval",
    "Titles",
    "as_json",
    "as_tables",
    "evaluate",
    "measure",
]

PATIENCE_SECONDS: Final = 60.0
THREADS: Final = 2


async def evaluate(settings: Settings, *, json: bool = False, misses: bool = False) -> str:
    """Return the figures of the settings' model on the labels: tables to read, or JSON.

    Where the model is down, words alone are measured. ``misses`` lists what was not found.
    """
    # Nobody waits for an answer here, and a late one would be counted as a wrong one.
    patient = settings.model_copy(update={"ml_query_seconds": PATIENCE_SECONDS})
    async with open_embedder(patient, threads=THREADS) as embedder:
        figures = await measure(load_labels(), embedder)
    return as_json(figures) if json else as_tables(figures, misses=misses)


async def measure(labels: Labels, embedder: Embedder) -> Figures:
    """Index the labelled recipes where nobody else looks, ask everything, and count."""
    outcomes = {
        "given": await outcome(labels.given, embedder),
        "whole": await outcome(labels.whole, embedder),
    }
    found = {title: keywords(title) for title in labels.titles.all}
    return count(await _name(embedder), outcomes, labels.titles, found=found)


async def _name(embedder: Embedder) -> str | None:
    try:
        return (await embedder.model()).name
    except EmbedderUnavailable:
        return None
