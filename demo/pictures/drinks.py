"""Juice, coffee, tea, water and supplements."""

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
    steam,
    stroke,
)


def juice(dice: Random) -> str:
    fill, dark = dice.choice(
        [("#b83b55", "#8c2440"), ("#e08a3a", "#b5611d"), ("#8fae4a", "#67852e")]
    )
    pouch = (
        path("M-92-150H92L100 150C100 168 92 176 76 176H-76C-92 176-100 168-100 150Z", "#f6f1e8")
        + path("M-96 20H96L100 150C100 168 92 176 76 176H-76C-92 176-100 168-100 150Z", fill)
        + rect((-92, -166), (184, 34), "#e3dacb", rx=8)
        + stroke("M-70-148H70", "#cfc3b0", 4)
        + circle((0, -34), 50, fill)
        + leaf((4, -78), turn=-6, scale=0.6)
        + shine((-18, -50), (10, 17), turn=30)
        + rect((-46, 70), (92, 12), WHITE, rx=6, opacity=0.75)
        + rect((-32, 96), (64, 10), WHITE, rx=5, opacity=0.5)
    )
    glass = (
        path(
            "M-52-80H52L42 90C41 98 36 102 28 102H-28C-36 102-41 98-42 90Z", "#eef3f3", opacity=0.85
        )
        + path("M-47-36H47L40 86C39 92 35 95 28 95H-28C-35 95-39 92-40 86Z", fill)
        + path("M10-36H47L40 86C39 92 35 95 28 95H14Z", dark, opacity=0.4)
    )
    return ground(190, 490) + placed(pouch, (240, 306)) + placed(glass, (422, 386))


def coffee(_: Random) -> str:
    bean = ellipse((0, 0), (25, 17), "#6b4128") + stroke("M-20 2C-8-8 8 8 20-2", "#3f2415", 4)
    return (
        ground(180, 486)
        + stroke("M400 330C470 320 480 410 396 420", "#eee6da", 26)
        + path("M166 290H410V380C410 444 370 478 320 478H256C206 478 166 444 166 380Z", "#faf6ee")
        + path(
            "M340 290H410V380C410 444 370 478 320 478H280C340 450 350 370 340 290Z",
            "#c9b9a0",
            opacity=0.35,
        )
        + ellipse((288, 290), (122, 34), "#efe8db")
        + ellipse((288, 292), (104, 25), "#6b4128")
        + ellipse((276, 288), (52, 10), "#a67449", opacity=0.8)
        + steam(250, 322, y=236)
        + placed(bean, (468, 452), turn=-20)
        + placed(bean, (124, 462), turn=30)
        + placed(bean, (506, 472), turn=50)
    )


def tea(_: Random) -> str:
    return (
        ground(185, 484)
        + stroke("M418 340C486 330 488 420 404 424", "#c9dcc4", 22)
        + path("M160 310H430C430 420 380 476 296 476S160 420 160 310Z", "#dcebd5")
        + path(
            "M360 310H430C430 420 380 476 296 476C352 440 368 380 360 310Z", "#8fae86", opacity=0.35
        )
        + ellipse((295, 310), (135, 36), "#eef6ea")
        + ellipse((295, 312), (115, 27), "#b9c95f")
        + leaf((270, 316), turn=10, scale=0.62)
        + leaf((330, 312), turn=-150, scale=0.5, fill=DEEP_LEAF)
        + stroke("M220 296C200 340 196 370 200 396", WHITE, 5)
        + rect((180, 392), (44, 52), "#f7f2e2", rx=6)
        + leaf((190, 432), turn=-4, scale=0.34)
        + steam(264, 332, y=250)
    )


def water(_: Random) -> str:
    one = (
        rect((-26, -190), (52, 36), "#4f8fb8", rx=9)
        + path(
            (
                "M-22-154H22V-120C22-96 66-84 66-40V160C66 176 56 184 42 184H-42"
                "C-56 184-66 176-66 160V-40C-66-84-22-96-22-120Z"
            ),
            "#cfe8f3",
        )
        + rect((-66, 0), (132, 84), "#6fb3d6")
        + circle((0, 42), 24, WHITE, opacity=0.85)
        + "".join(
            circle(at, r, WHITE, opacity=0.8)
            for at, r in (((-30, 120), 8), ((20, 140), 6), ((34, 104), 9), ((-12, -50), 7))
        )
        + rect((-52, -30), (11, 190), WHITE, rx=5, opacity=0.6)
    )
    return (
        ground(190, 488)
        + placed(one, (402, 318), scale=0.88)
        + placed(one, (204, 318), scale=0.88)
        + placed(one, (304, 300))
    )


def supplement(dice: Random) -> str:
    fill, dark, gold = dice.choice(
        [
            ("#9c2f35", "#6f1d26", "#e3b95c"),
            ("#39606b", "#234450", "#e0c27a"),
            ("#6b4a86", "#492f63", "#e6c987"),
        ]
    )
    return (
        ground(195, 486)
        + rect((110, 190), (220, 290), fill, rx=14)
        + rect((290, 190), (40, 290), dark, rx=10, opacity=0.6)
        + rect((110, 236), (220, 10), gold)
        + rect((110, 420), (220, 10), gold)
        + circle((212, 330), 58, gold)
        + circle((212, 330), 47, fill)
        + placed(
            stroke("M0-30C-4 0-20 20-26 40M0-10C10 10 18 24 22 42M-2 4C-2 20 0 30 2 46", gold, 9),
            (212, 326),
        )
        + rect((364, 250), (120, 40), gold, rx=12)
        + rect((352, 282), (144, 198), dark, rx=28)
        + rect((352, 336), (144, 96), "#fbf5e8")
        + rect((376, 362), (96, 11), dark, rx=5, opacity=0.7)
        + rect((390, 386), (68, 9), dark, rx=4, opacity=0.4)
        + rect((364, 296), (12, 170), WHITE, rx=6, opacity=0.25)
        + circle((350, 474), 13, gold)
        + circle((330, 484), 11, LEAF)
    )
