"""Fish and what else the sea gives."""

from random import Random

from demo.pictures.canvas import (
    SHADE,
    WHITE,
    circle,
    cutting_board,
    ellipse,
    ground,
    leaf,
    path,
    placed,
    rect,
    shine,
    stroke,
)


def _fish(back: str, belly: str) -> str:
    return (
        path("M150 0L228-66C240-20 240 20 228 66Z", back)
        + path(
            (
                "M-210 4C-160-76-40-96 60-66C110-50 150-24 164 0C150 26 110 52 60 66"
                "C-40 92-160 78-210 4Z"
            ),
            belly,
        )
        + path("M-210 4C-160-76-40-96 60-66C110-50 150-24 164 0C60-30-90-20-210 4Z", back)
        + path("M-30-82C0-116 50-112 76-62Z", back, opacity=0.85)
        + path("M-40 40C-20 80 20 84 30 48Z", back, opacity=0.55)
        + stroke("M-112-44C-88-12-90 28-112 54", WHITE, 6, opacity=0.6)
        + circle((-152, -14), 15, WHITE)
        + circle((-152, -14), 8, SHADE)
        + stroke(
            (
                "M-60 12C-50 22-50 32-60 42M-20 4C-10 16-10 30-20 42M24 0"
                "C34 12 34 26 24 38M68-2C76 8 76 20 68 30"
            ),
            WHITE,
            5,
            opacity=0.55,
        )
    )


def fish(dice: Random) -> str:
    back, belly = dice.choice(
        [("#5f86a8", "#d8e4ec"), ("#54799b", "#dce6ea"), ("#6b8f9f", "#e2e9e6")]
    )
    ice = "".join(
        rect((x, y), (64, 50), "#eaf5f8", rx=12, opacity=0.9, transform=f"rotate({t} {x} {y})")
        for x, y, t in ((130, 410, -8), (214, 424, 6), (300, 416, -4), (390, 420, 9))
    )
    return (
        ground(215, 478)
        + placed(_fish(back, belly), (296, 376), turn=6, scale=0.98)
        + placed(_fish(back, belly), (302, 248), turn=-8, scale=0.98)
        + ice
    )


def cutlassfish(_: Random) -> str:
    def chunk(x: float, y: float) -> str:
        return (
            rect((x - 74, y - 56), (148, 112), "#cfd9e4", rx=18)
            + rect((x - 74, y - 56), (148, 44), "#aebdcf", rx=18)
            + ellipse((x + 74, y), (17, 56), "#f6e3dc")
            + circle((x + 74, y), 7, "#d99a8c")
            + shine((x - 30, y - 36), (30, 6), opacity=0.7)
        )

    return cutting_board() + chunk(200, 372) + chunk(392, 376) + chunk(206, 246) + chunk(396, 252)


def salmon(_: Random) -> str:
    return (
        cutting_board()
        + path(
            (
                "M120 340C130 260 250 200 380 214C460 222 492 270 482 320"
                "C470 384 360 396 250 394C170 392 114 390 120 340Z"
            ),
            "#f58f68",
        )
        + path(
            (
                "M120 340C130 260 250 200 380 214C400 216 418 220 432 226"
                "C300 236 190 280 150 384C126 376 116 366 120 340Z"
            ),
            "#c7c4c6",
        )
        + stroke(
            (
                "M214 376C220 320 270 268 340 244M278 382C286 336 330 290 400 262M346 382"
                "C354 346 390 310 448 288M410 372C418 350 440 332 472 318"
            ),
            "#fcd2bd",
            9,
        )
        + leaf((430, 214), turn=-30, scale=0.8)
        + circle((196, 244), 40, "#f5d24c")
        + circle((196, 244), 32, "#fbe891")
    )


def shrimp(dice: Random) -> str:
    fill, dark = dice.choice([("#f58b6b", "#d9603f"), ("#f7987a", "#dd6a4a")])
    one = (
        stroke("M-96-50C-60-120 60-130 104-50C130 10 96 84 30 104", fill, 62)
        + stroke(
            "M-44-104L-32-52M16-112L10-58M70-84L40-44M104-28L58-14M104 32L60 20",
            dark,
            6,
            opacity=0.7,
        )
        + path("M36 76L-44 66L-30 106L-52 138L38 132Z", dark)
        + stroke("M-96-50C-150-40-170 0-160 50M-96-60C-150-70-190-40-196 0", dark, 5)
        + circle((-98, -62), 8, SHADE)
    )
    return (
        ground(200, 482)
        + placed(one, (352, 250), scale=0.86, turn=8)
        + placed(one, (262, 370), scale=0.98, turn=-10)
    )


