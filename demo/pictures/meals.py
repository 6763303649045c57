"""What is ready to eat: soups, kimchi, dumplings, noodles, rice cakes."""

from random import Random

from demo.pictures.canvas import (
    DEEP_LEAF,
    LEAF,
    WHITE,
    bowl,
    circle,
    ellipse,
    ground,
    path,
    placed,
    plate,
    rect,
    steam,
    stroke,
)


def kimchi(dice: Random) -> str:
    red = dice.choice(["#d8432f", "#d14a33"])
    folds = "".join(
        placed(
            path("M-84 0C-70-60 60-76 88-16C60 20-40 36-84 0Z", "#f2d3a8")
            + path("M-84 0C-70-60 60-76 88-16C40-34-30-30-84 0Z", red)
            + stroke("M-60-8C-20-30 30-34 70-18", "#f7b98a", 5),
            (x, y),
            turn=t,
        )
        for x, y, t in (
            (220, 262, -16),
            (376, 258, 14),
            (262, 230, 8),
            (346, 222, -10),
            (300, 268, 2),
        )
    )
    sprigs = "".join(
        rect((x, y), (28, 8), LEAF, rx=4, transform=f"rotate({t} {x} {y})")
        for x, y, t in (
            (250, 214, 20),
            (340, 206, -24),
            (300, 250, 40),
            (220, 250, -30),
            (384, 244, 10),
        )
    )
    return bowl("#5d8ca0", "#b8341f", rim="#e9f0f1") + folds + sprigs


def soup(dice: Random) -> str:
    broth = dice.choice(["#e8c98f", "#f1e2c0", "#e0a766"])
    return _pot(broth)


def red_soup(_: Random) -> str:
    return _pot("#d9552f")


def _pot(broth: str) -> str:
    things = (
        "".join(
            rect((x, y), (52, 36), "#fffaf0", rx=7, transform=f"rotate({t} {x} {y})")
            for x, y, t in ((214, 276, -6), (318, 288, 8))
        )
        + "".join(
            circle(at, 12, WHITE, stroke=LEAF, stroke_width=8)
            for at in ((290, 268), (380, 276), (254, 322), (352, 328))
        )
        + ellipse((400, 304), (26, 14), "#a9653f")
        + ellipse((206, 316), (22, 12), "#a9653f")
    )
    return (
        ground(160, 486)
        + rect((72, 306), (60, 34), "#4b4038", rx=17)
        + rect((468, 306), (60, 34), "#4b4038", rx=17)
        + path("M104 296C110 420 180 482 300 482S490 420 496 296Z", "#5a4c42")
        + path("M300 482C180 482 110 420 104 296H160C168 400 220 466 300 482Z", WHITE, opacity=0.1)
        + ellipse((300, 298), (198, 66), "#4b4038")
        + ellipse((300, 300), (176, 52), broth)
        + things
        + steam(230, 304, 376, y=226)
    )


def dumpling(_: Random) -> str:
    one = (
        path("M-92 34C-100-40-40-74 0-74S100-40 92 34C60 60-60 60-92 34Z", "#fbecc9")
        + path("M92 34C60 60-60 60-92 34C-60 44 60 44 92 34Z", "#dcc08a")
        + stroke(
            (
                "M-62-26C-50-10-46 4-46 18M-26-50C-20-30-18-14-18 4M26-50"
                "C20-30 18-14 18 4M62-26C50-10 46 4 46 18"
            ),
            "#d3b67f",
            6,
        )
        + stroke("M-30-66C-10-84 10-84 30-66", "#f3dfb3", 13)
    )
    return (
        plate()
        + placed(one, (300, 288), scale=0.92)
        + placed(one, (204, 372), scale=0.96)
        + placed(one, (396, 372), scale=0.96)
        + steam(240, 350, y=196)
    )


def noodle(dice: Random) -> str:
    broth, noodles = dice.choice(
        [("#e6c79a", "#f9ecc8"), ("#c9d9d6", "#d8cbb4"), ("#d8633f", "#f7e3b4")]
    )
    swirl = "".join(
        stroke(
            f"M{174 + d} {300 + d * 0.2:g}C{220 + d} 250 {380 - d} 250 {426 - d} {304 - d * 0.2:g}",
            noodles,
            11,
        )
        for d in range(0, 100, 18)
    )
    egg = ellipse((372, 286), (44, 32), WHITE) + ellipse((372, 284), (22, 17), "#f5b637")
    sticks = placed(
        rect((-8, -200), (14, 250), "#8a5a3c", rx=7) + rect((16, -200), (14, 250), "#9a6a48", rx=7),
        (430, 236),
        turn=32,
    )
    return (
        bowl("#3f6f8c", broth, rim="#eef3f4")
        + swirl
        + egg
        + ellipse((250, 272), (34, 16), DEEP_LEAF)
        + circle((286, 318), 14, "#e5573f")
        + sticks
    )


def rice_cake(dice: Random) -> str:
    fills = dice.choice([("#fdf9f0", "#c9dba6", "#f6cfc6"), ("#fdf9f0", "#f0d9a8", "#b9cf9c")])
    one = [
        rect((-64, -44), (128, 88), fill, rx=34)
        + rect((-48, -32), (84, 16), WHITE, rx=8, opacity=0.55)
        for fill in fills
    ]
    return (
        plate()
        + placed(one[0], (300, 262), turn=-4)
        + placed(one[1], (222, 330), turn=4)
        + placed(one[2], (378, 330), turn=-4)
        + placed(one[0], (160, 398))
        + placed(one[2], (300, 404))
        + placed(one[1], (440, 398))
    )


def tteokbokki(_: Random) -> str:
    cakes = "".join(
        placed(
            rect((-62, -17), (124, 34), "#f6c7a3", rx=17)
            + rect((-62, -17), (124, 16), "#e8603c", rx=8, opacity=0.75),
            (x, y),
            turn=t,
        )
        for x, y, t in (
            (230, 280, 24),
            (350, 272, -20),
            (290, 308, -4),
            (390, 306, 34),
            (210, 316, -30),
            (300, 254, 10),
        )
    )
    return (
        bowl("#e7ded0", "#d2401f")
        + cakes
        + ellipse((372, 262), (36, 26), WHITE)
        + ellipse((372, 260), (17, 13), "#f5b637")
        + steam(250, 330, y=200)
    )


def side_dishes(_: Random) -> str:
    fills = ("#d9583d", "#8cb35d", "#a9713f", "#f0cf6b", "#e89a7a", "#5f7d55")
    cells = ""
    for n, fill in enumerate(fills):
        x, y = 112 + (n % 3) * 130, 218 + (n // 3) * 118
        cells += (
            rect((x, y), (116, 104), "#fdfbf6", rx=18)
            + ellipse((x + 58, y + 56), (44, 34), fill)
            + "".join(
                circle((x + 58 + dx, y + 52 + dy), 8, WHITE, opacity=0.35)
                for dx, dy in ((-18, -8), (10, -14), (22, 8), (-6, 12))
            )
        )
    return (
        ground(215, 474)
        + rect((86, 194), (428, 274), "#b78a5e", rx=34)
        + rect((86, 190), (428, 264), "#cfa376", rx=34)
        + cells
    )
