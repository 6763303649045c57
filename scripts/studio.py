"""The studio that the demo's clip shows, as SVG layers; coordinates in a 1360 x 764 picture."""

from typing import Final

from demo.pictures import subject

WIDTH: Final = 1360
HEIGHT: Final = 764
SCENE: Final = {"host": (170, 120), "arm": (330, 258), "product": (700, 190)}

_SKIN: Final = "#f6cfb0"
_SKIN_DEEP: Final = "#e8b48f"
_HAIR: Final = "#4a3530"


def _layer(body: str, *, width: int = WIDTH, height: int = HEIGHT, box: str = "") -> str:
    size = f'width="{width}" height="{height}" viewBox="{box or f"0 0 {width} {height}"}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{body}</svg>'


def _shelf(x: int, y: int) -> str:
    jars = "".join(
        f'<rect x="{x + dx}" y="{y - tall}" width="{wide}" height="{tall}" rx="10" fill="{fill}"/>'
        f'<rect x="{x + dx + 4}" y="{y - tall - 10}" width="{wide - 8}" height="14" rx="5"'
        ' fill="#c79a6b"/>'
        for dx, wide, tall, fill in (
            (20, 44, 62, "#e9c3a6"),
            (74, 36, 46, "#b9cdb4"),
            (168, 50, 54, "#f0dcc0"),
        )
    )
    plant = "".join(
        f'<path d="M{x + 138} {y - 34}q{dx}-40 {dx * 2}-66q-8 50-{dx} 66z" fill="{fill}"/>'
        for dx, fill in ((-22, "#6f9c6b"), (-6, "#87b37c"), (14, "#7aa874"))
    )
    pot = f'<path d="M{x + 118} {y - 36}h40l-6 36h-28z" fill="#d98f6a"/>'
    return (
        f'<rect x="{x}" y="{y}" width="240" height="14" rx="7" fill="#c99b6d"/>{jars}{plant}{pot}'
    )


_WALL: Final = (
    '<defs><linearGradient id="w" x2="0" y2="1"><stop stop-color="#f8ebdf"/>'
    '<stop offset="1" stop-color="#efd2bd"/></linearGradient>'
    '<radialGradient id="s"><stop stop-color="#fff8ee" stop-opacity=".95"/>'
    '<stop offset="1" stop-color="#fff3e2" stop-opacity="0"/></radialGradient></defs>'
    f'<rect width="{WIDTH}" height="{HEIGHT}" fill="url(#w)"/>'
    '<path d="M640 640V330a300 300 0 0 1 600 0v310z" fill="#f6dcc8"/>'
    '<path d="M676 640V336a264 264 0 0 1 528 0v304z" fill="#fbeadb"/>'
    '<circle cx="940" cy="360" r="330" fill="url(#s)"/>'
    + _shelf(60, 250)
    + _shelf(420, 190)
    + "".join(
        f'<path d="M{x} 0v{drop}" stroke="#8a6a55" stroke-width="4"/>'
        f'<path d="M{x - 46} {drop + 46}a46 46 0 0 1 92 0z" fill="{fill}"/>'
        f'<circle cx="{x}" cy="{drop + 50}" r="13" fill="#fff3c9"/>'
        for x, drop, fill in ((790, 60, "#d97b5c"), (1100, 34, "#8fb0a0"))
    )
)

_LIGHTS: Final = "".join(
    f'<circle cx="{x}" cy="{y}" r="{r}" fill="#fffaf0" opacity="{alpha}"/>'
    for x, y, r, alpha in (
        (120, 420, 40, 0.16),
        (330, 90, 26, 0.2),
        (600, 430, 54, 0.13),
        (690, 120, 20, 0.25),
        (1180, 210, 44, 0.16),
        (1290, 430, 60, 0.13),
        (1010, 150, 16, 0.3),
        (880, 520, 24, 0.18),
    )
)

_COUNTER: Final = (
    '<rect y="596" width="1360" height="40" fill="#d9a877"/>'
    '<rect y="622" width="1360" height="142" fill="#c38d5c"/>'
    '<path d="M0 660h1360M0 712h1360" stroke="#b57f50" stroke-width="4"/>'
    '<ellipse cx="940" cy="598" rx="262" ry="40" fill="#9a6d47" opacity=".35"/>'
    '<path d="M700 560h480v26a240 34 0 0 1-480 0z" fill="#f3ece4"/>'
    '<ellipse cx="940" cy="560" rx="240" ry="40" fill="#fffdf9"/>'
    '<ellipse cx="940" cy="558" rx="196" ry="29" fill="#f4ebe0"/>'
    '<ellipse cx="150" cy="606" rx="92" ry="17" fill="#9a6d47" opacity=".35"/>'
    '<path d="M78 540h144l-16 64h-112z" fill="#f7f1e8"/>'
    '<circle cx="116" cy="524" r="28" fill="#e2634f"/>'
    '<circle cx="160" cy="514" r="32" fill="#f0a04b"/>'
    '<circle cx="196" cy="528" r="24" fill="#a9c95c"/>'
)

