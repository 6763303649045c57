"""Figures as people read them, and as programs do."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import orjson

from server.evaluation.figures import Figures
from server.evaluation.measures import Extraction, Retrieval

RETRIEVAL: Final = ("queries", "R@1", "R@5", "MRR", "nDCG@10")
EXTRACTION: Final = ("titles", "precision", "recall", "F1", "all right")


def as_json(figures: Figures) -> str:
    """Return one JSON object."""
    return orjson.dumps(_plain(figures), option=orjson.OPT_INDENT_2).decode()


def as_tables(figures: Figures, *, misses: bool) -> str:
    """Return Markdown tables, and the misses if they are wanted."""
    model = figures.model or "no model is there: by words alone"
    parts = [
        f"Recipe search ({model})\n\n{_by_method(figures)}",
        f"By kind of query (all recipes, {figures.best})\n\n{_by_kind(figures)}",
        f"Which recipe a product goes into\n\n{_triples(figures)}",
        f"Keywords of product titles\n\n{_keywords(figures)}",
    ]
    if misses:
        parts += [f"Missed: {name}\n\n{told}" for name, told in _misses(figures)]
    return "\n\n".join(parts)


def _by_method(figures: Figures) -> str:
    rows = (
        (name, method, *_figures(each))
        for name, ways in figures.retrieval.items()
        for method, each in ways.items()
    )
    return _table(("set", "method", *RETRIEVAL), rows)


def _by_kind(figures: Figures) -> str:
    rows = ((kind, *_figures(each)) for kind, each in figures.kinds.items())
    return _table(("kind", *RETRIEVAL), rows)


def _triples(figures: Figures) -> str:
    rows = (
        (name, method, f"{share:.3f}")
        for name, ways in figures.triples.items()
        for method, share in ways.items()
    )
    return _table(("recipes", "method", "told apart"), rows)


def _keywords(figures: Figures) -> str:
    rows = ((name, *_figures(each)) for name, each in figures.keywords.items())
    return _table(("titles", *EXTRACTION), rows)


def _misses(figures: Figures) -> Iterator[tuple[str, str]]:
    for name, misses in figures.misses.items():
        yield (
            name,
            "\n".join(
                f"- {each.text}: {', '.join(each.wanted) or 'nothing'}"
                f"; found {', '.join(each.found) or 'nothing'}"
                for each in misses
            ),
        )


def _figures(each: Retrieval | Extraction) -> Sequence[str]:
    count, *shares = each
    return (str(count), *(f"{share:.3f}" for share in shares))


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _plain(value: Any) -> Any:  # noqa: ANN401 (whatever figures consist of)
    """Return named tuples as objects; a list stays one."""
    if hasattr(value, "_asdict"):
        return _plain(value._asdict())
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
