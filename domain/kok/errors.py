"""Why a kok operation was refused."""

from domain.kernel import Invalid, NotFound


class KokProductNotFound(NotFound):
    code = "kok_product_not_found"
    text = "상품이 존재하지 않습니다."


class CartItemNotFound(NotFound):
    code = "cart_item_not_found"
    text = "장바구니 항목을 찾을 수 없습니다."


class KokSearchNotFound(NotFound):
    code = "kok_search_not_found"
    text = "해당 검색 이력을 찾을 수 없습니다."


class TooManyInCart(Invalid):
    code = "cart_quantity_limit"
    text = "한 상품은 99개까지 담을 수 있습니다."
