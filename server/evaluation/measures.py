"""How good a ranking is, and how good a set of words: measures on known answers.

Rankings are measured as in C. D. Manning, P. Raghavan and H. Schütze, "Introduction to Information
Retrieval" (2008), §8.4, and K. Järvelin and J. Kekäläinen, "Cumulated gain-based evaluation of IR
techniques" (2002). Among results that tie, the worse ones are taken to come first.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import groupby
from math import log2
from statistics import fmean
from typing import Final, NamedTuple

from server.evaluation.labels import RIGHT

DEPTH: Final = 10  # to which gain is cumulated

Scored = tuple[str, Hashable]  # a title, and a score that those which tie with it share
Ranked = Sequence[Scored]  # the best first


class Judged(NamedTuple):
    """One query's ranking: the ranks that its gains are at, and the measures of it."""

    first: int | None  # the rank of the first right one, from 1
    reciprocal: float
    ndcg: float


class Retrieval(NamedTuple):
    """Measures over many queries, each between 0 and 1."""

    queries: int
    recall_at_1: float  # the share of queries whose first result is right
    recall_at_5: float  # the share with a right one among the first five
    mrr: float  # mean reciprocal rank of the first right one; 0 where there is none
    ndcg_at_10: float


class Extraction(NamedTuple):
    """Measures over the keywords of many titles, counted together."""

    titles: int
    precision: float
    recall: float
    f1: float
    all_right: float  # the share of titles without any mistake


def judge(ranked: Ranked, gains: Mapping[str, int]) -> Judged:
    """Return the measures of one ranking. ``gains`` has what each title that answers is worth."""
    earned = pessimistic(ranked, gains)
    first = next((rank for rank, gain in enumerate(earned, start=1) if gain == RIGHT), None)
    best = sorted(gains.values(), reverse=True)
    return Judged(first, 1 / first if first else 0.0, cumulated(earned) / cumulated(best))


def pessimistic(ranked: Ranked, gains: Mapping[str, int]) -> Sequence[int]:
    """Return what each rank is worth when the worst of those that tie comes first."""
    return [
        gain
        for _, tied in groupby(ranked, key=lambda each: each[1])
        for gain in sorted(gains.get(title, 0) for title, _ in tied)
    ]


def cumulated(gains: Sequence[int]) -> float:
    """Return the discounted gain of the first ranks: what comes later counts less."""
    return sum(gain / log2(1 + rank) for rank, gain in enumerate(gains[:DEPTH], start=1))


def retrieval(judged: Iterable[Judged]) -> Retrieval:
    """Return the means over queries, of which there is at least one."""
    each = list(judged)

    def recall(rank: int) -> float:
        return fmean(one.first is not None and one.first <= rank for one in each)

    mrr, ndcg = fmean(one.reciprocal for one in each), fmean(one.ndcg for one in each)
    return Retrieval(len(each), recall(1), recall(5), mrr, ndcg)


def told_apart(ranked: Ranked, right: str, wrong: str) -> bool:
    """Tell whether the right one comes before the wrong one, and does not tie with it."""
    places = {score: place for place, (_, score) in reversed(list(enumerate(ranked)))}
    scores = dict(ranked)
    if right not in scores:
        return False
    return wrong not in scores or places[scores[right]] < places[scores[wrong]]


def extraction(
    found: Mapping[str, Sequence[str]], right: Mapping[str, Sequence[str]]
) -> Extraction:
    """Return how well the words found in each title are the right ones, in whatever order."""
    hits = spare = missed = clean = 0
    for title, wanted in right.items():
        had, wants = set(found[title]), set(wanted)
        hits += len(had & wants)
        spare += len(had - wants)
        missed += len(wants - had)
        clean += had == wants
    precision, recall = _share(hits, hits + spare), _share(hits, hits + missed)
    f1 = _share(2 * hits, 2 * hits + spare + missed)
    return Extraction(len(right), precision, recall, f1, _share(clean, len(right)))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
