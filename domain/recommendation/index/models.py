"""What is known of everything that can be found: its words, its vectors, and what changed."""

from datetime import datetime
from typing import Any, Final

import numpy as np
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import (
    JSON,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from domain.kernel import AnalyticsBase, Base, BigId
from domain.recommendation.embedding import Vector

KIND: Final = String(12)
TERM_LENGTH_MAX: Final = 64
TITLE_LENGTH_MAX: Final = 300


def _bytewise(length: int) -> Any:  # noqa: ANN401 (SQLAlchemy's variants have no type of their own)
    """Return a text that is ordered by its code points, wherever the database comes from.

    A range of such a column holds what begins alike; in a language's own order it need not.
    """
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class HalfVector(TypeDecorator[Vector]):
    """Numbers of half precision: pgvector's ``halfvec``, on SQLite the same ones as bytes."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:  # noqa: ANN401 (SQLAlchemy's own signature)
        return dialect.type_descriptor(HALFVEC() if dialect.name == "postgresql" else LargeBinary())

    def process_bind_param(self, value: Vector | None, dialect: Dialect) -> Any:  # noqa: ANN401 (a driver's value)
        assert value is not None, "every row has its vector"
        halves = value.astype("<f2")
        return halves if dialect.name == "postgresql" else halves.tobytes()

    def process_result_value(self, value: Any, dialect: Dialect) -> Vector:  # noqa: ANN401 (a driver's value)
        if isinstance(value, bytes):
            return np.frombuffer(value, "<f2").astype(np.float32)
        return np.asarray(value, np.float32)


class Change(Base):
    """An item whose text may have changed since it was indexed; in the service database."""

    __tablename__ = "recommendation_changes"
    __table_args__ = (Index(None, "change_id"),)

    kind: Mapped[str] = mapped_column(KIND, primary_key=True)
    item_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    # Of the outbox: a change that came while the one before was indexed is not forgotten with it.
    change_id: Mapped[int] = mapped_column(BigId)


class Document(AnalyticsBase):
    """An item as it was indexed: its text, and the terms that it is filed under."""

    __tablename__ = "search_documents"

    kind: Mapped[str] = mapped_column(KIND, primary_key=True)
    item_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH_MAX))
    passage: Mapped[str] = mapped_column(Text)  # what is embedded
    terms: Mapped[dict[str, int]] = mapped_column(JSON)  # each with its impact, 1 to 255
    suggestions: Mapped[list[str]] = mapped_column(JSON)  # what may be offered for it
    content_hash: Mapped[str] = mapped_column(String(32))  # of all of the above
    passage_hash: Mapped[str] = mapped_column(String(32))
    indexed_at: Mapped[datetime]


class Posting(AnalyticsBase):
    """The items of one kind that are filed under a term: two arrays, in the order of the ids."""

    __tablename__ = "search_postings"

    term: Mapped[str] = mapped_column(_bytewise(TERM_LENGTH_MAX), primary_key=True)
    kind: Mapped[str] = mapped_column(KIND, primary_key=True)
    ids: Mapped[bytes] = mapped_column(LargeBinary)  # int64, little-endian, ascending
    impacts: Mapped[bytes] = mapped_column(LargeBinary)  # uint8


class EmbeddingModel(AnalyticsBase):
    """A model with vectors here; one is active, while the next is built and the last one fades.

    ``embedded_version`` is the documents' version up to which each has its vector, -1 while the
    first are made. A model that was replaced goes on answering those who still ask by it.
    """

    __tablename__ = "search_models"
    __table_args__ = (UniqueConstraint("name", "dimension"),)

    model_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(200))
    dimension: Mapped[int] = mapped_column(SmallInteger)
    active: Mapped[bool] = mapped_column(default=False)
    embedded_version: Mapped[int] = mapped_column(BigId, default=-1)
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class Embedding(AnalyticsBase):
    """One item's vector by one model; ``content_hash`` is that of the passage it was made of.

    The column has no dimension of its own: each model has a partial HNSW index per kind over the
    cast to its own (the pgvector documentation's way to keep vectors of several dimensions).
    """

    __tablename__ = "search_embeddings"

    model_id: Mapped[int] = mapped_column(
        ForeignKey("search_models.model_id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(KIND, primary_key=True)
    item_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    content_hash: Mapped[str] = mapped_column(String(32))
    vector: Mapped[Vector] = mapped_column(HalfVector)


class Suggestion(AnalyticsBase):
    """A word or two to offer while somebody types."""

    __tablename__ = "search_suggestions"
    __table_args__ = (Index(None, "keystrokes"), Index(None, "initials"))

    text: Mapped[str] = mapped_column(_bytewise(100), primary_key=True)
    keystrokes: Mapped[str] = mapped_column(_bytewise(400))  # as typed on a two-set keyboard
    initials: Mapped[str] = mapped_column(_bytewise(100))  # 초성 of each syllable
    weight: Mapped[int]  # how many items it leads to


class SearchQuery(AnalyticsBase):
    """What was looked for, by whom if they were signed in, and how much was found."""

    __tablename__ = "search_queries"
    __table_args__ = (Index(None, "user_id", "query_id"), Index(None, "asked_at"))

    query_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    user_id: Mapped[int | None] = mapped_column(BigId)
    query: Mapped[str] = mapped_column(String(100))
    found: Mapped[int]
    asked_at: Mapped[datetime]


class Larder(AnalyticsBase):
    """Which recipes need an ingredient, and how much of it: arrays, most scrapped recipe first."""

    __tablename__ = "search_larder"

    material_name: Mapped[str] = mapped_column(String(100), primary_key=True)
    needs: Mapped[bytes] = mapped_column(LargeBinary)


class IndexState(AnalyticsBase):
    """A number for each part of the index that grows with its every change."""

    __tablename__ = "search_state"

    part: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int] = mapped_column(BigId)
