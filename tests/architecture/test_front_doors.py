"""Each noun has one front door in the domain, and the same name wherever it shows up."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.source import ROOT

# Folders with one module per noun of the domain, or per part of one (``kok_search``), and the few
# names that are no noun of it.
MIRRORS: Final = {
    # The process itself; the API's description; shapes that nouns share; what a caller has at home;
    # what opens live connections; what looks for everything at once.
    "server/routes": {"system", "reference", "views", "pantry", "realtime", "search"},
    "channels/topics": {"schedule", "live", "product"},  # channels that show a part of a noun
    "scheduler/jobs": set[str](),
}


def nouns(root: Path) -> list[str]:
    """Return the names of the domain's contexts."""
    folders = {path.parent for path in (root / "domain").glob("*/*.py")}
    return sorted(folder.name for folder in folders)


def door_faults(root: Path) -> Iterator[str]:
    """Name each front door that is missing, or does not list in order what it opens."""
    for noun in nouns(root):
        door = root / "domain" / noun / "__init__.py"
        if not door.exists():
            yield f"{noun}: no front door"
            continue
        tree = ast.parse(door.read_text(), str(door))
        listed = _listed(tree)
        if listed is None:
            yield f"{noun}: no __all__"
        elif listed != sorted(set(listed), key=_rank):
            yield f"{noun}: __all__ is not sorted"
        elif unknown := set(listed) - _bound(tree):
            yield f"{noun}: __all__ names {sorted(unknown)}, which it does not have"


def strangers(root: Path) -> Iterator[str]:
    """Name each module in a mirroring folder that mirrors nothing."""
    for folder, extra in MIRRORS.items():
        known = {"__init__", *nouns(root), *extra}
        for path in sorted((root / folder).iterdir()):
            noun = path.stem.partition("_")[0]
            if path.name != "__pycache__" and path.stem not in known and noun not in known:
                yield f"{folder}/{path.name}"


def _listed(tree: ast.Module) -> list[str] | None:
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            assert isinstance(node, ast.Assign)
            names: list[str] = ast.literal_eval(node.value)
            return names
    return None


def _bound(tree: ast.Module) -> set[str]:
    bound: set[str] = set()
    for node in tree.body:
        match node:
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                bound |= {name.asname or name.name for name in names}
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                bound.add(node.name)
            case ast.Assign(targets=targets):
                bound |= {target.id for target in targets if isinstance(target, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                bound.add(name)
    return bound


def _rank(name: str) -> tuple[int, str]:
    """Constants first, then classes, then functions, as ruff's RUF022 has it."""
    if name.isupper() and len(name) > 1:
        return 0, name
    return (1, name) if name[:1].isupper() else (2, name)


def test_every_context_lists_what_it_opens() -> None:
    """Each `domain/<noun>/__init__.py` has a sorted `__all__` of names it really has."""
    assert nouns(ROOT) != []
    assert list(door_faults(ROOT)) == []


def test_routes_topics_and_jobs_are_named_for_the_domain() -> None:
    """One noun, one name, everywhere."""
    assert list(strangers(ROOT)) == []


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A tree in order: one noun, mirrored."""
    for folder in ("domain/order", *MIRRORS):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "__init__.py").write_text("")
    door = tmp_path / "domain/order/__init__.py"
    door.write_text('from x import Order, place\n\n__all__ = ["MAX", "Order", "place"]\nMAX = 1\n')
    (tmp_path / "server/routes/order.py").write_text("")
    return tmp_path


def test_a_house_in_order_has_no_faults(house: Path) -> None:
    """The planted faults below are the only ones."""
    assert [*door_faults(house), *strangers(house)] == []


@pytest.mark.parametrize(
    ("door", "fault"),
    [
        ("from x import Order\n", "no __all__"),
        ('from x import Order, place\n__all__ = ["place", "Order"]\n', "not sorted"),
        ('from x import Order\n__all__ = ["Order", "Order"]\n', "not sorted"),
        ('from x import Order\n__all__ = ["Order", "place"]\n', "does not have"),
    ],
)
def test_a_crooked_front_door_is_found(house: Path, door: str, fault: str) -> None:
    """No list, out of order, twice, a name that is not there."""
    (house / "domain/order/__init__.py").write_text(door)
    assert [fault in found for found in door_faults(house)] == [True]


def test_a_context_without_a_front_door_is_found(house: Path) -> None:
    """A folder of modules is no context yet."""
    (house / "domain/kok").mkdir()
    (house / "domain/kok/models.py").write_text("")
    assert list(door_faults(house)) == ["kok: no front door"]


def test_a_module_that_mirrors_no_noun_is_found(house: Path) -> None:
    """`jobs/cleanup.py` belongs to a noun or to nobody."""
    (house / "scheduler/jobs/cleanup.py").write_text("")
    assert list(strangers(house)) == ["scheduler/jobs/cleanup.py"]
