"""Pictures of what the demo shop sells, drawn as small SVG files; the same seed draws the same."""

from collections.abc import Callable
from random import Random
from typing import Final

from demo.pictures.canvas import SIZE, circle
from demo.pictures.dishes import DISHES
from demo.pictures.marks import logo
from demo.pictures.motifs import MOTIFS

__all__ = ["dish", "logo", "picture", "subject"]

BACKDROPS: Final = (
    ("#fdf1e3", "#f9dcc0"),
    ("#fdeeea", "#f8d3cb"),
    ("#f2f5e4", "#dbe6bf"),
    ("#e8f3ee", "#c6e0d4"),
    ("#e9f2f8", "#c8dfee"),
    ("#f1eef8", "#d9d2ec"),
    ("#fbf3dc", "#f5e0a9"),
    ("#f6f0ea", "#e4d6c6"),
)


def picture(name: str, category: str, seed: int) -> str:
    """Draw a product as a 600 x 600 SVG document; what the name says beats the category."""
    return _sheet(subject(name, category, seed), name, seed)


def subject(name: str, category: str, seed: int) -> str:
    """Draw a product without its sheet, for other drawings. Raises KeyError for a new category."""
    usual, by_word = MOTIFS[category]
    return _drawn(next((draw for word, draw in by_word if word in name), usual), seed)


def dish(name: str, category: str, seed: int) -> str:
    """Draw a recipe's dish, as ``picture`` does. Raises KeyError for a new category."""
    usual, by_word = DISHES[category]
    draw = next((draw for word, draw in by_word if word in name), usual)
    return _sheet(_drawn(draw, seed), name, seed)


def _drawn(draw: Callable[[Random], str], seed: int) -> str:
    return draw(Random(seed))  # noqa: S311 - it chooses colours


def _sheet(body: str, title: str, seed: int) -> str:
    light, deep = BACKDROPS[seed * 5 % len(BACKDROPS)]
    label = title.replace("&", "&amp;").replace("<", "&lt;")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" role="img">'
        f"<title>{label}</title>"
        f'<linearGradient id="b{seed}" x2="0.4" y2="1"><stop stop-color="{light}"/>'
        f'<stop offset="1" stop-color="{deep}"/></linearGradient>'
        f'<rect width="{SIZE}" height="{SIZE}" fill="url(#b{seed})"/>'
        + circle((300, 300), 236, "#ffffff", opacity=0.42)
        + f'<g transform="translate(300 304) scale(0.94) translate(-300 -300)">{body}</g></svg>'
    )
