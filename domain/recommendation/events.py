"""What can happen to somebody's recommendations."""

from typing import ClassVar

from domain.homeshopping import OfferView
from domain.kernel import Event, View
from domain.recommendation.reasons import Reason


class GoesWith(View):
    """A kok product that somebody likes or has in the cart."""

    kok_product_id: int
    name: str


class RecommendationReady(Event):
    """Something on air now goes with what the user likes or has in the cart."""

    kind: ClassVar[str] = "recommendation.ready"

    user_id: int
    live_id: int
    product: OfferView
    goes_with: GoesWith
    reason: Reason
    version: int  # how often the user was told something so far

    @property
    def subject(self) -> str:
        return f"recommendation/{self.live_id}"

    @property
    def topics(self) -> tuple[str, ...]:
        return (f"user:{self.user_id}",)
