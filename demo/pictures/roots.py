"""Roots, mushrooms, and what seasons them."""

from random import Random

from demo.pictures.canvas import DEEP_LEAF, LEAF, ellipse, ground, leaf, path, placed, shine, stroke


def sweet_potato(dice: Random) -> str:
    skin = dice.choice(["#b0566a", "#a94f62"])
    whole = (
        path(
            (
                "M-186 10C-160-62-70-92 20-78C100-66 170-30 190 4C150 60 60 90-30 84"
                "C-110 78-164 54-186 10Z"
            ),
            skin,
        )
        + path(
            "M190 4C150 60 60 90-30 84C-80 80-120 70-148 52C0 70 110 40 190 4Z",
            "#6f2f45",
            opacity=0.4,
        )
        + stroke(
            "M-110-14C-90-22-76-22-60-18M20-38C36-42 50-40 64-34M80 8C94 4 108 6 120 12",
            "#7d3a4e",
            5,
            opacity=0.6,
        )
    )
    half = (
        path(
            (
                "M-120 0C-110-70-40-94 30-80C80-68 110-36 112 0C108 44 70 80 10 84"
                "C-60 88-112 60-120 0Z"
            ),
            skin,
        )
        + ellipse((0, 0), (102, 70), "#f7c65d")
        + ellipse((0, 0), (70, 44), "#fbd987")
    )
    return ground(205) + placed(whole, (300, 264), turn=-14) + placed(half, (340, 394), scale=0.92)


def potato(_: Random) -> str:
    def one(fill: str) -> str:
        return (
            path(
                (
                    "M-130 14C-140-60-60-106 30-92C104-80 140-30 128 30"
                    "C112 88 30 106-40 94C-92 86-126 60-130 14Z"
                ),
                fill,
            )
            + path(
                "M128 30C112 88 30 106-40 94C-66 90-88 80-104 66C0 84 90 60 128 30Z",
                "#a8793d",
                opacity=0.4,
            )
            + "".join(
                ellipse(at, (9, 5), "#a67b42", opacity=0.7)
                for at in ((-60, -20), (20, -44), (60, 6), (-10, 34))
            )
            + shine((-40, -52), (34, 10), turn=-18)
        )

    return (
        ground(205)
        + placed(one("#d9b072"), (330, 258), scale=0.9, turn=6)
        + placed(one("#e3bd80"), (206, 380), scale=0.86, turn=-8)
        + placed(one("#dcb577"), (412, 390), scale=0.76, turn=12)
    )


def carrot(_: Random) -> str:
    def one(turn: float, x: float) -> str:
        tops = "".join(
            leaf((0, -150), turn=t, scale=1.05, fill=DEEP_LEAF if t % 2 else LEAF)
            for t in (-120, -91, -60, -31, 0)
        )
        body = path(
            "M-52-140C-20-168 24-168 52-140C60-60 30 90 0 170C-30 90-60-60-52-140Z", "#f08a3c"
        )
        rings = stroke("M-40-90H-8M38-50H10M-28 0H-4M22 46H6", "#c9641f", 6, opacity=0.7)
        return placed(
            tops + body + rings + shine((-20, -90), (8, 34), opacity=0.3), (x, 310), turn=turn
        )

    return ground(150, 486) + one(18, 386) + one(-16, 220) + one(0, 304)


def radish(_: Random) -> str:
    tops = "".join(
        leaf((0, -120), turn=t, scale=1.3, fill=f)
        for t, f in (
            (-130, DEEP_LEAF),
            (-10, DEEP_LEAF),
            (-100, LEAF),
            (-40, LEAF),
            (-70, "#86bd63"),
        )
    )
    body = (
        path("M-92-110C-50-140 50-140 92-110C112-20 92 110 0 196C-92 110-112-20-92-110Z", "#fbfaf3")
        + path(
            (
                "M-92-110C-50-140 50-140 92-110C98-82 100-52 96-22C40 0-40 0-96-22"
                "C-100-52-98-82-92-110Z"
            ),
            "#b8d68a",
        )
        + path("M92-110C112-20 92 110 0 196C66 100 78-20 66-124Z", "#8b8f70", opacity=0.2)
        + stroke("M-50 40H-20M44 70H20M-28 110H-6", "#d9d6c4", 6)
    )
    return ground(110, 490) + placed(tops + body, (300, 300), turn=8)


def burdock(_: Random) -> str:
    def one(turn: float, y: float) -> str:
        body = path(
            "M-200-26C-90-40 80-34 196-8C206 0 204 10 194 14C80 34-90 36-200 24Z", "#a9835a"
        )
        return placed(
            body
            + ellipse((-200, -1), (12, 25), "#f0e2c8")
            + stroke("M-120-14H-80M-20 8H30M80-6H120", "#7f5f3d", 5, opacity=0.6),
            (300, y),
            turn=turn,
        )

    return (
        ground(200, 476) + one(-12, 250) + one(4, 330) + one(-4, 410) + leaf((420, 210), scale=0.9)
    )


