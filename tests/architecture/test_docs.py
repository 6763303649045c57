"""What the documents say exists, and what exists is in them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from scripts import api_table
from server.settings import Settings
from tests.architecture.source import ROOT, files

LINK: Final = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)|<img [^>]*?src=\"([^\"]+)\"")
TEST: Final = re.compile(r"\b(tests/[\w/]+\.py)((?:::\w+)*)")
FENCE: Final = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
ELSEWHERE: Final = ("http://", "https://", "mailto:")


def documents(root: Path) -> Iterator[Path]:
    """Yield the Markdown files that are ours."""
    yield from files(root, "*.md")


def dead_links(path: Path) -> Iterator[str]:
    """Name each relative link of the document that leads nowhere."""
    for match in LINK.finditer(FENCE.sub("", path.read_text())):
        target = match[1] or match[2]
        if not target.startswith(ELSEWHERE) and not (path.parent / target).exists():
            yield f"{path}: {target}"


def missing_tests(root: Path, path: Path) -> Iterator[str]:
    """Name each test that the document mentions and nobody wrote."""
    for match in TEST.finditer(path.read_text()):
        module, names = root / match[1], match[2].split("::")[1:]
        if not module.is_file() or not _defines(ast.parse(module.read_text()), names):
            yield f"{path}: {match[0]}"


def _defines(tree: ast.AST, names: list[str]) -> bool:
    if not names:
        return True
    named = [each for each in ast.iter_child_nodes(tree) if getattr(each, "name", "") == names[0]]
    return any(_defines(each, names[1:]) for each in named)


def default_of(name: str) -> str:
    """Return a setting's default as an environment variable would say it."""
    default = Settings.model_fields[name].default
    if hasattr(default, "get_secret_value"):
        return "*development only*" if default.get_secret_value() else ""
    match default:
        case None | "" | ():
            return ""
        case tuple():
            return f"`{','.join(default)}`"
        case _:
            return f"`{default}`"


def test_every_link_leads_somewhere() -> None:
    """Relative links and pictures; other people's sites are theirs."""
    assert [fault for path in documents(ROOT) for fault in dead_links(path)] == []


def test_every_test_that_is_mentioned_exists() -> None:
    """A promise points at the test that keeps it."""
    assert [fault for path in documents(ROOT) for fault in missing_tests(ROOT, path)] == []


def test_the_api_page_lists_what_is_served() -> None:
    """Every operation with its auth and refusals, and no other."""
    said = (ROOT / "docs/api.md").read_text().partition("## Operations")[2].splitlines()
    assert [line for line in said if line.startswith("|")] == api_table.table()


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_readme_explains_every_setting(name: str) -> None:
    """With its name in the environment and its true default."""
    row = f"| `{name.upper()}` | {default_of(name)} |".replace("|  |", "| |")
    assert row in (ROOT / "README.md").read_text()


def test_what_is_not_there_is_found(tmp_path: Path) -> None:
    """A dead link, a missing picture, a test without its file, one without its function."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_a.py").write_text("class TestIt:\n    def test_b(self): ...\n")
    page = tmp_path / "page.md"
    page.write_text(
        "[gone](nowhere.md) [here](page.md#top) [far](https://example.com)\n"
        '<img alt="x" src="no.png">\n'
        "`tests/test_a.py`, `tests/test_a.py::TestIt::test_b`,\n"
        "`tests/test_a.py::test_b`, `tests/test_c.py::test_d`\n"
    )
    assert len(list(dead_links(page))) == 2
    assert len(list(missing_tests(tmp_path, page))) == 2
