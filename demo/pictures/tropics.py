"""Fruit that likes it hot."""

from random import Random

from demo.pictures.canvas import (
    DEEP_LEAF,
    LEAF,
    SHADE,
    circle,
    ellipse,
    ground,
    path,
    placed,
    rect,
    shine,
    stroke,
)


def watermelon(_: Random) -> str:
    seeds = "".join(
        placed(ellipse((0, 0), (6, 10), SHADE), (x, y), turn=turn)
        for x, y, turn in (
            (232, 300, 10),
            (300, 290, 0),
            (368, 300, -10),
            (266, 360, 6),
            (334, 360, -6),
            (300, 412, 0),
        )
    )
    return (
        ground(170, 486)
        + path("M96 216H504C504 368 412 482 300 482S96 368 96 216Z", "#4f9a4c")
        + path("M118 216H482C482 350 400 456 300 456S118 350 118 216Z", "#e9f3d2")
        + path("M136 216H464C464 338 390 436 300 436S136 338 136 216Z", "#ef5a5f")
        + seeds
        + rect((96, 206), (408, 18), "#f7777a", rx=9)
    )


def banana(_: Random) -> str:
    def one(turn: float, fill: str) -> str:
        body = path(
            "M-6-8C20 110 110 190 236 176C252 174 254 154 240 148"
            "C150 140 74 80 40-22C32-40-12-36-6-8Z",
            fill,
        )
        edge = stroke("M18 6C52 100 128 156 226 162", "#d9a52c", 5, opacity=0.55)
        return placed(body + edge + circle((242, 162), 9, "#8b6d35"), (176, 214), turn=turn)

    stem = path("M160 206C158 184 172 152 190 146L212 156C206 176 214 196 220 208Z", "#a88a3f")
    return ground(190) + one(22, "#f0c03a") + one(2, "#f6cf4e") + one(-20, "#fbdc68") + stem


def tropical(dice: Random) -> str:
    mango = (
        path("M-96 20C-110-60-30-112 50-84C122-58 128 30 70 80C20 116-84 104-96 20Z", "#f6b63c")
        + path(
            "M50-84C122-58 128 30 70 80C40 104 0 104-30 96C60 60 84-20 50-84Z",
            "#e9713f",
            opacity=0.55,
        )
        + shine((-40, -30), (30, 14), turn=-34)
    )
    kiwi = (
        circle((0, 0), 92, "#8b6b3d")
        + circle((0, 0), 82, dice.choice(["#a8cc55", "#f0c948"]))
        + circle((0, 0), 26, "#f6f3d4")
        + "".join(
            placed(ellipse((0, -42), (4.5, 9), SHADE), (0, 0), turn=turn)
            for turn in range(0, 360, 30)
        )
    )
    return ground(200) + placed(mango, (236, 322), scale=1.22, turn=-12) + placed(kiwi, (408, 382))


def pineapple(_: Random) -> str:
    crown = "".join(
        path(
            (
                f"M300 236C{300 + x} 190 {300 + x * 1.5:g} 130 {300 + x * 2} "
                f"{y}C{300 + x * 0.6:g} 140 300 180 300 236Z"
            ),
            fill,
        )
        for x, y, fill in (
            (-46, 130, DEEP_LEAF),
            (46, 130, DEEP_LEAF),
            (-24, 92, LEAF),
            (24, 92, LEAF),
            (8, 70, "#83c06c"),
        )
    )
    grid = "".join(
        stroke(f"M{x} 232L{x - 110} 478M{x - 110} 232L{x} 478", "#c98a26", 5, opacity=0.6)
        for x in (250, 330, 410, 490)
    )
    clip = '<clipPath id="p"><ellipse cx="300" cy="356" rx="112" ry="132"/></clipPath>'
    return (
        ground(130, 486)
        + crown
        + ellipse((300, 356), (112, 132), "#efb23e")
        + f'{clip}<g clip-path="url(#p)">{grid}</g>'
        + shine((250, 316), (18, 46), turn=10, opacity=0.3)
    )


def avocado(_: Random) -> str:
    half = (
        path(
            "M0-140C44-140 60-80 84-20C112 54 74 120 0 120S-112 54-84-20C-60-80-44-140 0-140Z",
            "#4d6b35",
        )
        + path(
            "M0-122C34-122 48-70 70-14C94 50 62 104 0 104S-94 50-70-14C-48-70-34-122 0-122Z",
            "#dbe48f",
        )
        + path(
            "M0-100C24-100 36-56 54-8C74 46 50 88 0 88S-74 46-54-8C-36-56-24-100 0-100Z", "#eef0b4"
        )
    )
    pit = circle((0, 32), 44, "#8a5a36") + shine((-16, 16), (10, 15), turn=30)
    return (
        ground(190)
        + placed(half, (392, 344), turn=14)
        + placed(half + pit, (222, 342), turn=-10, scale=1.06)
    )


def melon(_: Random) -> str:
    one = (
        ellipse((0, 0), (92, 118), "#f6cf47")
        + "".join(
            stroke(f"M{x * 0.3:g}-114C{x * 1.5:g}-60 {x * 1.5:g} 60 {x * 0.3:g} 114", "#fdf3cf", 8)
            for x in (-44, -14, 16, 46)
        )
        + circle((0, -112), 9, "#b98f34")
        + shine((-52, -36), (11, 28), turn=14)
    )
    return (
        ground(190)
        + placed(one, (396, 356), turn=20, scale=0.92)
        + placed(one, (232, 338), turn=-14, scale=1.1)
    )
