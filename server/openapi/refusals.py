"""Which refusals an operation may give: read out of what its handler calls and what that raises.

A function of the domain says in its docstring what it raises ("Raises OrderNotFound, SoldOut"); a
route's code names the functions it calls, and what it catches of theirs. All of it is followed, so
that the examples of an error are the codes which this operation really answers.
"""

import ast
import inspect
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from types import FunctionType, ModuleType
from typing import Any, Final

from domain.kernel import DomainError

RAISES: Final = re.compile(r"Raises\s+(.*)", re.DOTALL)
NAME: Final = re.compile(r"(?:(\w+)\.)?\b([A-Z]\w+)")
ROUTES: Final = "server.routes."
DOMAIN: Final = "domain."

Refusal = type[DomainError]
Use = tuple[str, str]  # a global name, and the attribute that is asked of it, if any


def globals_used(handler: Any) -> frozenset[str]:  # noqa: ANN401 (any function)
    """Return the global names that a handler's own code uses."""
    return frozenset(inspect.unwrap(handler).__code__.co_names)


def refusals(handler: Any) -> tuple[Refusal, ...]:  # noqa: ANN401 (any function)
    """Return the refusals of a handler, each once, in the order of its code."""
    return tuple(dict.fromkeys(_of_route(inspect.unwrap(handler), set())))


def _of_route(function: FunctionType, seen: set[FunctionType]) -> Iterator[Refusal]:
    if function in seen or not (code := _functions(function.__module__).get(function.__name__)):
        return
    seen.add(function)
    caught = {kind for use in _caught(code) for kind in _of(_found(function, use))}
    for use in _uses(code):
        match _found(function, use):
            case FunctionType(__module__=str(home)) as called if _is_routes(home, function):
                raised = _of_route(called, seen)
            case called:
                raised = _of(called)
        yield from (kind for kind in raised if kind not in caught)


def _is_routes(home: str, function: FunctionType) -> bool:
    return home == function.__module__ or home.startswith(ROUTES)


def _of(found: object) -> Iterator[Refusal]:
    """Yield the refusal that is named, or those that a function says it raises."""
    if isinstance(found, FunctionType):
        said = RAISES.search(found.__doc__ or "")
        for context, name in NAME.findall(said[1] if said else ""):
            yield from _of(_meant(found, context, name))
    elif isinstance(found, type) and issubclass(found, DomainError) and hasattr(found, "code"):
        yield found


def _found(function: FunctionType, use: Use) -> object:
    name, attribute = use
    found = function.__globals__.get(name)
    if isinstance(found, ModuleType) and found.__name__.startswith(DOMAIN):
        return getattr(found, attribute, None)
    return None if attribute else found


def _meant(function: FunctionType, context: str, name: str) -> object:
    """Return what a docstring means by a name: its module's, its context's, or another's."""
    if context:
        known = function.__globals__.get(context) or sys.modules.get(f"{DOMAIN}{context}")
        return getattr(known, name, None)
    front = sys.modules.get(".".join(function.__module__.split(".")[:2]))
    return function.__globals__.get(name) or getattr(front, name, None)


@cache
def _functions(module: str) -> dict[str, ast.AST]:
    """Return the code of a module's functions."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name: node for node in tree.body if isinstance(node, kinds)}


def _uses(code: ast.AST) -> Iterator[Use]:
    for node in ast.walk(code):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attribute):
                yield name, attribute
            case ast.Name(id=name):
                yield name, ""


def _caught(code: ast.AST) -> Iterator[Use]:
    """Yield what is caught for good, and not raised again."""
    for node in ast.walk(code):
        if isinstance(node, ast.ExceptHandler) and node.type and not _raises_again(node.body):
            yield from _uses(node.type)


def _raises_again(body: Iterable[ast.stmt]) -> bool:
    return any(
        isinstance(node, ast.Raise) and node.exc is None for each in body for node in ast.walk(each)
    )
