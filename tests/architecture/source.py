"""The project's own files, as the architecture tests see them."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGES: Final = ("server", "channels", "domain", "scheduler", "demo", "scripts")
GENERATED: Final = ("static/vendor/*", "migrations/*/versions/*")


def files(root: Path, *patterns: str, under: tuple[str, ...] = (".",)) -> Iterator[Path]:
    """Yield the files below the folders that are ours: not ignored by git, nor foreign code."""
    ignored = [".git", *_ignored(root)]
    for folder in under:
        for path in sorted((root / folder).rglob("*")):
            inside = path.relative_to(root)
            if not path.is_file() or not any(fnmatch(path.name, pattern) for pattern in patterns):
                continue
            if any(fnmatch(part, pattern) for part in inside.parts for pattern in ignored):
                continue
            if not any(fnmatch(inside.as_posix(), pattern) for pattern in GENERATED):
                yield path


def modules(root: Path, *under: str) -> Iterator[Path]:
    """Yield our Python files below the folders."""
    yield from files(root, "*.py", under=under)


def _ignored(root: Path) -> list[str]:
    listed = root / ".gitignore"
    lines = listed.read_text().splitlines() if listed.exists() else []
    return [re.sub(r"^/|/$", "", line) for line in lines if line and not line.startswith("#")]
