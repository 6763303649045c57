"""The few SVG shapes that every picture is drawn from; coordinates are those of a "
"600 x 600 sheet."""

from typing import Final

Point = tuple[float, float]

SIZE: Final = 600
WHITE: Final = "#ffffff"
SHADE: Final = "#3b2f2f"
LEAF: Final = "#6fae5b"
DEEP_LEAF: Final = "#4c8a4a"


def circle(at: Point, r: float, fill: str, **more: float | str) -> str:
    """Draw a disc around ``at``."""
    return f'<circle cx="{at[0]:g}" cy="{at[1]:g}" r="{r:g}" fill="{fill}"{_attributes(more)}/>'


def ellipse(at: Point, radii: Point, fill: str, **more: float | str) -> str:
    """Draw an ellipse around ``at``."""
    shape = f'cx="{at[0]:g}" cy="{at[1]:g}" rx="{radii[0]:g}" ry="{radii[1]:g}"'
    return f'<ellipse {shape} fill="{fill}"{_attributes(more)}/>'


def rect(at: Point, size: Point, fill: str, **more: float | str) -> str:
    """Draw a box whose upper left corner is ``at``."""
    shape = f'x="{at[0]:g}" y="{at[1]:g}" width="{size[0]:g}" height="{size[1]:g}"'
    return f'<rect {shape} fill="{fill}"{_attributes(more)}/>'


def path(d: str, fill: str, **more: float | str) -> str:
    """Fill a path."""
    return f'<path d="{d}" fill="{fill}"{_attributes(more)}/>'


def stroke(d: str, color: str, width: float, **more: float | str) -> str:
    """Draw along a path with a round pen."""
    pen = f'stroke="{color}" stroke-width="{width:g}" stroke-linecap="round"'
    return f'<path d="{d}" fill="none" {pen} stroke-linejoin="round"{_attributes(more)}/>'


def placed(body: str, at: Point, *, scale: float = 1, turn: float = 0) -> str:
    """Draw ``body``, which was drawn around the origin, around ``at``."""
    steps = [f"translate({at[0]:g} {at[1]:g})"]
    if turn:
        steps.append(f"rotate({turn:g})")
    if scale != 1:
        steps.append(f"scale({scale:g})")
    return f'<g transform="{" ".join(steps)}">{body}</g>'


def ground(width: float = 170, y: float = 470) -> str:
    """Draw the soft shadow that a thing standing at ``y`` throws."""
    return ellipse((300, y), (width, width * 0.13), SHADE, opacity=0.13)


def leaf(at: Point, *, turn: float = 0, scale: float = 1, fill: str = LEAF) -> str:
    """Draw a leaf that grows from ``at``."""
    blade = path("M0 0C8-34 44-52 84-46C78-10 40 14 0 0Z", fill)
    vein = stroke("M6-3C28-14 50-28 74-40", DEEP_LEAF, 3, opacity=0.55)
    return placed(blade + vein, at, scale=scale, turn=turn)


def steam(*columns: float, y: float = 190) -> str:
    """Draw a wisp of steam above each of the given columns."""
    return "".join(
        stroke(f"M{x:g} {y:g}c-18-24 18-38 0-66c-12-20 6-34 4-44", WHITE, 11, opacity=0.75)
        for x in columns
    )


def shine(at: Point, radii: Point, *, turn: float = 0, opacity: float = 0.4) -> str:
    """Draw the light on a glossy thing."""
    return placed(ellipse((0, 0), radii, WHITE, opacity=opacity), at, turn=turn)


def plate(y: float = 420, width: float = 210) -> str:
    """Draw a plate seen from a little above."""
    return (
        ground(width * 0.86, y + 46)
        + ellipse((300, y + 12), (width, width * 0.33), "#d9d4cc")
        + ellipse((300, y), (width, width * 0.33), "#fbfaf7")
        + ellipse((300, y - 2), (width * 0.74, width * 0.22), "#efece6")
    )


def bowl(fill: str, inside: str, *, rim: str = WHITE) -> str:
    """Draw a round bowl, its rim around (300, 300), filled with one colour."""
    return (
        ground(140, 478)
        + path("M110 300C112 420 200 478 300 478S488 420 490 300Z", fill)
        + path("M300 478C200 478 112 420 110 300H170C176 400 230 470 300 478Z", WHITE, opacity=0.18)
        + ellipse((300, 300), (190, 62), rim)
        + ellipse((300, 302), (172, 52), inside)
    )


def cutting_board() -> str:
    """Draw a wooden board seen from a little above."""
    return (
        ground(215, 478)
        + rect((86, 372), (428, 98), "#c08d58", rx=30)
        + rect((86, 362), (428, 90), "#d9a871", rx=30)
        + stroke("M130 392H250M300 414H440", "#c4935c", 5)
        + circle((476, 406), 11, "#b98551")
    )


def _attributes(more: dict[str, float | str]) -> str:
    return "".join(f' {name.replace("_", "-")}="{value}"' for name, value in more.items())
