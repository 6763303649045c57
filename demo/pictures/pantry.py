"""What keeps: grain, nuts, sauces, oil and honey."""

from random import Random

from demo.pictures.canvas import (
    WHITE,
    bowl,
    circle,
    ellipse,
    ground,
    path,
    placed,
    rect,
    shine,
    stroke,
)


def rice(dice: Random) -> str:
    band = dice.choice(["#d8734a", "#5d8f63", "#4f7fa3"])
    ear = stroke("M0 60C-4 10 2-30 22-60", "#d9a93e", 6) + "".join(
        placed(ellipse((0, 0), (8, 15), "#e6bb4d"), (x, y), turn=t)
        for x, y, t in ((24, -64, 30), (4, -40, -30), (26, -30, 40), (-6, -10, -30), (18, 2, 40))
    )
    return (
        ground(150, 486)
        + path(
            "M176 190C170 280 150 380 168 456C176 486 424 486 432 456C450 380 430 280 424 190Z",
            "#efe3c8",
        )
        + path(
            "M424 190C430 280 450 380 432 456C426 476 350 482 310 480C380 400 390 280 372 190Z",
            "#b89a66",
            opacity=0.3,
        )
        + path(
            (
                "M170 190C180 150 220 176 236 142C262 168 338 168 364 142"
                "C380 176 420 150 430 190C380 208 220 208 170 190Z"
            ),
            "#e3d2ac",
        )
        + rect((206, 184), (188, 17), band, rx=8)
        + circle((300, 340), 84, WHITE, opacity=0.85)
        + circle((300, 340), 84, "none", stroke=band, stroke_width=8)
        + placed(ear, (280, 346))
        + placed(ear, (318, 350), turn=24, scale=0.9)
        + "".join(
            ellipse(at, (11, 6), "#fffdf6")
            for at in ((120, 474), (146, 482), (468, 478), (446, 486))
        )
    )


def grains(_: Random) -> str:
    tones = ("#b98a4b", "#e6cf93", "#6b4a3a", "#c9d08c", "#a8503e")
    dots = "".join(
        ellipse((190 + (n * 47) % 226, 276 + (n * 29) % 58), (12, 9), tones[n % 5])
        for n in range(34)
    )
    return bowl("#c9a06c", "#d9b877", rim="#ead2aa") + dots


def nuts(dice: Random) -> str:
    def almond(fill: str) -> str:
        return path("M0-34C26-20 28 22 0 38C-28 22-26-20 0-34Z", fill) + stroke(
            "M-4-18C-8 0-6 14-2 26M6-18C10 0 8 12 4 24", "#8a5528", 3, opacity=0.6
        )

    walnut = circle((0, 0), 34, "#d2a06a") + stroke(
        (
            "M0-32V32M-8-20C-28-20-28 0-10-2M-8 22C-28 22-28 8-12 6M8-20C28-20 28 0 10-2"
            "M8 22C28 22 28 8 12 6"
        ),
        "#a5703d",
        6,
    )
    cashew = stroke("M-24 16C-34-22 14-40 28-8", "#f0d7a3", 24)
    kinds = [almond("#b8743a"), walnut, cashew, almond("#c98548")]
    spots = (
        (190, 290),
        (244, 268),
        (300, 262),
        (356, 268),
        (410, 292),
        (226, 316),
        (284, 310),
        (340, 314),
        (386, 322),
        (270, 236),
        (330, 232),
    )
    pile = "".join(
        placed(kinds[(n + dice.randint(0, 1)) % 4], at, turn=dice.randint(-70, 70), scale=1.05)
        for n, at in enumerate(spots)
    )
    return bowl("#8c6a4f", "#6f5138", rim="#a98464") + pile


def chestnut(_: Random) -> str:
    one = (
        path(
            "M0-100C30-70 112-40 108 30C104 84 50 100 0 100S-104 84-108 30C-112-40-30-70 0-100Z",
            "#8a4f33",
        )
        + path("M-100 54C-60 30 60 30 100 54C84 90 44 100 0 100S-84 90-100 54Z", "#dcb98e")
        + shine((-48, -18), (13, 34), turn=34, opacity=0.3)
    )
    return (
        ground(200, 480)
        + placed(one, (310, 244), scale=0.8)
        + placed(one, (202, 372), scale=0.86, turn=-10)
        + placed(one, (404, 376), scale=0.86, turn=12)
    )


