"""Channel logos: a word mark in a rounded tile of the channel's colour."""

from typing import Final

from demo.pictures.canvas import WHITE, circle, path, placed, rect, stroke

_TILE: Final = 320
_FONT: Final = "Pretendard, 'Noto Sans KR', 'Apple SD Gothic Neo', 'Malgun Gothic', sans-serif"
_EMBLEMS: Final = (
    circle((0, 0), 40, WHITE) + path("M-74 34C-40 4 40 4 74 34V64H-74Z", WHITE, opacity=0.55),
    circle((0, 6), 34, WHITE)
    + "".join(
        placed(rect((-6, -68), (12, 24), WHITE, rx=6), (0, 6), turn=n * 45) for n in range(8)
    ),
    "".join(circle((x, y), 32, WHITE, opacity=0.72) for x, y in ((-26, 14), (26, 14), (0, -26))),
    path("M0 60C-70 20-60-50 0-62C60-50 70 20 0 60Z", WHITE)
    + stroke("M0 56V-30M0 20L-24-4M0 6L24-18", "#00000033", 7),
    path("M0 58C-92-8-50-76 0-34C50-76 92-8 0 58Z", WHITE),
    path("M34 44A62 62 0 1 1 4-62A50 50 0 0 0 34 44Z", WHITE) + circle((52, -36), 9, WHITE),
    path("M-66-46H66L52 56H-52Z", WHITE) + stroke("M-30-40C-30-84 30-84 30-40", WHITE, 12),
    path("M0-66L19-20L68-17L30 14L43 62L0 35L-43 62L-30 14L-68-17L-19-20Z", WHITE),
)


def logo(name: str, tint: str, seed: int) -> str:
    """Draw a channel's logo as a 320 x 320 SVG document; ``tint`` is a ``#rrggbb`` colour."""
    emblem = _EMBLEMS[(seed - 1) % len(_EMBLEMS)]
    size = 54 if len(name) <= 5 else 38
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_TILE} {_TILE}" role="img">'
        f"<title>{name}</title>"
        + rect((0, 0), (_TILE, _TILE), tint, rx=72)
        + path(
            "M0 210C90 160 220 290 320 200V248A72 72 0 0 1 248 320H72A72 72 0 0 1 0 248Z",
            "#00000018",
        )
        + path(
            "M72 0H248A72 72 0 0 1 320 72V90C220 30 110 130 0 74V72A72 72 0 0 1 72 0Z", "#ffffff1f"
        )
        + placed(emblem, (160, 112), scale=0.92)
        + f'<text x="160" y="246" text-anchor="middle" font-family="{_FONT}" font-weight="800"'
        f' font-size="{size}" letter-spacing="-1.5" fill="{WHITE}">{name}</text></svg>'
    )
