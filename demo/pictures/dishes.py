"""Which drawing a recipe's dish gets: by its kind, unless a word in its name knows better."""

from collections.abc import Callable
from random import Random
from typing import Final

from demo.pictures import meals, sea
from demo.pictures.canvas import (
    DEEP_LEAF,
    LEAF,
    WHITE,
    bowl,
    circle,
    ellipse,
    leaf,
    path,
    placed,
    plate,
    rect,
    steam,
    stroke,
)

Draw = Callable[[Random], str]
Motif = tuple[Draw, tuple[tuple[str, Draw], ...]]


def stir_fry(dice: Random) -> str:
    tones = dice.choice(
        [
            ("#b5543a", "#c96a45", "#9c4630"),
            ("#8a5a3a", "#a06c45", "#75492e"),
            ("#d98a3e", "#e6a04f", "#c47630"),
        ]
    )
    pieces = "".join(
        placed(
            path("M-44 0C-40-30 34-34 46-8C34 20-30 24-44 0Z", tones[n % 3])
            + stroke("M-26-8C-6-16 12-16 28-10", "#f3c9a0", 4),
            (190 + (n * 61) % 224, 300 + (n * 37) % 94),
            turn=dice.randint(-40, 40),
        )
        for n in range(13)
    )
    greens = "".join(
        rect(
            (0, 0),
            (34, 9),
            fill,
            rx=4,
            transform=f"translate({x} {y}) rotate({dice.randint(0, 90)})",
        )
        for x, y, fill in (
            (220, 340, LEAF),
            (300, 320, "#f2e7c4"),
            (370, 350, LEAF),
            (330, 390, DEEP_LEAF),
            (250, 386, "#f2e7c4"),
        )
    )
    sesame = "".join(
        ellipse((200 + n * 34, 336 + (n * 23) % 54), (4, 3), "#fbeec6") for n in range(7)
    )
    return plate(410, 220) + pieces + greens + sesame + steam(240, 300, 360, y=286)


def pancake(_: Random) -> str:
    bits = "".join(
        rect((0, 0), (width, 13), fill, rx=6, transform=f"translate({x} {y}) rotate({turn})")
        for x, y, width, fill, turn in (
            (190, 350, 80, LEAF, -12),
            (270, 330, 90, LEAF, 8),
            (330, 360, 86, DEEP_LEAF, -6),
            (230, 390, 90, LEAF, 4),
            (340, 396, 70, LEAF, 14),
            (210, 370, 40, "#d8523c", 10),
            (310, 342, 36, "#d8523c", -14),
            (386, 372, 36, "#f3b49a", 6),
            (280, 404, 40, "#f3b49a", 0),
        )
    )
    return (
        plate(412, 220)
        + path(
            (
                "M128 372C130 318 220 296 306 298C400 298 474 330 470 380"
                "C464 424 380 440 296 438C208 436 128 422 128 372Z"
            ),
            "#d79b45",
        )
        + path(
            (
                "M142 366C148 322 226 304 306 306C392 306 458 334 456 374"
                "C450 412 376 426 298 424C214 422 142 410 142 366Z"
            ),
            "#f0c873",
        )
        + bits
    )


def namul(dice: Random) -> str:
    strands = "".join(
        stroke(
            (
                f"M{186 + (n * 43) % 150} "
                f"{300 + (n * 17) % 34}c{dice.randint(10, 40)}-{dice.randint(30, 60)} "
                f"{dice.randint(50, 80)}-{dice.randint(10, 40)} {dice.randint(80, 110)} "
                f"{dice.randint(-8, 16)}"
            ),
            (LEAF, DEEP_LEAF, "#8fc46a", "#eef0c8")[n % 4],
            9,
        )
        for n in range(16)
    )
    dots = "".join(
        ellipse((220 + n * 30, 262 + (n * 19) % 44), (5, 4), "#fbeec6") for n in range(6)
    ) + "".join(circle((240 + n * 50, 280 - (n % 2) * 20), 6, "#dd563f") for n in range(4))
    return bowl("#c9b391", "#dccfae", rim="#f2e9d8") + strands + dots


def mixed_rice(_: Random) -> str:
    wedges = ("#7fb35f", "#f2d9a2", "#e88a45", "#a9653f", "#f4efd9", "#5f8f56")
    tops = "".join(
        placed(
            ellipse((0, -30), (50, 25), fill)
            + stroke("M-30-34C-10-44 10-44 30-34M-26-22C-6-30 12-30 28-22", WHITE, 4, opacity=0.4),
            (300 + dx, 298 + dy),
        )
        for fill, (dx, dy) in zip(
            wedges, ((-100, 10), (-44, -12), (44, -12), (102, 10), (-52, 48), (54, 48)), strict=True
        )
    )
    egg = (
        ellipse((300, 288), (60, 38), WHITE)
        + ellipse((300, 284), (28, 21), "#f6b53a")
        + ellipse((292, 278), (9, 5), WHITE, opacity=0.7)
    )
    return bowl("#5a4c42", "#fbf7ea", rim="#4b4038") + tops + egg


