"""/api/kok/cache: an admin has the lists of product cards read anew."""

from pydantic import BaseModel
from starlette.requests import Request
from starlette.routing import Route

from domain import kok, user
from domain.kernel import emit
from server.endpoint import endpoint
from server.language import say
from server.routes.kok import ANSWER, DISCOUNTED, STORE_BEST, TAGS, TOP_SELLING
from server.routes.views import Said
from server.state import State


class DeletedKeys(BaseModel):
    discounted_products: int
    top_selling_products: int
    store_best_items: int
    total: int


class AllDeleted(Said):
    deleted_keys: DeletedKeys


@endpoint(auth="required", role=user.Role.ADMIN, tags=TAGS)
async def doubt_discounted(request: Request[State]) -> Said:
    """Have the lists of discounted products read anew."""
    n = (await _doubt(request, DISCOUNTED))[DISCOUNTED]
    text = "할인 상품 캐시가 무효화되었습니다. 삭제된 키 수: {n}"
    return Said(message=say(request, text, n=n))


@endpoint(auth="required", role=user.Role.ADMIN, tags=TAGS)
async def doubt_top_selling(request: Request[State]) -> Said:
    """Have the lists of what sells best read anew."""
    n = (await _doubt(request, TOP_SELLING))[TOP_SELLING]
    text = "인기 상품 캐시가 무효화되었습니다. 삭제된 키 수: {n}"
    return Said(message=say(request, text, n=n))


@endpoint(auth="required", role=user.Role.ADMIN, tags=TAGS)
async def doubt_store_best(request: Request[State]) -> Said:
    """Have the lists of the stores' best products read anew."""
    n = (await _doubt(request, STORE_BEST))[STORE_BEST]
    text = "스토어 베스트 상품 캐시가 무효화되었습니다. 삭제된 키 수: {n}"
    return Said(message=say(request, text, n=n))


@endpoint(auth="required", role=user.Role.ADMIN, tags=TAGS)
async def doubt_all(request: Request[State]) -> AllDeleted:
    """Have every list of cards read anew."""
    gone = await _doubt(request, DISCOUNTED, TOP_SELLING, STORE_BEST)
    return AllDeleted(
        message=say(request, "모든 KOK 캐시가 무효화되었습니다."),
        deleted_keys=DeletedKeys(
            discounted_products=gone[DISCOUNTED],
            top_selling_products=gone[TOP_SELLING],
            store_best_items=gone[STORE_BEST],
            total=sum(gone.values()),
        ),
    )


async def _doubt(request: Request[State], *lists: str) -> dict[str, int]:
    """Forget these lists here and in every other process; return how many were kept here."""
    cache, now = request.state["cache"], request.state["clock"]()
    async with request.state["db"].sessions.begin() as session:
        for name in lists:
            emit(session, kok.KokListsDoubted(at=now, name=name))
    kept = {name: cache.forget(frozenset((f"kok/{name}", ANSWER)).issubset) for name in lists}
    cache.told([f"kok/{name}" for name in lists])
    return kept


routes = [
    Route("/api/kok/cache/invalidate/discounted", doubt_discounted, methods=["POST"]),
    Route("/api/kok/cache/invalidate/top-selling", doubt_top_selling, methods=["POST"]),
    Route("/api/kok/cache/invalidate/store-best", doubt_store_best, methods=["POST"]),
    Route("/api/kok/cache/invalidate/all", doubt_all, methods=["POST"]),
]
