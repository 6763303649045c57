"""What is shown of whatever was found: each kind told alike."""

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain import homeshopping, kok, recipe
from domain.kernel import Session
from domain.recommendation.kinds import Item, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """An item as lists show it; prices in KRW, the rate in percent, none of them a recipe's.

    ``live_id`` and when it is on are those of the broadcast that shows the product now, else next,
    else did so lately.
    """

    item: Item
    title: str
    subtitle: str
    image: str
    price: int | None = None
    discount_rate: int | None = None
    discounted_price: int | None = None
    sold_out: bool = False
    live_id: int | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


async def cards(session: Session, items: Collection[Item]) -> Mapping[Item, Card]:
    """Return the cards of the items there are among these: a statement or two for each kind."""
    found: dict[Item, Card] = {}
    for kind, read in READERS.items():
        ids = [each.item_id for each in items if each.kind == kind]
        if ids:
            found |= {card.item: card for card in await read(session, ids)}
    return found


async def _recipes(session: Session, ids: Collection[int]) -> Iterator[Card]:
    found = await recipe.cards(session, ids)
    return (
        Card(
            item=Item("recipe", each.recipe_id),
            title=each.recipe_title or each.cooking_name,
            subtitle=each.cooking_name,
            image=each.thumbnail_url,
        )
        for each in found.values()
    )


async def _kok(session: Session, ids: Collection[int]) -> Iterator[Card]:
    found = await kok.offers(session, ids)
    return (
        Card(
            item=Item("kok", each.kok_product_id),
            title=each.name,
            subtitle=each.store_name,
            image=each.image,
            price=each.price,
            discount_rate=each.discount_rate,
            discounted_price=each.discounted_price or each.price,
            sold_out=bool(each.sold_out),
        )
        for each in found.values()
    )


async def _shown(session: Session, ids: Collection[int]) -> Iterator[Card]:
    found = await homeshopping.offers(session, ids)
    when = await homeshopping.showings(session, ids)
    return (_shown_card(each, when.get(each.product_id)) for each in found.values())


def _shown_card(offer: homeshopping.Offer, when: homeshopping.Showing | None) -> Card:
    return Card(
        item=Item("homeshopping", offer.product_id),
        title=offer.name,
        subtitle=offer.store_name,
        image=offer.image,
        price=offer.sale_price,
        discount_rate=offer.dc_rate,
        discounted_price=offer.dc_price or offer.sale_price,
        sold_out=offer.sold_out,
        live_id=when.live_id if when else None,
        starts_at=when.starts_at if when else None,
        ends_at=when.ends_at if when else None,
    )


READERS: Final[Mapping[Kind, Callable[[Session, Collection[int]], Awaitable[Iterator[Card]]]]] = {
    "recipe": _recipes,
    "kok": _kok,
    "homeshopping": _shown,
}
