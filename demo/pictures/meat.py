"""Meat, eggs and tofu."""

from random import Random

from demo.pictures.canvas import (
    LEAF,
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


def steak(dice: Random) -> str:
    red = dice.choice(["#c94b4b", "#c2444a"])
    return (
        cutting_board()
        + path(
            (
                "M140 330C120 230 220 180 330 196C440 208 480 270 452 330"
                "C424 396 330 400 260 392C200 388 152 384 140 330Z"
            ),
            "#f7ddd3",
        )
        + path(
            (
                "M162 322C150 246 230 206 326 218C420 228 452 276 430 322"
                "C406 372 330 376 264 370C212 366 172 362 162 322Z"
            ),
            red,
        )
        + stroke(
            (
                "M206 300C240 268 270 300 310 270M300 342C340 320 360 340 404 310M230 344"
                "C250 330 262 336 280 330M340 252C360 258 376 254 392 266"
            ),
            "#f3c6bd",
            9,
        )
        + stroke("M204 262C214 252 222 250 232 246M350 296C360 292 366 296 374 292", "#f3c6bd", 7)
        + leaf((420, 216), turn=-20, scale=0.9)
        + leaf((428, 224), turn=22, scale=0.8)
    )


def ribs(_: Random) -> str:
    def one(y: float, turn: float) -> str:
        bones = "".join(
            ellipse((x, 0), (27, 19), "#f6ead6") + ellipse((x, 0), (13, 8), "#d9b79a")
            for x in (-104, 0, 104)
        )
        return placed(
            rect((-176, -46), (352, 92), "#8f3f30", rx=40)
            + rect((-168, -42), (336, 44), "#b0543d", rx=22)
            + bones
            + shine((-70, -26), (60, 7), opacity=0.25),
            (300, y),
            turn=turn,
        )

    seeds = "".join(
        ellipse(at, (6, 4), "#f8e7b9")
        for at in ((210, 220), (270, 236), (360, 214), (240, 330), (400, 322), (330, 300))
    )
    return (
        cutting_board() + one(348, 2) + one(250, -5) + seeds + leaf((370, 196), turn=-6, scale=0.8)
    )


def pork(_: Random) -> str:
    def slab(y: float, turn: float) -> str:
        bands = (
            ("#f7dcd2", 0, 96),
            ("#e58d86", 14, 20),
            ("#fbeae3", 34, 12),
            ("#dd7d78", 46, 24),
            ("#fbeae3", 70, 10),
        )
        body = "".join(
            rect((-170, top - 48), (340, height), fill, rx=12 if not top else 6)
            for fill, top, height in bands
        )
        return placed(body + rect((-170, -48), (340, 9), "#e8b9a6", rx=5), (300, y), turn=turn)

    return (
        cutting_board()
        + slab(352, 2)
        + slab(282, -3)
        + slab(212, 3)
        + leaf((360, 176), turn=-10)
        + leaf((350, 180), turn=-70, scale=0.8)
    )


def cutlet(_: Random) -> str:
    return (
        cutting_board()
        + path(
            (
                "M130 320C130 230 230 190 330 200C430 208 486 270 466 330"
                "C440 400 330 404 250 396C180 390 130 380 130 320Z"
            ),
            "#b9742f",
        )
        + path(
            (
                "M142 310C142 236 234 200 328 210C424 218 470 268 452 320"
                "C428 382 330 386 254 380C188 374 142 366 142 310Z"
            ),
            "#dc9b4c",
        )
        + stroke("M210 226L186 372M276 208L262 384M344 210L338 388M408 234L412 370", "#a8662a", 7)
        + "".join(
            circle(at, 5, "#f0c07c")
            for at in (
                (180, 290),
                (232, 270),
                (246, 340),
                (306, 260),
                (300, 330),
                (372, 280),
                (380, 340),
                (430, 300),
            )
        )
    )


def chicken(_: Random) -> str:
    leg = (
        path("M-10 20L-96 116C-112 132-100 150-82 144C-84 164-62 172-50 156L34 62Z", "#fbf1e2")
        + path("M-30 44C-60-10-20-110 60-120C140-126 170-50 130 14C96 64 20 92-30 44Z", "#e3a35b")
        + path(
            "M130 14C96 64 20 92-30 44C-36 34-38 22-38 10C20 60 100 30 148-40C146-20 140 0 130 14Z",
            "#b87333",
            opacity=0.6,
        )
        + shine((56, -74), (38, 16), turn=-30)
    )
    return (
        ground(200)
        + placed(leg, (364, 300), scale=1.0, turn=24)
        + placed(leg, (252, 350), scale=1.16, turn=-4)
    )


def chicken_breast(_: Random) -> str:
    one = (
        path(
            (
                "M-170 10C-160-66-60-96 40-80C120-66 180-30 176 16C166 66 60 84-40 78"
                "C-120 74-168 56-170 10Z"
            ),
            "#f9d9c6",
        )
        + path(
            "M176 16C166 66 60 84-40 78C-90 74-130 66-152 48C0 62 110 50 176 16Z",
            "#e6a98c",
            opacity=0.7,
        )
        + stroke("M-110-10C-40-40 40-40 120-16M-90 24C-30 4 30 4 90 20", "#efbfa6", 6)
    )
    return (
        cutting_board()
        + placed(one, (310, 350), scale=0.98, turn=3)
        + placed(one, (290, 262), scale=0.98, turn=-6)
        + leaf((356, 204), turn=-10)
    )


def eggs(dice: Random) -> str:
    shell = dice.choice(["#e9bd8f", "#efc9a0", "#f3d7b8"])
    one = (
        path("M0-92C50-92 76-20 76 24C76 66 42 88 0 88S-76 66-76 24C-76-20-50-92 0-92Z", shell)
        + path(
            "M20 86C56 80 76 58 76 24C76-4 66-40 48-66C62 0 56 60 20 86Z", "#a8763f", opacity=0.3
        )
        + shine((-28, -30), (13, 26), turn=16)
    )
    cups = "".join(
        path(f"M{x} 380C{x + 10} 470 {x + 110} 470 {x + 120} 380Z", "#9fb7a6")
        for x in (84, 192, 300, 396)
    )
    row = "".join(placed(one, (x, 350), scale=0.72) for x in (146, 248, 350, 452))
    return (
        ground(215, 478)
        + placed(one, (240, 236), scale=0.74, turn=-12)
        + placed(one, (362, 240), scale=0.74, turn=10)
        + row
        + cups
        + rect((72, 384), (456, 84), "#b4c9b9", rx=26)
        + rect((72, 384), (456, 22), "#c6d7ca", rx=11)
    )


def tofu(_: Random) -> str:
    def block(x: float, y: float) -> str:
        return (
            path(f"M{x} {y}L{x + 130} {y - 52}L{x + 260} {y}L{x + 130} {y + 54}Z", "#fffdf5")
            + path(f"M{x} {y}L{x + 130} {y + 54}V{y + 170}L{x} {y + 112}Z", "#f1e8d2")
            + path(f"M{x + 260} {y}L{x + 130} {y + 54}V{y + 170}L{x + 260} {y + 112}Z", "#e2d5b8")
        )

    beans = "".join(
        ellipse(at, (17, 13), "#e6c15b")
        for at in ((120, 462), (156, 476), (136, 440), (470, 470), (446, 452))
    )
    return (
        ground(205, 482)
        + block(170, 306)
        + placed(block(0, 0), (214, 176), scale=0.66)
        + leaf((300, 172), turn=-12, scale=0.7, fill=LEAF)
        + beans
    )
