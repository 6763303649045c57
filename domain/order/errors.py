"""Why an order operation was refused."""

from domain.kernel import Conflict, Invalid, NotFound


class OrderNotFound(NotFound):
    """Also said of another buyer's order: whether it exists is not theirs to know."""

    code = "order_not_found"
    text = "주문 내역이 없습니다."


class IllegalMove(Conflict):
    code = "order_illegal_move"
    text = "현재 주문 상태에서는 처리할 수 없습니다."


class NothingSelected(Invalid):
    code = "nothing_selected"
    text = "선택된 항목이 없습니다."


class SelectionGone(Invalid):
    code = "selection_gone"
    text = (
        "선택한 장바구니 항목이 존재하지 않거나 이미 삭제되었습니다. 장바구니를 다시 확인해주세요."
    )
