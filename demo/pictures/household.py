"""Cleaning, bedding and care."""

from random import Random

from demo.pictures.canvas import (
    LEAF,
    WHITE,
    circle,
    ellipse,
    ground,
    leaf,
    path,
    placed,
    rect,
    stroke,
)


def paper(_: Random) -> str:
    def roll(x: float, y: float) -> str:
        return (
            rect((x - 74, y), (148, 130), "#fbfaf6", rx=8)
            + path(f"M{x + 24} {y}H{x + 74}V{y + 130}H{x + 24}Z", "#cfc9bd", opacity=0.4)
            + ellipse((x, y + 130), (74, 24), "#f1eee6")
            + ellipse((x, y), (74, 24), WHITE)
            + ellipse((x, y), (27, 9), "#c9a77c")
            + stroke(
                f"M{x - 54} {y + 56}H{x + 54}M{x - 54} {y + 90}H{x + 54}",
                "#e3ded2",
                4,
                stroke_dasharray="2 12",
            )
        )

    return (
        ground(205, 482)
        + roll(300, 190)
        + roll(206, 326)
        + roll(394, 326)
        + leaf((440, 474), turn=-8, scale=0.6)
    )


def detergent(dice: Random) -> str:
    fill, dark = dice.choice(
        [("#6aa6cf", "#4680ad"), ("#8cb88f", "#5f9165"), ("#d79bb4", "#b16f8d")]
    )
    bubbles = "".join(
        circle(at, r, WHITE, opacity=0.75)
        for at, r in (
            ((450, 210), 25),
            ((488, 266), 14),
            ((130, 236), 18),
            ((112, 300), 10),
            ((468, 320), 9),
        )
    )
    return (
        ground(150, 490)
        + rect((232, 110), (96, 66), dark, rx=14)
        + path(
            (
                "M236 172H332C400 190 426 240 426 300V452C426 476 412 490 388 490H212"
                "C188 490 174 476 174 452V250C174 206 200 180 236 172Z"
            ),
            fill,
        )
        + path(
            "M350 236C384 236 396 260 396 300V330C396 350 370 356 360 336C350 310 330 260 350 236Z",
            "#f3efe8",
        )
        + path(
            "M300 490H388C412 490 426 476 426 452V340C400 420 360 470 300 490Z", dark, opacity=0.45
        )
        + rect((200, 290), (134, 134), WHITE, rx=24, opacity=0.9)
        + path(
            "M267 312C292 344 300 358 300 374A33 33 0 0 1 234 374C234 358 242 344 267 312Z", fill
        )
        + rect((192, 220), (13, 60), WHITE, rx=6, opacity=0.5)
        + bubbles
    )


def cloths(_: Random) -> str:
    return ground(195, 480) + "".join(
        rect((120, y), (360, 62), fill, rx=28)
        + rect((150, y + 14), (120, 9), WHITE, rx=4, opacity=0.55)
        + stroke(f"M470 {y + 31}H400", WHITE, 5, opacity=0.4)
        for y, fill in ((414, "#7fb3ac"), (352, "#f0c987"), (290, "#e79a86"), (228, "#a9c1de"))
    )


def boxes(_: Random) -> str:
    def one(x: float, y: float, fill: str) -> str:
        return (
            rect((x, y), (230, 140), fill, rx=18)
            + rect((x - 10, y - 18), (250, 38), "#f7f2e8", rx=14)
            + rect((x + 80, y + 56), (70, 24), WHITE, rx=12, opacity=0.7)
        )

    return (
        ground(205, 484)
        + one(186, 206, "#b9cfc4")
        + one(96, 346, "#d9c3a9")
        + placed(one(0, 0, "#c3c9de"), (336, 372), scale=0.78)
    )


