"""Fruit of orchard, field and vine."""

from random import Random

from demo.pictures.canvas import (
    DEEP_LEAF,
    LEAF,
    circle,
    ellipse,
    ground,
    leaf,
    path,
    placed,
    shine,
    stroke,
)

_APPLE = (
    "M0-78C40-112 120-92 116-8C112 66 58 118 22 108C8 104-8 104-22 108"
    "C-58 118-112 66-116-8C-120-92-40-112 0-78Z"
)


def _apple(skin: str, dark: str) -> str:
    return (
        path(_APPLE, skin)
        + path(
            "M22 108C58 118 112 66 116-8C118-56 92-88 60-94C96-40 84 60 0 104Z", dark, opacity=0.5
        )
        + ellipse((0, -74), (34, 11), dark, opacity=0.7)
        + stroke("M0-76C0-100 8-116 18-126", "#7a5233", 9)
        + leaf((8, -96), turn=12, scale=0.8)
        + shine((-62, -30), (16, 34), turn=18)
    )


def apple(dice: Random) -> str:
    skin, dark = dice.choice(
        [("#e2533f", "#a92c2a"), ("#d9423f", "#98262c"), ("#ea6a4b", "#b5392f")]
    )
    return (
        ground(190)
        + placed(_apple(skin, dark), (398, 356), scale=0.86, turn=10)
        + placed(_apple(skin, dark), (232, 340), scale=1.08, turn=-6)
    )


def green_apple(dice: Random) -> str:
    return ground(190) + "".join(
        placed(_apple("#a9cf58", "#6f9c36"), at, scale=scale, turn=dice.randint(-12, 12))
        for at, scale in (((396, 360), 0.82), ((232, 342), 1.06))
    )


def pear(dice: Random) -> str:
    def one(skin: str) -> str:
        return (
            circle((0, 0), 112, skin)
            + path("M0 112A112 112 0 0 0 78-80A150 150 0 0 1 0 112Z", "#a9752f", opacity=0.35)
            + "".join(
                circle((dice.randint(-70, 60), dice.randint(-70, 80)), 2.6, "#8d6427", opacity=0.5)
                for _ in range(12)
            )
            + stroke("M0-108C-2-126 4-140 10-150", "#7a5233", 9)
            + shine((-56, -38), (18, 34), turn=24)
        )

    return (
        ground(195)
        + placed(one("#d8a754"), (400, 368), scale=0.84)
        + placed(one("#e0b264"), (230, 344), scale=1.06)
    )


def _mandarin(skin: str) -> str:
    return (
        ellipse((0, 0), (100, 88), skin)
        + path(
            "M0 88C60 88 100 48 100 0C100-26 88-50 70-64C80 10 50 70 0 88Z", "#d2661c", opacity=0.4
        )
        + circle((0, -66), 7, DEEP_LEAF)
        + shine((-48, -30), (22, 13), turn=-28)
    )


def mandarin(dice: Random) -> str:
    skin = dice.choice(["#f59a34", "#f28c28", "#f7a440"])
    cut = (
        circle((0, 0), 84, skin)
        + circle((0, 0), 74, "#fde3b8")
        + "".join(
            placed(path("M0-8C-22-30-22-56 0-66C22-56 22-30 0-8Z", "#f8ab45"), (0, 0), turn=turn)
            for turn in range(0, 360, 45)
        )
    )
    return (
        ground(200)
        + placed(_mandarin(skin), (300, 260), scale=1.02)
        + leaf((304, 194), turn=-14, scale=1.1)
        + placed(_mandarin(skin), (200, 374))
        + placed(cut, (396, 380))
    )


def _strawberry(dice: Random) -> str:
    seeds = "".join(
        ellipse((x, y), (3.6, 5.6), "#ffe39a")
        for x, y in (
            (-40, -20),
            (0, -28),
            (40, -20),
            (-24, 14),
            (22, 14),
            (0, 46),
            (-46, 10),
            (46, 8),
        )
    )
    crown = path("M0-54L-58-40L-34-66L-64-86L-22-82L0-112L22-82L64-86L34-66L58-40Z", LEAF)
    red = dice.choice(["#e23b4b", "#ea4a55", "#d83446"])
    return (
        path("M0-66C56-84 98-44 78 14C62 62 26 96 0 104C-26 96-62 62-78 14C-98-44-56-84 0-66Z", red)
        + path(
            "M0 104C26 96 62 62 78 14C90-22 80-50 60-64C66 6 40 70 0 104Z", "#9d1f38", opacity=0.35
        )
        + seeds
        + crown
        + shine((-44, -34), (11, 20), turn=30)
    )


def strawberry(dice: Random) -> str:
    return (
        ground(190)
        + placed(_strawberry(dice), (300, 236), scale=0.95, turn=-4)
        + placed(_strawberry(dice), (208, 366), turn=-14)
        + placed(_strawberry(dice), (394, 370), turn=14)
    )


def blueberry(dice: Random) -> str:
    spots = (
        (200, 300),
        (300, 284),
        (400, 302),
        (250, 346),
        (352, 348),
        (300, 402),
        (206, 392),
        (396, 396),
    )
    return ground(190) + "".join(
        circle(at, 58, dice.choice(["#4a5fa8", "#5a70b8", "#3f5296"]))
        + circle((at[0], at[1] - 18), 15, "#2f3d78")
        + shine((at[0] - 24, at[1] - 20), (8, 13), turn=30, opacity=0.35)
        for at in spots
    )


def grape(dice: Random) -> str:
    skin, dark = dice.choice([("#b6d46a", "#86ad3f"), ("#a8ca5c", "#7ba238")])
    return _cluster(skin, dark)


def dark_grape(_: Random) -> str:
    return _cluster("#6d4a8f", "#4b2f6b")


def _cluster(skin: str, dark: str) -> str:
    rows = ((4, 236), (5, 300), (4, 362), (3, 420), (1, 470))
    berries = "".join(
        circle((x, y), 40, dark)
        + circle((x - 4, y - 4), 35, skin)
        + shine((x - 16, y - 17), (7, 11), turn=35)
        for count, y in rows
        for x in (300 + (n - (count - 1) / 2) * 68 for n in range(count))
    )
    stem = stroke("M300 220C300 180 296 160 310 130", "#8a6a3f", 12)
    return ground(120, 506) + stem + leaf((304, 190), turn=8, scale=1.5) + berries


def peach(dice: Random) -> str:
    blush = dice.choice(["#f08a78", "#ee7f7c"])
    one = (
        path(
            (
                "M0-88C66-112 118-54 110 8C102 70 50 104 0 112C-50 104-102 70-110 8"
                "C-118-54-66-112 0-88Z"
            ),
            "#fac9a4",
        )
        + path(
            "M0-88C66-112 118-54 110 8C102 70 50 104 0 112C44 52 50-28 0-88Z", blush, opacity=0.75
        )
        + stroke("M0-88C34-28 34 44 4 106", "#d66a5f", 5, opacity=0.6)
        + leaf((0, -90), turn=-4, scale=0.95)
        + shine((-62, -30), (15, 30), turn=20)
    )
    return (
        ground(190)
        + placed(one, (394, 362), scale=0.84, turn=8)
        + placed(one, (230, 342), scale=1.05)
    )
