"""Bring the demo shop into the databases through the domain's front doors, once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from demo.catalogue import (
    Catalogue,
    HsProduct,
    KokProduct,
    PlannedSlot,
    Seller,
    load_catalogue,
    plan_days,
    plan_week,
)
from demo.gallery import draw_pictures, picture_of
from domain import homeshopping, kok, recipe, user
from domain.kernel import Database, Session, business_day, mark_all_sent

DAYS: Final = 7
EVERYTHING: Final = 100_000
LIVE_URL: Final = "/static/media/live/index.m3u8"


@dataclass(frozen=True, slots=True)
class Shop:
    """Where the shop is loaded to; ``passwords`` hashes as logging in checks."""

    db: Database
    media: Path
    passwords: user.Passwords


async def load(shop: Shop, *, now: datetime) -> bool:
    """Load everything in one transaction; return whether that was necessary.

    A shop that is there is kept, and its schedule is continued to a week from now.
    """
    catalogue = load_catalogue()
    draw_pictures(catalogue, shop.media)
    async with shop.db.sessions.begin() as session:
        first = catalogue.accounts[0].email
        if await user.find(session, first) is not None:
            await _continue_schedule(session, catalogue, now)
            return False
        await _add_accounts(session, catalogue, shop.passwords, now=now)
        await _add_homeshopping(session, catalogue, now)
        for product in catalogue.kok_products:
            await kok.add_product(session, _kok(product), now=now)
        for each in catalogue.recipes:
            new = recipe.NewRecipe(
                **each.model_dump(exclude={"materials"}),
                thumbnail_url=picture_of(f"recipe-{each.recipe_id}"),
                materials=tuple(recipe.NewMaterial(**m.model_dump()) for m in each.materials),
            )
            await recipe.add_recipe(session, new, now=now)
        # What is on and what is over by now is so when the doors open.
        await homeshopping.start_due(session, now=now, limit=EVERYTHING)
        await mark_all_sent(session, now=now)
    return True


async def _add_accounts(
    session: Session, catalogue: Catalogue, passwords: user.Passwords, *, now: datetime
) -> None:
    for account in catalogue.accounts:
        await user.sign_up(
            session,
            email=account.email,
            username=account.username,
            password_hash=await passwords.hash(account.password),
            now=now,
        )


async def _add_homeshopping(session: Session, catalogue: Catalogue, now: datetime) -> None:
    for channel in catalogue.channels:
        await homeshopping.add_channel(
            session,
            homeshopping.NewChannel(
                homeshopping_id=channel.homeshopping_id,
                name=channel.name,
                channel=channel.number,
                live_url=f"{LIVE_URL}?channel={channel.homeshopping_id}",
                image=picture_of(f"channel-{channel.homeshopping_id}"),
            ),
        )
    for product in catalogue.hs_products:
        await homeshopping.add_product(session, _shown(product), now=now)
    for broadcast in _broadcasts(plan_week(catalogue.pattern, now)):
        await homeshopping.schedule(session, broadcast, now=now)


async def _continue_schedule(session: Session, catalogue: Catalogue, now: datetime) -> None:
    planned = await homeshopping.planned_until(session)
    days = plan_days(catalogue.pattern, business_day(now), DAYS)
    missing = [
        slot
        for slot in days
        if slot.ends_at > now and slot.starts_at >= planned[slot.homeshopping_id]
    ]
    for broadcast in _broadcasts(missing):
        await homeshopping.schedule(session, broadcast, now=now)


def _broadcasts(slots: Iterable[PlannedSlot]) -> Iterable[homeshopping.NewBroadcast]:
    for slot in slots:
        main, sub = homeshopping.Promotion.MAIN, homeshopping.Promotion.SUB
        for product_id in (slot.main, *slot.subs):
            yield homeshopping.NewBroadcast(
                homeshopping_id=slot.homeshopping_id,
                product_id=product_id,
                promotion_type=main if product_id == slot.main else sub,
                starts_at=slot.starts_at,
                ends_at=slot.ends_at,
            )


def _shown(product: HsProduct) -> homeshopping.NewProduct:
    image = picture_of(product.sku)
    return homeshopping.NewProduct(
        product_id=product.product_id,
        name=product.product_name,
        store_name=product.store_name,
        image=image,
        sale_price=product.sale_price,
        dc_rate=product.dc_rate,
        dc_price=product.dc_price,
        stock=product.stock,
        is_food=product.is_food,
        is_ingredient=product.is_ingredient,
        details=tuple(homeshopping.DetailInfo(**each.model_dump()) for each in product.details),
        images=(image,),
    )


def _kok(product: KokProduct) -> kok.NewKokProduct:
    image = picture_of(product.sku)
    stats = product.model_dump(include=set(kok.ReviewStats.model_fields))
    return kok.NewKokProduct(
        kok_product_id=product.kok_product_id,
        name=product.name,
        store_name=product.store_name,
        image=image,
        price=product.price,
        discount_rate=product.discount_rate,
        discounted_price=product.discounted_price,
        stock=product.stock,
        is_ingredient=product.is_ingredient,
        stats=kok.ReviewStats(**stats),
        seller=_seller(product.seller),
        details=tuple(
            kok.KokDetailInfo(kok_detail_col=each.detail_col, kok_detail_val=each.detail_val)
            for each in product.details
        ),
        images=(image,),
        reviews=tuple(
            kok.KokReview(
                nickname=each.nickname,
                score=each.score,
                date=each.date.isoformat(),
                text=each.text,
                price_eval=each.price_eval,
                delivery_eval=each.delivery_eval,
                taste_eval=each.taste_eval,
            )
            for each in product.reviews
        ),
    )


def _seller(seller: Seller) -> kok.SellerInfo:
    return kok.SellerInfo(
        kok_seller=seller.seller,
        kok_co_ceo=seller.co_ceo,
        kok_co_reg_no=seller.co_reg_no,
        kok_co_ec_reg=seller.co_ec_reg,
        kok_tell=seller.tell,
        kok_ver_item=seller.ver_item,
        kok_ver_date=seller.ver_date.isoformat(),
        kok_co_addr=seller.co_addr,
        kok_return_addr=seller.return_addr,
        kok_exchange_addr=seller.exchange_addr,
    )
