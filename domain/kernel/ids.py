"""Identifiers that cannot be mixed up; the earlier API made them integers."""

from typing import NewType

UserId = NewType("UserId", int)
LiveId = NewType("LiveId", int)
OrderId = NewType("OrderId", int)
Sku = NewType("Sku", str)
