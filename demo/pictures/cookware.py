"""Pots, knives and what stands beside them."""

from random import Random

from demo.pictures.canvas import (
    WHITE,
    circle,
    ellipse,
    ground,
    leaf,
    path,
    placed,
    rect,
    shine,
    steam,
    stroke,
)


def pot(dice: Random) -> str:
    fill, dark = dice.choice(
        [("#d9644a", "#a8432f"), ("#4f7f8f", "#335b69"), ("#b9c3c9", "#87949c")]
    )
    return (
        ground(190, 484)
        + rect((58, 306), (90, 32), dark, rx=16)
        + rect((452, 306), (90, 32), dark, rx=16)
        + path("M112 280H488V410C488 452 460 480 418 480H182C140 480 112 452 112 410Z", fill)
        + path(
            "M400 280H488V410C488 452 460 480 418 480H340C390 450 404 380 400 280Z",
            dark,
            opacity=0.4,
        )
        + rect((138, 306), (17, 120), WHITE, rx=8, opacity=0.3)
        + path("M104 280C110 208 190 176 300 176S490 208 496 280Z", fill)
        + path("M104 280C110 208 190 176 300 176C220 196 170 230 164 280Z", WHITE, opacity=0.2)
        + rect((96, 270), (408, 24), dark, rx=12)
        + rect((282, 150), (36, 34), dark)
        + ellipse((300, 150), (44, 17), "#e8d9b8")
    )


def pan(_: Random) -> str:
    return (
        ground(200, 470)
        + placed(
            rect((0, -19), (220, 38), "#5b4236", rx=19)
            + rect((0, -19), (60, 38), "#3d4448", rx=10),
            (400, 306),
            turn=-24,
        )
        + ellipse((260, 382), (196, 92), "#3d4448")
        + ellipse((260, 366), (196, 92), "#565f64")
        + ellipse((260, 366), (168, 74), "#474f54")
        + path(
            (
                "M160 360C150 320 210 310 240 324C280 300 350 320 344 364"
                "C346 404 280 410 250 398C210 414 160 400 160 360Z"
            ),
            "#fffdf6",
        )
        + circle((250, 358), 36, "#f6b53a")
        + shine((238, 346), (10, 7), opacity=0.8)
        + leaf((320, 336), turn=-20, scale=0.5)
    )


def knives(_: Random) -> str:
    def knife(width: float, height: float) -> str:
        return (
            path(
                (
                    f"M0 0H{width}V{height * 0.7:g}C{width} {height * 0.9:g} "
                    f"{width * 0.6:g} {height} 0 {height}Z"
                ),
                "#dfe5e8",
            )
            + path(f"M0 0H{width * 0.4:g}V{height * 0.96:g}L0 {height}Z", "#b9c4c9")
            + rect((2, -118), (width * 0.62, 118), "#4a3a33", rx=12)
            + circle((width * 0.33, -84), 5, "#cbb89c")
            + circle((width * 0.33, -36), 5, "#cbb89c")
        )

    return (
        ground(200, 486)
        + rect((120, 250), (360, 232), "#cf9f68", rx=30)
        + rect((120, 250), (360, 30), "#dfb581", rx=15)
        + stroke("M160 330H300M330 380H440M170 430H280", "#b98850", 5)
        + placed(knife(66, 210), (168, 236))
        + placed(knife(50, 180), (286, 236))
        + placed(knife(38, 150), (388, 236))
    )


def board(_: Random) -> str:
    return (
        ground(170, 490)
        + placed(
            rect((-120, -170), (240, 320), "#c98f54", rx=34)
            + rect((-120, -170), (240, 306), "#dca86d", rx=34)
            + circle((0, -134), 17, "#f3e6d2")
            + stroke("M-80-80V60M-30-60V90M30-90V40M76-40V90", "#c9925a", 6),
            (270, 316),
            turn=-8,
        )
        + placed(
            rect((-11, -60), (22, 200), "#7b5a42", rx=11)
            + path("M-44-60C-50-140 50-140 44-60C40-30-40-30-44-60Z", "#8c684d"),
            (452, 340),
            turn=14,
        )
    )


def containers(_: Random) -> str:
    def one(size: tuple[float, float], fill: str, food: str) -> str:
        width, height = size
        return (
            rect((0, 26), (width, height), "#b9d6dc", rx=20)
            + rect((14, 26 + height * 0.36), (width - 28, height * 0.56), food, rx=14, opacity=0.9)
            + rect((-8, 0), (width + 16, 36), fill, rx=14)
            + rect((14, 48), (12, height - 40), WHITE, rx=6, opacity=0.7)
        )

    return (
        ground(205, 486)
        + placed(one((360, 120), "#6fa39a", "#f0c46a"), (120, 336))
        + placed(one((210, 100), "#8bb8b0", "#e58a6c"), (130, 200))
        + placed(one((116, 100), "#a5c8c2", "#9dbf70"), (372, 200))
    )


def utensils(_: Random) -> str:
    def tool(head: str, turn: float, fill: str) -> str:
        return (
            placed(
                rect((-9, -170), (18, 230), "#c99a62", rx=9) + placed(head, (0, -190)),
                (300, 330),
                turn=turn,
            )
            if fill
            else ""
        )

    spoon = ellipse((0, 0), (40, 54), "#7f9c8c")
    turner = path("M-40-60H40L32 50H-32Z", "#7f9c8c") + stroke("M-14-40V20M14-40V20", "#e3ece6", 7)
    whisk = ellipse((0, -10), (38, 64), "none", stroke="#9fb0a8", stroke_width=7) + ellipse(
        (0, -10), (15, 64), "none", stroke="#9fb0a8", stroke_width=7
    )
    return (
        ground(130, 490)
        + tool(turner, -24, "x")
        + tool(whisk, 24, "x")
        + tool(spoon, 0, "x")
        + path(
            "M196 320H404L388 470C386 484 376 490 362 490H238C224 490 214 484 212 470Z", "#ece3d4"
        )
        + rect((186, 304), (228, 34), "#f7f1e6", rx=17)
        + path(
            "M340 338H402L388 470C386 484 376 490 362 490H320C340 440 344 390 340 338Z",
            "#b9a587",
            opacity=0.3,
        )
    )


def steamer(_: Random) -> str:
    def tier(y: float) -> str:
        slats = "".join(
            rect((x, y + 6), (10, 84), "#c08f56", rx=3, opacity=0.6) for x in range(140, 470, 52)
        )
        return (
            rect((112, y), (376, 96), "#dcb27a", rx=20)
            + slats
            + rect((112, y + 8), (376, 15), "#b98447", rx=7)
            + rect((112, y + 72), (376, 15), "#b98447", rx=7)
        )

    return (
        ground(190, 486)
        + tier(388)
        + tier(288)
        + path("M112 290C112 226 200 206 300 206S488 226 488 290Z", "#e6c492")
        + stroke("M150 270L230 220M220 286L330 210M310 288L420 228", "#c9a06a", 5, opacity=0.7)
        + stroke("M272 206C272 176 328 176 328 206", "#b98447", 13)
        + steam(236, 364, y=190)
    )
