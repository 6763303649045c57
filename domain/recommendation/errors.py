"""Why there is nothing to recommend."""

from domain.kernel import Invalid, NotFound


class IngredientsUnknown(NotFound):
    code = "recipe_not_found"
    text = "레시피를 찾을 수 없거나 식재료 정보가 없습니다."


class EntryNotFound(NotFound):
    code = "pantry_entry_not_found"
    text = "입력한 재료를 찾을 수 없습니다."


class QueryNotFound(NotFound):
    code = "query_not_found"
    text = "해당 검색 이력을 찾을 수 없습니다."


class ProductUnknown(NotFound):
    code = "product_not_found"
    text = "홈쇼핑 상품을 찾을 수 없습니다."


class NothingToRecommend(Invalid):
    """Nothing was asked that something could go with."""

    code = "nothing_to_recommend"
    text = "추천할 수 없습니다."


class NoUsableProduct(NothingToRecommend):
    """None of the ids given can be a product's."""

    code = "product_ids_invalid"
    text = "유효한 상품 ID가 없습니다."


class NothingToGoBy(NothingToRecommend):
    """The shopper neither likes nor means to buy anything."""

    code = "nothing_liked_or_in_cart"
    text = "찜하거나 장바구니에 담긴 상품이 없습니다."


class NoKeyword(NothingToRecommend):
    code = "no_keyword"
    text = "추천 키워드를 추출할 수 없습니다."
