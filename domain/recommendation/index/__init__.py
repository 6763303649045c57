"""The index: posting lists, vectors and suggestions of everything that can be found."""

from domain.recommendation.index.changes import anything_changed, changed_count, hear
from domain.recommendation.index.documents import (
    Indexed,
    Prepared,
    file,
    forget_documents,
    index_documents,
    prepare,
    titles,
)
from domain.recommendation.index.embeddings import (
    RETIRED_KEPT,
    embed_pending,
    forget_retired,
    pending_count,
)
from domain.recommendation.index.hnsw import is_vector_index
from domain.recommendation.index.indexing import (
    Progress,
    Shelves,
    forget_strays,
    index_changes,
    index_page,
)
from domain.recommendation.index.near import (
    Nearest,
    Vectors,
    active_model,
    nearest,
    nearest_among,
    nearest_to,
    searchable,
)
from domain.recommendation.index.postings import (
    NOTHING,
    Posted,
    document_count,
    document_counts,
    postings,
    postings_by_kind,
)
from domain.recommendation.index.sources import of_kok, of_recipe, of_shown
from domain.recommendation.index.versions import index_version
from domain.recommendation.text import EVERY

__all__ = [
    "EVERY",
    "NOTHING",
    "RETIRED_KEPT",
    "Indexed",
    "Nearest",
    "Posted",
    "Prepared",
    "Progress",
    "Shelves",
    "Vectors",
    "active_model",
    "anything_changed",
    "changed_count",
    "document_count",
    "document_counts",
    "embed_pending",
    "file",
    "forget_documents",
    "forget_retired",
    "forget_strays",
    "hear",
    "index_changes",
    "index_documents",
    "index_page",
    "index_version",
    "is_vector_index",
    "nearest",
    "nearest_among",
    "nearest_to",
    "of_kok",
    "of_recipe",
    "of_shown",
    "pending_count",
    "postings",
    "postings_by_kind",
    "prepare",
    "searchable",
    "titles",
]
