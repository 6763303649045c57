"""Vegetables that grow above the ground."""

from random import Random

from demo.pictures.canvas import (
    DEEP_LEAF,
    LEAF,
    WHITE,
    circle,
    ellipse,
    ground,
    leaf,
    path,
    placed,
    rect,
    shine,
    stroke,
)


def greens(dice: Random) -> str:
    def blade(turn: float, fill: str, scale: float) -> str:
        shape = path("M0 0C-70-50-92-150-44-214C-18-246 26-244 48-212C92-148 66-48 0 0Z", fill)
        veins = stroke(
            "M0 20L2-200M0-50L-42-104M0-50L42-104M0-104L-34-156M0-104L34-156", "#e6f1cf", 6
        )
        return placed(shape + veins, (300, 440), turn=turn, scale=scale)

    first, second = dice.choice([("#79b659", "#8fc46a"), ("#6bab55", "#86bd63")])
    return (
        ground(150, 480)
        + blade(-48, DEEP_LEAF, 1.1)
        + blade(48, DEEP_LEAF, 1.1)
        + blade(-26, first, 1.28)
        + blade(26, first, 1.28)
        + blade(0, second, 1.4)
        + path(
            "M262 420C270 460 276 482 300 484C324 482 330 460 338 420C314 432 286 432 262 420Z",
            "#f1f6e2",
        )
    )


def cabbage(_: Random) -> str:
    return (
        ground(160, 486)
        + path("M300 110C200 90 150 190 168 300C180 420 240 486 300 486Z", "#8cc063")
        + path("M300 110C400 90 450 190 432 300C420 420 360 486 300 486Z", "#7db357")
        + path(
            (
                "M300 130C226 120 196 210 214 316C226 420 262 480 300 480S374 420 386 316"
                "C404 210 374 120 300 130Z"
            ),
            "#cfe39a",
        )
        + path(
            (
                "M300 160C258 160 240 230 252 330C262 420 280 476 300 478"
                "C320 476 338 420 348 330C360 230 342 160 300 160Z"
            ),
            "#eef4cd",
        )
        + stroke(
            "M300 470V240M300 380C280 350 268 320 264 280M300 380C320 350 332 320 336 280",
            WHITE,
            10,
            opacity=0.9,
        )
    )


def broccoli(_: Random) -> str:
    crown = ((210, 260, 62), (262, 204, 66), (340, 200, 66), (394, 258, 62), (300, 262, 80))
    return (
        ground(120, 486)
        + path("M262 300H338L352 470C340 488 260 488 248 470Z", "#b5d58a")
        + path("M262 320L206 280M338 320L394 280", "none", stroke="#b5d58a", stroke_width=34)
        + "".join(circle((x, y), r, "#4f9150") for x, y, r in crown)
        + "".join(circle((x - 8, y - 12), r * 0.68, "#66a862") for x, y, r in crown)
        + "".join(circle((x - 22, y - 26), 12, "#8ac383") for x, y, _ in crown)
    )


def cucumber(_: Random) -> str:
    def one(y: float, turn: float) -> str:
        body = rect((-190, -42), (380, 84), "#5b9e4d", rx=42) + rect(
            (-172, -26), (344, 14), "#8cc474", rx=7
        )
        dots = "".join(circle((x, 16), 4, "#3f7d3b") for x in range(-140, 160, 40))
        return placed(body + dots, (300, y), turn=turn)

    slices = "".join(
        circle((x, 430), 50, "#5b9e4d")
        + circle((x, 430), 42, "#e4f2c4")
        + circle((x, 430), 22, "#c9e3a0")
        for x in (206, 300, 394)
    )
    return ground(190, 480) + one(236, -16) + one(318, -8) + slices


def paprika(_: Random) -> str:
    def one(fill: str, dark: str) -> str:
        return (
            path(
                (
                    "M0-70C40-110 116-90 110-10C106 60 80 120 44 112C26 108 18 118 0 118"
                    "S-26 108-44 112C-80 120-106 60-110-10C-116-90-40-110 0-70Z"
                ),
                fill,
            )
            + path(
                "M44 112C80 120 106 60 110-10C112-46 96-70 76-78C92 0 70 70 44 112Z",
                dark,
                opacity=0.45,
            )
            + stroke("M0-76C-2-104 6-120 22-130", DEEP_LEAF, 15)
            + ellipse((0, -70), (30, 11), LEAF)
            + shine((-60, -20), (13, 34), turn=12)
        )

    return (
        ground(195)
        + placed(one("#efb62e", "#b97a17"), (404, 366), scale=0.84)
        + placed(one("#dc4a3d", "#9c2a2a"), (228, 344), scale=1.02)
    )


def tomato(dice: Random) -> str:
    red, dark = dice.choice([("#e2503c", "#a82e2a"), ("#e85d45", "#b33a2e")])
    star = "".join(leaf((0, -66), turn=turn, scale=0.62) for turn in (-160, -110, -40, 10, 70))
    one = (
        path(
            "M0-74C70-98 124-52 116 14C108 80 56 108 0 108S-108 80-116 14C-124-52-70-98 0-74Z", red
        )
        + path(
            "M0 108C56 108 108 80 116 14C119-12 112-34 98-50C100 30 70 90 0 108Z",
            dark,
            opacity=0.42,
        )
        + star
        + shine((-62, -18), (17, 30), turn=30)
    )
    return (
        ground(205)
        + placed(one, (306, 258), scale=0.74)
        + placed(one, (200, 378), scale=0.86)
        + placed(one, (402, 376), scale=0.9)
    )


def scallion(_: Random) -> str:
    stalks = "".join(
        placed(
            rect((-17, -190), (34, 300), LEAF, rx=17)
            + rect((-17, -20), (34, 200), "#eef5dc", rx=17)
            + rect((-8, -170), (7, 300), WHITE, rx=3, opacity=0.35),
            (300 + x, 310),
            turn=turn,
        )
        for x, turn in ((-84, -14), (84, 14), (-42, -7), (42, 7), (0, 0))
    )
    return ground(130, 496) + stalks + rect((214, 372), (172, 30), "#c98f54", rx=15)


def sprouts(_: Random) -> str:
    stems = "".join(
        stroke(f"M{x} 460C{x - 30} 380 {x + 34} 320 {x + d} 240", "#f6f1dc", 13)
        + ellipse((x + d, 226), (24, 19), "#f0cd52")
        for x, d in ((200, -20), (240, 6), (284, -14), (326, 16), (366, -6), (404, 24))
    )
    return (
        ground(160, 486)
        + stems
        + path("M176 400H424L404 484H196Z", "#7db0a4")
        + rect((166, 386), (268, 30), "#93c2b7", rx=15)
    )
