"""Nothing grows past what one look takes in."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.source import PACKAGES, ROOT, files, modules

FILE_LINES_MAX: Final = 300
FUNCTION_LINES_MAX: Final = 40
POSITIONAL_MAX: Final = 3
SCRIPT_LINES_MAX: Final = 150
STYLE_LINES_MAX: Final = 300


def too_long(paths: Iterator[Path], most: int) -> list[str]:
    """Name the files with more than `most` lines."""
    counted = ((path, len(path.read_text().splitlines())) for path in paths)
    return [f"{path}: {lines} lines, {most} allowed" for path, lines in counted if lines > most]


def too_big_functions(path: Path) -> Iterator[str]:
    """Name the functions with too many lines or positional parameters."""
    for node in ast.walk(ast.parse(path.read_text(), str(path))):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        lines = (node.end_lineno or node.lineno) - node.lineno + 1
        if lines > FUNCTION_LINES_MAX:
            yield f"{path}:{node.lineno} {node.name}: {lines} lines"
        named = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
        if named[:1] in (["self"], ["cls"]):
            named = named[1:]
        if len(named) > POSITIONAL_MAX:
            yield f"{path}:{node.lineno} {node.name}: {len(named)} positional parameters"


def test_no_module_is_longer_than_a_look() -> None:
    """At most 300 lines, benchmarks and migrations too; a test file is read by its names."""
    everywhere = modules(ROOT, *PACKAGES, "benchmarks", "migrations")
    assert too_long(everywhere, FILE_LINES_MAX) == []


def test_no_function_is_longer_than_a_screen_or_takes_a_row_of_arguments() -> None:
    """At most 40 lines with the docstring, at most 3 positional parameters."""
    everywhere = modules(ROOT, *PACKAGES, "benchmarks")
    assert [fault for path in everywhere for fault in too_big_functions(path)] == []


def test_no_script_or_style_sheet_outgrows_its_concept() -> None:
    """JavaScript modules have at most 150 lines, style sheets at most 300."""
    scripts = files(ROOT, "*.js", "*.mjs", under=("static/js",))
    styles = files(ROOT, "*.css", under=("static/css",))
    assert too_long(scripts, SCRIPT_LINES_MAX) + too_long(styles, STYLE_LINES_MAX) == []


def test_a_long_file_is_found(tmp_path: Path) -> None:
    """One line over is over; the limit itself is not."""
    (tmp_path / "server").mkdir()
    (tmp_path / "server/fits.py").write_text("\n" * 300)
    (tmp_path / "server/long.py").write_text("\n" * 301)
    assert len(too_long(modules(tmp_path, "server"), FILE_LINES_MAX)) == 1


@pytest.mark.parametrize(
    ("code", "faults"),
    [
        ("def f(a, b, c, *, d): ...", 0),
        ("class A:\n    async def f(self, a, b, c): ...", 0),
        ("class A:\n    def f(self, a, b, c, d): ...", 1),
        ("async def f(a, b, /, c, d=1): ...", 1),
        ("def f():\n" + "    1\n" * 39, 0),
        ("def f():\n" + "    1\n" * 40, 1),
        ("def f():\n    def g(a, b, c, d): ...", 1),
    ],
)
def test_a_big_function_is_found(tmp_path: Path, code: str, faults: int) -> None:
    """Methods, nested and async functions are measured; self and keyword-only are free."""
    path = tmp_path / "module.py"
    path.write_text(code)
    assert len(list(too_big_functions(path))) == faults
