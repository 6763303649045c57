"""The live page and everything it is made of, straight from ``static/``, and the pictures."""

import re
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from server.state import State

STATIC: Final = Path(__file__).parent.parent / "static"
PAGES: Final = STATIC / "pages"
PICTURE: Final = re.compile(r"[a-z]+-[0-9]+")
HOUR: Final = {"Cache-Control": "public, max-age=3600"}
# Asked about each time, answered 304 when unchanged: there is no build step to rename files.
FRESH: Final = {"Cache-Control": "no-cache"}


class Assets(StaticFiles):
    """Files of the page; vendored ones and video may be kept for an hour."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file with what a browser may do with it."""
        response = await super().get_response(path, scope)
        kept = path.startswith(("vendor/", "media/"))
        response.headers.update(HOUR if kept else FRESH)
        return response


async def live_page(request: Request[State]) -> Response:
    """GET /, and every place that the page itself finds by its address."""
    return FileResponse(PAGES / "index.html", headers=FRESH)


async def picture(request: Request[State]) -> Response:
    """GET /api/media/{name}: without an extension, because proxies like to guess from one."""
    name = request.path_params["name"]
    file = request.state["settings"].media_dir / f"{name}.svg"
    if not PICTURE.fullmatch(name) or not file.is_file():
        raise HTTPException(404)
    return FileResponse(file, media_type="image/svg+xml", headers=HOUR)


routes = [
    Route("/", live_page),
    Route("/search", live_page),
    Route("/kitchen", live_page),
    Route("/recipe/{recipe_id}", live_page),
    Route("/api/media/{name}", picture),
    Mount("/static", Assets(directory=STATIC)),
]