def squid(_: Random) -> str:
    legs = "".join(
        stroke(f"M{x} 380C{x + d} 420 {x - d} 450 {x + d * 1.4:g} 496", "#e9b7b5", 17)
        for x, d in ((240, -26), (264, 16), (290, -12), (314, 14), (338, -16), (360, 26))
    )
    return (
        ground(150, 500)
        + legs
        + path(
            (
                "M300 86C350 120 420 170 436 216C400 226 372 216 356 206V330H244V206"
                "C228 216 200 226 164 216C180 170 250 120 300 86Z"
            ),
            "#f3cac6",
        )
        + path(
            "M300 86C350 120 420 170 436 216C400 226 372 216 356 206V330H316Z",
            "#d99a9c",
            opacity=0.35,
        )
        + ellipse((300, 346), (66, 50), "#f0c1be")
        + circle((272, 346), 11, WHITE)
        + circle((272, 346), 6, SHADE)
        + circle((328, 346), 11, WHITE)
        + circle((328, 346), 6, SHADE)
    )


def shellfish(dice: Random) -> str:
    pearl = dice.choice(["#f6e7cf", "#f1ead9"])
    shell = (
        path("M-120 40C-150-60-60-120 20-104C110-88 150-10 110 60C60 110-80 110-120 40Z", "#8d7a6a")
        + path("M-98 36C-122-44-50-94 18-82C92-68 124-6 92 48C50 88-66 88-98 36Z", "#cfd8d6")
        + ellipse((4, 4), (78, 58), pearl)
        + ellipse((14, 8), (46, 32), "#e5c99b")
        + shine((-30, -24), (20, 8), turn=-24, opacity=0.8)
    )
    return (
        ground(205, 480)
        + placed(shell, (306, 240), scale=0.82, turn=-8)
        + placed(shell, (202, 372), scale=0.88, turn=10)
        + placed(shell, (406, 378), scale=0.84, turn=-18)
    )


def crab(_: Random) -> str:
    side = (
        "".join(
            stroke(f"M420 {y}C480 {y - 30} 510 {y + 10} 522 {y + 60}", "#d95f3c", 17)
            for y in (330, 366, 400)
        )
        + stroke("M410 300C470 270 480 230 472 206", "#d95f3c", 24)
        + path(
            "M472 220C410 190 430 110 476 104L472 156L514 118C540 170 520 214 472 220Z", "#e8714a"
        )
        + circle((346, 286), 17, WHITE)
        + circle((346, 286), 8, SHADE)
    )
    return (
        ground(190, 486)
        + path(
            "M150 344C160 256 440 256 450 344C456 430 380 456 300 456S144 430 150 344Z", "#ea7850"
        )
        + path("M176 330C200 276 400 276 424 330C380 300 220 300 176 330Z", "#f6a07c")
        + side
        + f'<g transform="translate(600) scale(-1 1)">{side}</g>'
        + stroke("M262 390C284 408 316 408 338 390", "#b8492a", 8)
    )


def seaweed(_: Random) -> str:
    sheets = "".join(
        placed(
            rect((-150, -96), (300, 192), fill, rx=10)
            + "".join(
                stroke(f"M-120 {y}H120", "#4a6a52", 4, opacity=0.5) for y in (-56, -16, 24, 64)
            ),
            (300, y),
            turn=turn,
        )
        for y, turn, fill in ((360, 4, "#22382c"), (330, -3, "#2b4536"), (296, 2, "#345240"))
    )
    return (
        ground(180, 476)
        + rect((116, 384), (368, 84), "#e8dfcd", rx=22)
        + sheets
        + rect((236, 196), (128, 206), "#f3e6c4", opacity=0.92)
        + circle((300, 300), 40, "#cf5a48")
        + leaf((284, 326), turn=-8, scale=0.5, fill="#fdf6e3")
    )


def anchovy(_: Random) -> str:
    one = (
        path("M-70 0C-40-24 30-24 66-4L92-22V22L66 4C30 22-40 22-70 0Z", "#b9c4cf")
        + path("M-70 0C-40-24 30-24 66-4C20-8-30-6-70 0Z", "#7f95ab")
        + circle((-50, -3), 4, SHADE)
    )
    spots = (
        (210, 300, 20),
        (310, 270, -30),
        (390, 310, 12),
        (250, 350, -8),
        (350, 370, 24),
        (220, 400, 14),
        (400, 410, -18),
        (306, 430, 4),
        (300, 322, 60),
    )
    return (
        ground(190, 486)
        + ellipse((300, 380), (200, 100), "#e6d3b3")
        + ellipse((300, 366), (182, 84), "#f4e8d2")
        + "".join(placed(one, (x, y + 14), turn=t, scale=0.9) for x, y, t in spots)
    )
