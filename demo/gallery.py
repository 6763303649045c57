"""The demo shop's pictures as files, one per thing that is shown."""

from collections.abc import Iterator
from pathlib import Path

from demo.catalogue import Catalogue
from demo.pictures import dish, logo, picture


def picture_of(name: str) -> str:
    """Return where the picture is served.

    Without an extension, because proxies in front of the earlier web client guess from one.
    """
    return f"/api/media/{name}"


def draw_pictures(catalogue: Catalogue, folder: Path) -> None:
    """Write every picture that is not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    there = {file.stem for file in folder.glob("*.svg")}
    for name, draw in _pictures(catalogue):
        if name not in there:
            (folder / f"{name}.svg").write_text(draw, encoding="utf-8")


def _pictures(catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    for channel in catalogue.channels:
        number = channel.homeshopping_id
        yield f"channel-{number}", logo(channel.name, channel.tint, number)
    for shown in catalogue.hs_products:
        yield shown.sku, picture(shown.product_name, shown.category, shown.product_id)
    for sold in catalogue.kok_products:
        yield sold.sku, picture(sold.name, sold.category, sold.kok_product_id)
    for each in catalogue.recipes:
        kind = each.cooking_category_name
        yield f"recipe-{each.recipe_id}", dish(each.cooking_name, kind, each.recipe_id)
