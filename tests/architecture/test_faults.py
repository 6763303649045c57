"""Every fault of the earlier service is kept away by a test that exists."""

import ast
import re

import pytest

from tests.architecture.source import PACKAGES, ROOT, modules

PAGE = (ROOT / "docs" / "faults.md").read_text()
LINES = re.findall(r"^\| (8\.\d\.\d+) \| (.+?) \| (.+) \|$", PAGE, re.MULTILINE)
FIRST = {number: index for index, (number, _, _) in enumerate(LINES)}
# How many each part of the list has; the first was numbered, the rest told in sentences.
COUNTS = {"8.1": 22, "8.2": 9, "8.3": 5, "8.4": 4, "8.5": 11}


def test_no_fault_of_the_list_is_left_out() -> None:
    """Numbered without a gap."""
    expected = [
        f"{part}.{index}" for part, count in COUNTS.items() for index in range(1, count + 1)
    ]
    assert [number for number, _, _ in LINES] == expected
    assert len(FIRST) == len(LINES)


@pytest.mark.parametrize(("number", "what", "kept_by"), LINES, ids=list(FIRST))
def test_each_is_kept_away_by_something_that_exists(number: str, what: str, kept_by: str) -> None:
    """A file that has the test of that name."""
    tests = re.findall(r"`(tests/[\w/]+\.py)::(?:\w+::)?(\w+)`", kept_by)
    assert tests, f"{number}, {what}: nothing keeps it away"
    for path, name in tests:
        assert f"def {name}(" in (ROOT / path).read_text(), f"{number}: {path} has no {name}"


def test_what_tests_call_a_fault_is_in_the_list() -> None:
    """A number in a docstring means a line, or a part, of the page."""
    known = {number for number, _, _ in LINES} | COUNTS.keys()
    named = {
        number
        for path in (ROOT / "tests").rglob("test_*.py")
        for number in re.findall(r"Faults? (8\.\d(?:\.\d+)?)", path.read_text())
    }
    assert named <= known


def test_nothing_that_blocks_is_imported() -> None:
    """Drivers and clients that wait would stop everybody; computing goes without data frames."""
    blocking = {"pymysql", "MySQLdb", "psycopg2", "psycopg", "sqlite3", "requests", "pandas"}
    imported = {
        name.partition(".")[0]
        for path in modules(ROOT, *PACKAGES)
        for node in ast.walk(ast.parse(path.read_text()))
        for name in _imported(node)
    }
    assert not imported & blocking


def _imported(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [name.name for name in names]
        case ast.ImportFrom(module=str(module)):
            return [module]
        case _:
            return []
