"""Why an order operation was refused."""

from domain.kernel import Conflict, Invalid, NotFound
from domain.order.states import OrderStatus


class OrderNotFound(NotFound):
    """Also said of another buyer's order: whether it exists is not theirs to know."""

    code = "order_not_found"
    text = "주문 내역이 없습니다."


class KokOrderNotFound(OrderNotFound):
    code = "kok_order_not_found"
    text = "해당 콕 주문을 찾을 수 없습니다."


class HomeshoppingOrderNotFound(OrderNotFound):
    code = "homeshopping_order_not_found"
    text = "해당 홈쇼핑 주문을 찾을 수 없습니다."


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


class StatusUnknown(Invalid):
    """No status has this code."""

    code = "order_status_unknown"
    text = "상태 코드를 찾을 수 없습니다"

    def __init__(self, status_code: str) -> None:
        super().__init__(f"상태 코드 '{status_code}'를 찾을 수 없습니다")
        self.status_code = status_code


class NotPaid(Conflict):
    """Only a paid order goes on by itself."""

    code = "order_not_paid"
    text = "결제 완료 상태가 아닙니다."

    def __init__(self, status: OrderStatus) -> None:
        super().__init__(f"{self.text} 현재 상태: {status.label} ({status})")
        self.status = status
