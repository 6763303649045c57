"""Why a home-shopping operation was refused."""

from domain.kernel import Conflict, Invalid, NotFound


class ProductNotFound(NotFound):
    code = "product_not_found"
    text = "상품을 찾을 수 없습니다."


class BroadcastNotFound(NotFound):
    code = "broadcast_not_found"
    text = "방송을 찾을 수 없습니다."


class PageNotFound(BroadcastNotFound):
    """The same, said of a product's page, which is asked for by its broadcast."""

    text = ProductNotFound.text


class StreamNotFound(NotFound):
    code = "stream_not_found"
    text = "라이브 스트림 URL을 찾을 수 없습니다."


class SearchNotFound(NotFound):
    """Also said of another user's."""

    code = "search_not_found"
    text = "삭제할 검색 이력을 찾을 수 없습니다."


class IllegalMove(Conflict):
    code = "broadcast_illegal_move"
    text = "방송 상태를 그렇게 바꿀 수 없습니다."


class EndsBeforeStart(Invalid):
    code = "broadcast_ends_before_start"
    text = "방송 종료 시각은 시작 시각보다 뒤여야 합니다."