def pumpkin(_: Random) -> str:
    lobes = "".join(
        ellipse((x, 340), (rx, 126), fill)
        for x, rx, fill in (
            (186, 76, "#4f7f47"),
            (414, 76, "#43713f"),
            (238, 80, "#5f9452"),
            (362, 80, "#548848"),
            (300, 78, "#6ea25c"),
        )
    )
    cut = path(
        "M300 330C340 330 376 372 384 452C340 474 260 474 216 452C224 372 260 330 300 330Z",
        "#f4b042",
    )
    return (
        ground(190, 474)
        + lobes
        + stroke("M300 224C296 196 306 178 328 168", "#8a7a45", 20)
        + cut
        + ellipse((300, 424), (44, 30), "#e2912b")
    )


def mushroom(dice: Random) -> str:
    cap, dark = dice.choice([("#a9784c", "#7d5434"), ("#b98a5c", "#8a6038")])
    one = (
        path("M-40 10C-36 60-46 110-54 132C-30 150 30 150 54 132C46 110 36 60 40 10Z", "#f6ecd9")
        + path(
            "M20 10H40C36 60 46 110 54 132C42 142 26 146 10 146C24 100 24 50 20 10Z",
            "#c9b591",
            opacity=0.5,
        )
        + path("M-122 20C-124-66-60-112 0-112S124-66 122 20C80 46-80 46-122 20Z", cap)
        + path("M122 20C80 46-80 46-122 20C-60 30 60 30 122 20Z", dark, opacity=0.7)
        + stroke("M-50-70L-34-40M0-86V-52M50-70L34-40", "#f3e3c6", 9, opacity=0.75)
    )
    return (
        ground(200)
        + placed(one, (398, 352), scale=0.8, turn=8)
        + placed(one, (228, 320), scale=1.06, turn=-5)
    )


def garlic(_: Random) -> str:
    bulb = (
        path(
            (
                "M0-120C10-90 24-70 60-46C120-6 124 80 60 112C20 128-20 128-60 112"
                "C-124 80-120-6-60-46C-24-70-10-90 0-120Z"
            ),
            "#fbf7ee",
        )
        + stroke(
            "M0-110C-14-40-20 40-2 118M0-110C-50-30-70 40-50 104M0-110C50-30 70 40 50 104",
            "#d9c9c4",
            5,
        )
        + path(
            "M60-46C120-6 124 80 60 112C40 120 20 122 6 122C70 80 84 10 40-58Z",
            "#bfa7b0",
            opacity=0.28,
        )
        + stroke("M0-116C-2-134 2-150 10-160", "#d6c6a4", 13)
    )
    clove = path("M0-60C34-40 46 10 28 48C10 64-22 60-32 40C-44 4-30-40 0-60Z", "#fffaf0") + path(
        "M0-60C34-40 46 10 28 48C20 10 14-30 0-60Z", "#d6c6b6", opacity=0.6
    )
    return (
        ground(195)
        + placed(bulb, (256, 330), scale=1.16)
        + placed(clove, (420, 410), turn=24)
        + placed(clove, (468, 424), turn=62, scale=0.8)
    )


def onion(_: Random) -> str:
    one = (
        path(
            (
                "M0-126C8-96 30-84 70-62C128-26 122 74 56 108C20 122-20 122-56 108"
                "C-122 74-128-26-70-62C-30-84-8-96 0-126Z"
            ),
            "#d99447",
        )
        + stroke(
            "M0-112C-60-40-72 40-40 104M0-112C-16-40-16 40-4 116M0-112C50-40 66 40 36 106",
            "#b8742e",
            4,
            opacity=0.7,
        )
        + path("M70-62C128-26 122 74 56 108C100 40 90-20 46-74Z", "#8c5220", opacity=0.35)
        + shine((-58, -4), (13, 34), turn=10)
    )
    return (
        ground(200)
        + placed(one, (398, 354), scale=0.86, turn=10)
        + placed(one, (228, 338), scale=1.08, turn=-6)
    )


def chilli(dice: Random) -> str:
    fill = dice.choice(["#d8402f", "#d03a30"])
    return _pods(fill, "#96241f")


def green_chilli(_: Random) -> str:
    return _pods("#6aa84f", "#3d7a35")


def _pods(fill: str, dark: str) -> str:
    one = (
        path("M-30-140C-6-160 30-156 42-128C56-50 30 60-54 168C-30 60-50-60-30-140Z", fill)
        + path("M42-128C56-50 30 60-54 168C0 60 20-50 24-146Z", dark, opacity=0.45)
        + path("M-34-134C-10-166 34-166 48-126C30-112-12-112-34-134Z", DEEP_LEAF)
        + stroke("M6-150C4-176 12-192 28-200", DEEP_LEAF, 13)
    )
    return (
        ground(170, 484)
        + placed(one, (404, 326), turn=22, scale=0.95)
        + placed(one, (230, 322), turn=-14)
        + placed(one, (318, 314), turn=4, scale=1.08)
    )
