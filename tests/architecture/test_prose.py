"""What the files say: one sentence on top, pins that are pins, no address of any machine."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.source import PACKAGES, ROOT, files, modules

TEXTS: Final = (
    *("*.py", "*.sh", "*.js", "*.mjs", "*.css", "*.html", "*.md", "*.toml", "*.yaml", "*.yml"),
    *("*.txt", "*.ini", "*.conf", "*.json", "*.lua", "*.svg", "*.mako", "*.csv"),
    *("Makefile", "Dockerfile", "LICENSE", "run", ".env*", ".dockerignore", ".editorconfig"),
)
SENTENCE: Final = re.compile(r"[^\n]+(?:\n[^\n]+)*[.?!]\Z")
ABBREVIATION: Final = re.compile(r"\b(?:e\.g|i\.e|vs|cf|etc)\.")
NEXT_SENTENCE: Final = re.compile(r"[.?!]\s+[A-Z`]")
# Folders of one machine, and hosts that a mirror or an offline machine does not have. Spelt so
# that this file does not find itself.
ADDRESS: Final = re.compile(
    r"(?<![\w.$}])/(?:work|root|home/\w+|Users/\w+)/(?!\*)|"
    r"\b(?:pypi|pythonhosted|npmjs|jsdelivr|unpkg|cdnjs|goproxy)[.](?:org|com|net|io)\b|"
    r"\bcdn[.]|\bdeb[.]debian[.]|\bproxy[.]golang[.]",
)


def missing_sentence(path: Path) -> list[str]:
    """Name the module if its docstring does not begin with one sentence of its own."""
    written = ast.get_docstring(ast.parse(path.read_text(), str(path))) or ""
    said = written.partition("\n\n")[0]
    plain = ABBREVIATION.sub("", said)
    one = SENTENCE.fullmatch(said) and not NEXT_SENTENCE.search(plain)
    return [] if one else [f"{path}: {said!r}"]


def addresses(root: Path) -> Iterator[str]:
    """Name each line that holds a machine's folder or a registry's host."""
    for path in files(root, *TEXTS):
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            if found := ADDRESS.search(line):
                yield f"{path}:{number} {found[0]}"


def test_every_module_says_in_one_sentence_what_it_is() -> None:
    """A docstring that ends with a full stop, and only once."""
    paths = modules(ROOT, *PACKAGES, "tests", "benchmarks", "migrations")
    assert [fault for path in paths for fault in missing_sentence(path)] == []


def test_nothing_names_a_machine_or_a_registry() -> None:
    """The tree works wherever it is cloned, with whatever registry is configured."""
    assert list(addresses(ROOT)) == []


@pytest.mark.parametrize(
    ("docstring", "faults"),
    [
        ("", 1),
        ("No full stop", 1),
        ("One sentence.", 0),
        ("One sentence that needs\ntwo lines.", 0),
        ("Short forms, e.g. this one, are no end.", 0),
        ("One. Two.", 1),
        ("One.\n\nAnd a paragraph. With two.", 0),
    ],
)
def test_a_docstring_that_is_not_one_sentence_is_found(
    tmp_path: Path, docstring: str, faults: int
) -> None:
    """None at all, a fragment, two sentences; what follows a blank line is free."""
    path = tmp_path / "module.py"
    path.write_text(f'"""{docstring}"""\n')
    assert len(missing_sentence(path)) == faults


@pytest.mark.parametrize(
    ("line", "faults"),
    [
        ("cd " + "/wo" + "rk/somewhere/else", 1),
        ("see " + "/home" + "/kim/uhok", 1),
        ("https://files.python" + "hosted.org/packages", 1),
        ("<script src='//c" + "dn.example.com/x.js'>", 1),
        ("COPY . /app/", 0),
        ("GET /orders/work/", 0),
    ],
)
def test_an_address_is_found(tmp_path: Path, line: str, faults: int) -> None:
    """A folder of one machine, a registry, a content network; not a path of ours."""
    (tmp_path / "notes.md").write_text(f"first\n{line}\n")
    assert len(list(addresses(tmp_path))) == faults
