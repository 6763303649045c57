"""The demo shop as data: every file under ``demo/data`` parsed, and checked against the others."""

import csv
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final, Self, TypeVar

import yaml
from pydantic import model_validator

from demo.programme import Pattern, PlannedSlot, Record, plan_days, plan_week
from demo.rows import (
    Account,
    Channel,
    Detail,
    HsProduct,
    KokProduct,
    Material,
    Recipe,
    Review,
    Seller,
)

__all__ = [
    "Account",
    "Catalogue",
    "Channel",
    "Detail",
    "HsProduct",
    "KokProduct",
    "Material",
    "Pattern",
    "PlannedSlot",
    "Recipe",
    "Review",
    "Seller",
    "load_catalogue",
    "plan_days",
    "plan_week",
]

DATA: Final = Path(__file__).parent / "data"

Row = dict[str, str]
Id = TypeVar("Id", int, str)


class Catalogue(Record):
    """The whole shop; every reference in it resolves."""

    channels: tuple[Channel, ...]
    hs_products: tuple[HsProduct, ...]
    kok_products: tuple[KokProduct, ...]
    recipes: tuple[Recipe, ...]
    accounts: tuple[Account, ...]
    pattern: Pattern

    @model_validator(mode="after")
    def _references_resolve(self) -> Self:
        products = _unique("product", (p.product_id for p in self.hs_products))
        channels = _unique("channel", (c.homeshopping_id for c in self.channels))
        _unique("kok product", (p.kok_product_id for p in self.kok_products))
        _unique("recipe", (r.recipe_id for r in self.recipes))
        _unique("account", (a.email for a in self.accounts))
        if stray := self.pattern.product_ids - products:
            raise ValueError(f"the programme shows unknown products {sorted(stray)}")
        if set(self.pattern.channels) != channels:
            raise ValueError("the programme and the channels do not match")
        return self


@cache
def load_catalogue(data: Path = DATA) -> Catalogue:
    """Read the demo shop. Raises pydantic.ValidationError when a file contradicts another."""
    sellers = {row["store_name"]: row for row in _rows(data / "kok_sellers.csv")}
    hs_details = _grouped(data / "hs_details.csv", by="product_id")
    kok_details = _grouped(data / "kok_details.csv", by="kok_product_id")
    reviews: dict[str, list[Row]] = defaultdict(list)
    for row in _rows(data / "kok_reviews.csv"):
        reviews[row["kok_product_id"]].append(row)
    hs = [
        {**row, "details": hs_details[row["product_id"]]} for row in _rows(data / "hs_products.csv")
    ]
    kok = [
        {
            **row,
            "seller": sellers[row["store_name"]],
            "details": kok_details[row["kok_product_id"]],
            "reviews": reviews[row["kok_product_id"]],
        }
        for row in _rows(data / "kok_products.csv")
    ]
    return Catalogue.model_validate(
        {
            "channels": _yaml(data / "channels.yaml"),
            "hs_products": hs,
            "kok_products": kok,
            "recipes": _yaml(data / "recipes.yaml"),
            "accounts": _yaml(data / "accounts.yaml"),
            "pattern": _yaml(data / "schedule.yaml"),
        }
    )


def _unique(noun: str, ids: Iterable[Id]) -> set[Id]:
    found: set[Id] = set()
    for id_ in ids:
        if id_ in found:
            raise ValueError(f"{noun} {id_} appears twice")
        found.add(id_)
    return found


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _grouped(path: Path, *, by: str) -> dict[str, list[Row]]:
    """Read rows that belong to a parent, without the column that says to whom."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in _rows(path):
        groups[row.pop(by)].append(row)
    return groups


def _yaml(path: Path) -> object:
    # libyaml reads the programme ten times faster; the pure loader is there where it is not.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), loader)  # noqa: S506 - both are safe loaders