def pillow(dice: Random) -> str:
    fill = dice.choice(["#bccde4", "#e0cdb8", "#bfd4c4"])
    one = (
        path(
            (
                "M-170-70C-120-96 120-96 170-70C190-20 190 40 170 82"
                "C120 104-120 104-170 82C-190 40-190-20-170-70Z"
            ),
            WHITE,
        )
        + path(
            (
                "M-170-70C-120-96 120-96 170-70C150-30 150 40 170 82C60 60-60 60-170 82"
                "C-150 40-150-30-170-70Z"
            ),
            fill,
            opacity=0.8,
        )
        + stroke(
            "M-130-40C-110-20-112 20-132 50M130-40C110-20 112 20 132 50", "#c9cfda", 6, opacity=0.8
        )
    )
    return (
        ground(205, 474)
        + placed(one, (314, 264), turn=-8, scale=0.98)
        + placed(one, (292, 384), scale=1.08, turn=3)
    )


def blanket(dice: Random) -> str:
    fill, dark = dice.choice(
        [("#a9bcd6", "#8098b8"), ("#d8b9a6", "#b58f78"), ("#b4c7b0", "#8aa386")]
    )
    quilt = "".join(
        stroke(f"M{x} 262L{x - 40} 470", WHITE, 4, opacity=0.5) for x in (200, 270, 340, 410, 480)
    ) + "".join(stroke(f"M110 {y}H500", WHITE, 4, opacity=0.5) for y in (320, 380, 436))
    return (
        ground(215, 484)
        + rect((96, 182), (408, 130), "#fbf9f5", rx=50)
        + stroke("M150 216C170 236 170 260 156 284M450 216C430 236 430 260 444 284", "#dcd8d0", 6)
        + path(
            (
                "M92 270C200 246 400 246 508 270L516 452C516 474 504 484 484 484H116"
                "C96 484 84 474 84 452Z"
            ),
            fill,
        )
        + quilt
        + path("M92 270C200 246 400 246 508 270L510 312C400 288 200 288 90 312Z", dark, opacity=0.7)
    )


def cream(dice: Random) -> str:
    fill, dark = dice.choice(
        [("#f0cfc6", "#d9a79a"), ("#d9d3ec", "#b3a8d4"), ("#cfe3dc", "#9cc2b5")]
    )
    return (
        ground(190, 486)
        + rect((300, 150), (76, 66), "#e6c98a", rx=10)
        + rect((276, 210), (124, 276), fill, rx=26)
        + rect((350, 210), (50, 276), dark, rx=22, opacity=0.45)
        + rect((276, 300), (124, 96), WHITE, opacity=0.75)
        + rect((300, 328), (76, 9), dark, rx=4)
        + rect((314, 350), (48, 7), dark, rx=3, opacity=0.6)
        + rect((120, 346), (190, 140), WHITE, rx=30)
        + rect((120, 346), (190, 140), fill, rx=30, opacity=0.55)
        + rect((112, 310), (206, 56), "#e6c98a", rx=18)
        + rect((130, 318), (80, 10), WHITE, rx=5, opacity=0.6)
        + circle((450, 460), 24, "#f6e3c2")
        + leaf((430, 470), turn=-28, scale=0.9, fill=LEAF)
    )


def pump(_: Random) -> str:
    def one(fill: str, dark: str) -> str:
        return (
            rect((-14, -214), (28, 70), "#efe9df")
            + path(
                "M-70-226C-70-244-50-248-30-248H30C44-248 44-214 30-214H-44C-50-200-64-200-70-226Z",
                "#f7f3ea",
            )
            + rect((-50, -150), (100, 34), "#e6dccb", rx=10)
            + rect((-92, -120), (184, 306), fill, rx=34)
            + rect((30, -120), (62, 306), dark, rx=28, opacity=0.4)
            + rect((-62, -30), (124, 130), WHITE, rx=14, opacity=0.8)
            + rect((-38, 0), (76, 10), dark, rx=5)
            + rect((-26, 26), (52, 8), dark, rx=4, opacity=0.6)
        )

    return (
        ground(195, 490)
        + placed(one("#9fc0b4", "#6c988a"), (398, 330), scale=0.84)
        + placed(one("#e3bfae", "#bd8d78"), (226, 302))
    )
