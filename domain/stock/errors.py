"""Why a reservation was refused."""

from domain.kernel import Conflict, Sku


class SoldOut(Conflict):
    """Fewer are left than were asked for."""

    code = "sold_out"
    text = "재고가 부족합니다."

    def __init__(self, sku: Sku, available: int) -> None:
        left = f"남은 수량: {available}개" if available else "품절되었습니다"
        super().__init__(f"{self.text} {left}.")
        self.sku = sku
        self.available = available
