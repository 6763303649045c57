"""Every version that is installed is written down, and every one written down is needed."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, requires
from itertools import chain
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.source import ROOT

PIN: Final = re.compile(r"[a-z0-9.-]+==[^ ]+")
TOOLS: Final = {"uv"}  # called by the Makefile
# What a build of torch for GPUs brings along; the one without any is pinned.
GPU: Final = ("cuda-", "nvidia-", "triton")
# The oldest Python that is supported asks for packages that newer ones carry in themselves.
PYTHONS: Final[tuple[dict[str, str], ...]] = (
    {},
    {"python_version": "3.11", "python_full_version": "3.11.0"},
)


def pins() -> dict[str, str]:
    """Return the pinned versions by name."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    return dict(line.split("==", 1) for line in lines)


def asked() -> list[Requirement]:
    """Return what pyproject.toml asks for, extras included."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    return [Requirement(line) for line in chain(project["dependencies"], *extras)]


def closure(first: list[Requirement]) -> set[str]:
    """Return the names of all that the requirements bring along."""
    seen: set[tuple[str, frozenset[str]]] = set()
    queue = list(first)
    while queue:
        wanted = queue.pop()
        key = (canonicalize_name(wanted.name), frozenset(wanted.extras))
        if key not in seen:
            seen.add(key)
            queue.extend(_brought(wanted))
    return {name for name, _ in seen}


def _brought(wanted: Requirement) -> list[Requirement]:
    try:
        lines = requires(wanted.name) or []
    except PackageNotFoundError:  # wanted by another Python than ours
        return []
    brought = (inner for inner in map(Requirement, lines) if not inner.name.startswith(GPU))
    return [inner for inner in brought if _applies(inner, {"", *wanted.extras})]


def _applies(inner: Requirement, extras: set[str]) -> bool:
    marker = inner.marker
    return marker is None or any(
        marker.evaluate({"extra": extra, **python}) for extra in extras for python in PYTHONS
    )


def test_the_pins_are_plain_and_sorted() -> None:
    """One `name==version` a line: no address, no hash, no path."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    assert [line for line in lines if not PIN.fullmatch(line)] == []
    assert lines == sorted(lines, key=lambda line: line.split("==")[0])


def test_every_pin_is_needed_and_everything_needed_is_pinned() -> None:
    """The closure of pyproject.toml is exactly what constraints.txt fixes."""
    needed = closure(asked())
    assert set(pins()) - needed - TOOLS == set()
    assert needed - set(pins()) == set()


def test_an_extra_brings_its_own_along() -> None:
    """The closure follows extras, and leaves them out where nobody asked."""
    assert "lupa" in closure([Requirement("fakeredis[lua]")])
    assert "lupa" not in closure([Requirement("fakeredis")])
