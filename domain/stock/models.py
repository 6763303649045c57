"""The shelf: what is there, what is promised, and how it came to be so."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel import Base, BigId, Sku, View


class StockRow(Base):
    """One sellable thing; ``available`` is what may still be promised."""

    __tablename__ = "stock"
    __table_args__ = (
        CheckConstraint("reserved >= 0 AND reserved <= on_hand", name="never_oversold"),
    )

    sku: Mapped[Sku] = mapped_column(String(40), primary_key=True)
    on_hand: Mapped[int]
    reserved: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)

    @property
    def available(self) -> int:
        """Return how many may still be promised."""
        return self.on_hand - self.reserved


class StockMovement(Base):
    """One line of the shelf's ledger; never changed, never deleted."""

    __tablename__ = "stock_movements"
    __table_args__ = (Index(None, "sku", "id"), Index(None, "order_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    sku: Mapped[str] = mapped_column(String(40))
    on_hand_change: Mapped[int]
    reserved_change: Mapped[int]
    reason: Mapped[str] = mapped_column(String(20))
    order_id: Mapped[int | None] = mapped_column(BigId)
    at: Mapped[datetime]


# The tables as such, for statements that neither need entities nor make any.
STOCK, MOVEMENTS = (Base.metadata.tables[each.__tablename__] for each in (StockRow, StockMovement))


class Level(View):
    """How many of a thing may still be promised, as of ``version``."""

    sku: Sku
    available: int
    version: int
