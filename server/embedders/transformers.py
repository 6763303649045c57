"""Any model that sentence-transformers can load, from a folder or by its name on the hub.

Source: https://sbert.net, ``encode_query`` and ``encode_document``, which put a model's own
prompts before the texts. Takes ``pip install 'uhok-live[ml]'``; nothing of it is imported before a
model is asked for.
"""

import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from domain.recommendation import Matrix, Model
from server.embedders.vectors import DIMENSION_MAX

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

EXTRA: Final = "pip install 'uhok-live[ml]'"
PACKAGE: Final = "sentence_transformers"
# A folder of a model has one of these, and so has its page on the hub.
MARKS: Final = ("modules.json", "config.json")
OF_ITS_MAKERS: Final = "sentence-transformers/"  # before a name that has no owner


class ModelUnusable(ValueError):
    """The setting names what cannot be loaded; the text says why, to an operator."""


class TransformersEncoder:
    """A loaded SentenceTransformer."""

    def __init__(self, transformer: "SentenceTransformer", *, name: str) -> None:
        self._transformer = transformer
        self.model = Model(name, transformer.get_embedding_dimension() or 0)

    def queries(self, texts: Sequence[str]) -> Matrix:
        """Return a row for each text that is looked for."""
        rows = self._transformer.encode_query(
            list(texts), normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(rows, np.float32)

    def passages(self, texts: Sequence[str]) -> Matrix:
        """Return a row for each text that is to be found."""
        rows = self._transformer.encode_document(
            list(texts), normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(rows, np.float32)


def load(name: str) -> TransformersEncoder:
    """Load a model by its name or folder; takes seconds, and downloads it if it is not here.

    Raises ModelUnusable, and whatever else the library raises.
    """
    check(name)
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 (seconds, and torch)

    transformer = SentenceTransformer(name)
    found = TransformersEncoder(transformer, name=known_as(name))
    if found.model.dimension > DIMENSION_MAX:
        raise ModelUnusable(f"{name} has more than {DIMENSION_MAX} dimensions")
    return found


def known_as(name: str) -> str:
    """Return what the model's vectors are filed under: where its folder lies is no part of it."""
    return Path(name).name if Path(name).is_dir() else name


def check(name: str, *, package: str = PACKAGE) -> None:
    """See, without loading it, whether a model could be loaded. Raises ModelUnusable."""
    if find_spec(package) is None:
        raise ModelUnusable(f"EMBEDDING_MODEL={name} takes {EXTRA}")
    if Path(name).is_dir():
        if not any((Path(name) / mark).is_file() for mark in MARKS):
            raise ModelUnusable(f"there is no model in the folder {name}")
    elif Path(name).is_absolute() or name.startswith("."):
        raise ModelUnusable(f"there is no folder {name}")
    else:
        _check_on_hub(name)


def _check_on_hub(name: str) -> None:
    from huggingface_hub import hf_hub_download  # noqa: PLC0415 (comes with the extra)

    repository = name if "/" in name else OF_ITS_MAKERS + name
    why: Exception | None = None
    for mark in MARKS:
        try:
            hf_hub_download(repository, mark)
        except (OSError, ValueError) as error:  # its errors are all one or the other
            why = error
        else:
            return
    offline = " (HF_HUB_OFFLINE is set)" if os.environ.get("HF_HUB_OFFLINE") else ""
    raise ModelUnusable(
        f"{name} is neither a folder, nor downloaded, nor found on the hub{offline}"
    ) from why