def fried_rice(dice: Random) -> str:
    bits = "".join(
        rect(
            (0, 0),
            (17, 13),
            ("#e8763f", LEAF, "#f3b7a0", "#f6d36a")[n % 4],
            rx=5,
            transform=(
                f"translate({206 + (n * 53) % 190} {276 + (n * 31) % 96}) "
                f"rotate({dice.randint(0, 80)})"
            ),
        )
        for n in range(20)
    )
    return (
        plate(410, 220)
        + path(
            "M150 396C160 300 230 240 300 240S440 300 450 396C400 428 200 428 150 396Z", "#f3e2b6"
        )
        + path(
            "M450 396C440 300 370 240 300 240C350 290 380 350 370 416C406 412 434 406 450 396Z",
            "#d9bd83",
            opacity=0.5,
        )
        + bits
        + steam(250, 340, y=226)
    )


def porridge(dice: Random) -> str:
    fill = dice.choice(["#f6e7c2", "#f3d48e"])
    return (
        bowl("#7d9a8e", fill, rim="#eef2ec")
        + stroke("M210 300C240 280 270 316 300 296S360 280 392 304", WHITE, 9, opacity=0.6)
        + circle((300, 290), 17, "#f0a33c")
        + "".join(
            rect((x, y), (22, 7), LEAF, rx=3) for x, y in ((246, 276), (336, 318), (356, 276))
        )
        + steam(250, 310, 366, y=214)
    )


def grilled(dice: Random) -> str:
    return (
        plate(420, 225)
        + placed(sea.fish(dice), (60, 116), scale=0.8).replace("#eaf5f8", "#f4d24f")
        + circle((452, 372), 34, "#f5d24c")
        + circle((452, 372), 26, "#fbe891")
        + leaf((150, 388), turn=-160, scale=0.6)
    )


def salad(_: Random) -> str:
    leaves = "".join(
        leaf((300, 300), turn=turn, scale=1.7, fill=fill)
        for turn, fill in (
            (-170, LEAF),
            (-130, DEEP_LEAF),
            (-90, "#8fc46a"),
            (-50, LEAF),
            (-10, DEEP_LEAF),
        )
    )
    return (
        bowl("#e9dfcf", "#cfe0ae", rim="#f7f1e6")
        + leaves
        + "".join(
            circle(at, 24, "#e2503c") + circle((at[0] - 7, at[1] - 7), 6, WHITE, opacity=0.6)
            for at in ((226, 290), (300, 262), (374, 292))
        )
        + "".join(rect((x, y), (64, 26), "#f5dcc3", rx=12) for x, y in ((250, 306), (322, 310)))
    )


def sandwich(_: Random) -> str:
    half = path("M-150 90L0-120L150 90Z", "#e3b270") + path("M-126 80L0-96L126 80Z", "#fbf0d6")
    layers = (
        path("M-150 90H150V116C100 132 60 108 0 124S-110 130-150 116Z", "#8fc46a")
        + rect((-148, 112), (296, 26), "#f08a3c", rx=13)
        + rect((-148, 132), (296, 22), "#f9dc83", rx=11)
        + rect((-152, 150), (304, 38), "#d9a05a", rx=16)
    )
    return plate(430, 215) + placed(half + layers, (300, 252), scale=1.08)


def roll_rice(_: Random) -> str:
    one = (
        circle((0, 0), 60, "#27392e")
        + circle((0, 0), 50, WHITE)
        + circle((-12, -8), 14, "#f08a3c")
        + circle((12, -10), 13, "#8fc46a")
        + circle((0, 14), 15, "#f4cf57")
    )
    return plate(424, 222) + "".join(
        placed(one, at) for at in ((180, 372), (300, 392), (420, 372), (240, 280), (360, 280))
    )


def yoghurt(_: Random) -> str:
    berries = "".join(
        placed(
            path(
                "M0-30C24-34 34-12 24 10C14 30 6 36 0 38C-6 36-14 30-24 10C-34-12-24-34 0-30Z",
                "#e5404e",
            )
            + leaf((0, -28), turn=-30, scale=0.3),
            at,
            turn=turn,
        )
        for at, turn in (((232, 280), -14), ((290, 262), 8), ((348, 276), 20))
    )
    oats = "".join(
        ellipse((220 + (n * 37) % 170, 308 + (n * 11) % 30), (11, 7), ("#c98f4e", "#e0b372")[n % 2])
        for n in range(12)
    )
    return bowl("#b9c7dd", "#fffdf8", rim="#f2f5fa") + oats + berries


DISHES: Final[dict[str, Motif]] = {
    "찌개": (meals.soup, (("김치", meals.red_soup), ("순두부", meals.red_soup))),
    "국": (meals.soup, (("무국", meals.red_soup),)),
    "탕": (meals.soup, ()),
    "볶음": (stir_fry, ()),
    "조림": (stir_fry, ()),
    "부침": (pancake, ()),
    "무침": (namul, ()),
    "밥": (
        mixed_rice,
        (
            ("볶음밥", fried_rice),
            ("김밥", roll_rice),
            ("국밥", meals.soup),
            ("고구마밥", fried_rice),
        ),
    ),
    "죽": (porridge, ()),
    "면": (meals.noodle, (("잡채", namul),)),
    "떡": (meals.tteokbokki, ()),
    "찜": (stir_fry, (("계란찜", porridge), ("꽃게", sea.crab))),
    "구이": (grilled, (("연어", sea.salmon),)),
    "샐러드": (salad, ()),
    "빵": (sandwich, ()),
    "디저트": (yoghurt, ()),
}
