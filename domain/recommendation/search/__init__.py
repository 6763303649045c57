"""Searching: the words of the index and the vectors of the model, as one list."""

from domain.recommendation.search.answering import Library
from domain.recommendation.search.cards import Card, cards
from domain.recommendation.search.finding import Findings, Question, find
from domain.recommendation.search.history import (
    Searched,
    forget_old_queries,
    forget_queries,
    forget_query,
    popular_queries,
    recent_queries,
    remember_query,
)
from domain.recommendation.search.listing import Row
from domain.recommendation.search.ranking import EXACT, MEANING, SOME_WORDS, Ranking, rank
from domain.recommendation.search.suggesting import suggest

__all__ = [
    "EXACT",
    "MEANING",
    "SOME_WORDS",
    "Card",
    "Findings",
    "Library",
    "Question",
    "Ranking",
    "Row",
    "Searched",
    "cards",
    "find",
    "forget_old_queries",
    "forget_queries",
    "forget_query",
    "popular_queries",
    "rank",
    "recent_queries",
    "remember_query",
    "suggest",
]