_BODY: Final = (
    f'<rect x="176" y="236" width="56" height="80" rx="24" fill="{_SKIN_DEEP}"/>'
    '<path d="M40 520C36 380 84 304 176 290q28 26 56 0C324 304 372 380 368 520z" fill="#fdfaf5"/>'
    '<path d="M128 330l20 70h112l20-70c16 40 26 110 26 190H102c0-80 10-150 26-190z"'
    ' fill="#d9674f"/>'
    '<path d="M128 330l-14-34M280 330l14-34" stroke="#d9674f" stroke-width="16"/>'
    '<rect x="164" y="440" width="80" height="46" rx="12" fill="#c4553f"/>'
    f'<path d="M58 380C44 430 60 500 104 520" stroke="{_SKIN}" stroke-width="0" fill="none"/>'
    '<path d="M70 372C40 430 50 500 96 516" stroke="#f3ece2" stroke-width="54" fill="none"'
    ' stroke-linecap="round"/>'
)

_HEAD: Final = (
    f'<path d="M104 150c-10-96 46-140 100-140s110 44 100 140c-2 60-12 104-30 118H134'
    f'c-18-14-28-58-30-118z" fill="{_HAIR}"/>'
    f'<ellipse cx="204" cy="168" rx="80" ry="92" fill="{_SKIN}"/>'
    f'<path d="M118 150c4-70 60-96 110-78 40 10 62 40 62 80-40-2-84-18-104-48-12 26-38 42-68 46z"'
    f' fill="{_HAIR}"/>'
    '<circle cx="170" cy="172" r="9" fill="#3a2b28"/>'
    '<circle cx="238" cy="172" r="9" fill="#3a2b28"/>'
    '<circle cx="173" cy="169" r="3" fill="#fff"/><circle cx="241" cy="169" r="3" fill="#fff"/>'
    f'<path d="M154 148q16-10 32-2M222 146q16-8 32 2" stroke="{_HAIR}" stroke-width="6" fill="none"'
    ' stroke-linecap="round"/>'
    '<ellipse cx="148" cy="204" rx="19" ry="12" fill="#f3a58d" opacity=".6"/>'
    '<ellipse cx="260" cy="204" rx="19" ry="12" fill="#f3a58d" opacity=".6"/>'
    '<path d="M178 218q26 24 52 0" stroke="#b3503f" stroke-width="7" fill="none"'
    ' stroke-linecap="round"/>'
    '<circle cx="286" cy="196" r="7" fill="#f0c75e"/>'
    '<circle cx="122" cy="196" r="7" fill="#f0c75e"/>'
)

_ARM: Final = (
    '<path d="M190 190C240 230 280 220 316 180" stroke="#f3ece2" stroke-width="58" fill="none"'
    ' stroke-linecap="round"/>'
    f'<path d="M312 184L348 134" stroke="{_SKIN}" stroke-width="36" stroke-linecap="round"/>'
    f'<path d="M348 138l44-22M350 130l34-44M344 126l8-48" stroke="{_SKIN}" stroke-width="17"'
    ' stroke-linecap="round"/>'
)

LAYERS: Final = {
    "wall": _layer(_WALL),
    "lights": _layer(_LIGHTS),
    "body": _layer(_BODY, width=408, height=520),
    "head": _layer(_HEAD, width=408, height=520),
    "mouth": _layer(
        '<path d="M175 215q29 50 58 0z" fill="#9c3d33" stroke="#9c3d33" stroke-width="7"'
        ' stroke-linejoin="round"/><path d="M192 232q12 10 24 0q-12-8-24 0z" fill="#f08d7c"/>',
        width=408,
        height=520,
    ),
    "lids": _layer(
        f'<circle cx="170" cy="172" r="11" fill="{_SKIN}"/><circle cx="238" cy="172" r="11"'
        f' fill="{_SKIN}"/><path d="M160 174h20M228 174h20" stroke="{_HAIR}" stroke-width="5"'
        ' stroke-linecap="round"/>',
        width=408,
        height=520,
    ),
    "counter": _layer(_COUNTER),
    "arm": _layer(_ARM, width=400, height=400),
}

PRODUCTS: Final = {
    f"product{n}": _layer(subject(name, category, 1), width=480, height=480, box="0 0 600 600")
    for n, (name, category) in enumerate(
        (("꿀사과", "사과"), ("얼큰한 육개장", "국탕"), ("설향 딸기", "딸기"))
    )
}
