"""Print the served operations, as docs/api.md lists them: `python -m scripts.api_table`."""

from collections.abc import Iterator
from typing import Final

from starlette.routing import Route

from server.app import routes
from server.endpoint import Operation

AUTH: Final = {"required": "token", "optional": "token or none", "none": "none"}
# What every operation of its kind may answer, said once above the table and not in each row.
HEADER: Final = (
    "| operation | what it does | auth | answers | refusals |",
    "|---|---|---|---|---|",
)


def operations() -> Iterator[tuple[str, str, Operation]]:
    """Yield method, path and contract of each operation, in the order they are served."""
    for route in routes():
        op = getattr(getattr(route, "endpoint", None), "__op__", None)
        if isinstance(route, Route) and isinstance(op, Operation):
            for method in sorted((route.methods or set()) - {"HEAD"}):
                yield method, route.path, op


def row(method: str, path: str, op: Operation) -> str:
    """Return an operation's line of the table."""
    summary = op.summary.replace("``", "`").replace("|", "\\|")
    key = "; `Idempotency-Key`" if op.idempotent else ""
    refusals = ", ".join(map(str, op.errors)) or "-"
    auth = op.role.value if op.role is not None else AUTH[op.auth]
    return f"| `{method} {path}` | {summary} | {auth}{key} | {op.status} | {refusals} |"


def table() -> list[str]:
    """Return the whole table."""
    return [*HEADER, *(row(*operation) for operation in operations())]


if __name__ == "__main__":
    print("\n".join(table()))
