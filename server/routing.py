"""Find the door for a path among a hundred without trying each.

Starlette asks its routes one after the other, which costs a request of the last one more than all
the middleware does. Here a path is first looked up: its own, or its shape's (how many segments,
and the first two of them). What is found is asked in the same order as ever, and whatever is not
found, or not quite (another method, a slash too many), goes Starlette's way.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Final

from starlette.routing import BaseRoute, Match, Mount, Route, Router
from starlette.types import Receive, Scope, Send

Shape = tuple[int, tuple[str, ...]]

NAMED: Final = 2  # segments at the beginning that are no parameters; with fewer it takes longer


class Switchboard(Router):
    """A router whose routes stay as they are from the first request on."""

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to the first route that takes it."""
        for route in self._candidates(scope):
            match, found = route.matches(scope)
            if match is Match.FULL:
                scope.setdefault("router", self)
                scope["route"] = route
                scope.update(found)
                await route.handle(scope, receive, send)
                return
        await super().app(scope, receive, send)

    def _candidates(self, scope: Scope) -> tuple[BaseRoute, ...]:
        if scope["type"] != "http" or scope.get("root_path"):
            return ()
        path = scope["path"]
        return self._by_path.get(path) or self._by_shape.get(_shape(path), ())

    @cached_property
    def _by_path(self) -> Mapping[str, tuple[BaseRoute, ...]]:
        plain = {route.path for route in self._doors() if not route.param_convertors}
        return {path: tuple(self._that_may_take(path)) for path in plain}

    @cached_property
    def _by_shape(self) -> Mapping[Shape, tuple[BaseRoute, ...]]:
        shapes: dict[Shape, str] = {}
        for route in self._doors():
            shape = _shape(route.path)
            if route.param_convertors and not any("{" in part for part in shape[1]):
                shapes[shape] = route.path
        return {shape: tuple(self._of_shape(shape, path)) for shape, path in shapes.items()}

    def _that_may_take(self, path: str) -> Iterator[BaseRoute]:
        for route in self.routes:
            if not isinstance(route, Route | Mount) or route.path_regex.match(path):
                yield route

    def _of_shape(self, shape: Shape, path: str) -> Iterator[BaseRoute]:
        for route in self.routes:
            if isinstance(route, Mount) and not path.startswith(f"{route.path}/"):
                continue
            if not isinstance(route, Route) or _may_be(_shape(route.path), shape):
                yield route

    def _doors(self) -> Iterator[Route]:
        return (route for route in self.routes if isinstance(route, Route))


def _shape(path: str) -> Shape:
    parts = path.split("/")[1:]
    return len(parts), tuple(parts[:NAMED])


def _may_be(one: Shape, other: Shape) -> bool:
    """Tell whether a path may have both shapes; a parameter stands for any segment."""
    same = (a == b or "{" in a for a, b in zip(one[1], other[1], strict=False))
    return one[0] == other[0] and all(same)