def sauce(dice: Random) -> str:
    paste = dice.choice(["#a8412c", "#8a5a34", "#9c4a2c"])
    return (
        ground(150, 488)
        + path("M176 250C120 330 150 484 300 484S480 330 424 250Z", "#7b4a36")
        + path("M300 484C150 484 120 330 176 250H220C180 340 200 450 300 484Z", WHITE, opacity=0.13)
        + stroke("M154 350C220 372 380 372 446 350", "#5f3527", 8, opacity=0.6)
        + ellipse((300, 250), (136, 42), "#5f3527")
        + ellipse((300, 252), (116, 32), paste)
        + path(
            "M220 246C260 226 300 262 340 238C360 230 380 240 388 250C370 268 250 274 220 246Z",
            WHITE,
            opacity=0.18,
        )
        + placed(
            rect((-10, -170), (20, 190), "#c99a62", rx=10) + ellipse((0, 24), (34, 22), "#d8aa70"),
            (372, 222),
            turn=24,
        )
    )


def bottle_sauce(dice: Random) -> str:
    first, second = dice.choice([("#4a2f28", "#b3402c"), ("#5b3626", "#8c2f24")])
    return (
        ground(180, 488)
        + placed(_bottle(second, "#e9e2d4", "#f4efe4"), (388, 322), scale=0.86)
        + placed(_bottle(first, "#c9452f", "#f7f1e3"), (232, 300))
    )


def _bottle(fill: str, cap: str, label: str) -> str:
    return (
        rect((-30, -210), (60, 46), cap, rx=9)
        + path(
            (
                "M-26-166H26V-112C26-84 76-66 76-20V164C76 180 66 188 52 188H-52"
                "C-66 188-76 180-76 164V-20C-76-66-26-84-26-112Z"
            ),
            fill,
        )
        + rect((-76, 0), (152, 116), label)
        + rect((-46, 26), (92, 11), fill, rx=5, opacity=0.75)
        + rect((-32, 50), (64, 9), fill, rx=4, opacity=0.45)
        + circle((0, 86), 13, fill, opacity=0.6)
        + rect((-60, -30), (13, 200), WHITE, rx=6, opacity=0.28)
    )


def oil(_: Random) -> str:
    sesame = "".join(
        placed(ellipse((0, 0), (6, 10), "#f2deb0"), at, turn=t)
        for at, t in (
            ((120, 470), 30),
            ((144, 482), -40),
            ((472, 474), 20),
            ((446, 484), -60),
            ((490, 486), 70),
        )
    )
    return (
        ground(180, 488)
        + placed(_bottle("#d9a53f", "#6b4a2f", "#fdf6e3"), (390, 316), scale=0.9)
        + placed(_bottle("#a8642c", "#6b4a2f", "#fdf6e3"), (232, 298))
        + sesame
    )


def honey(dice: Random) -> str:
    gold = dice.choice(["#eeae2f", "#e8a126"])
    return (
        ground(150, 488)
        + path(
            "M166 250C150 320 152 420 180 468C196 490 404 490 420 468C448 420 450 320 434 250Z",
            gold,
        )
        + path(
            "M434 250C450 320 448 420 420 468C410 482 350 486 310 484C380 430 400 330 384 250Z",
            "#b8741a",
            opacity=0.4,
        )
        + rect((172, 196), (256, 66), "#f7efe0", rx=20)
        + rect((172, 238), (256, 24), "#ddd0b8", rx=12)
        + path("M300 306L356 338V402L300 434L244 402V338Z", "#fdf3d4")
        + path("M300 330L336 350V390L300 410L264 390V350Z", gold)
        + rect((188, 284), (17, 150), WHITE, rx=8, opacity=0.4)
        + placed(
            rect((-8, -140), (16, 150), "#b58450", rx=8)
            + ellipse((0, 34), (30, 40), "#c99a62")
            + stroke("M-28 20H28M-30 38H30M-26 56H26", "#8d6334", 5),
            (466, 300),
            turn=26,
        )
    )
