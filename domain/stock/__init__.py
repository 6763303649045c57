"""How many of each thing are left, so that nothing is promised twice."""

from domain.stock.errors import SoldOut
from domain.stock.events import ProductChanged, ProductPriced
from domain.stock.models import Level, StockMovement, StockRow
from domain.stock.schemas import ProductView
from domain.stock.service import adjust, dispatch, levels, release, reserve, stock_up, touch

__all__ = [
    "Level",
    "ProductChanged",
    "ProductPriced",
    "ProductView",
    "SoldOut",
    "StockMovement",
    "StockRow",
    "adjust",
    "dispatch",
    "levels",
    "release",
    "reserve",
    "stock_up",
    "touch",
]
