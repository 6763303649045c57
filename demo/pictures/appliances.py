"""What plugs in."""

from random import Random

from demo.pictures.canvas import SHADE, WHITE, circle, ground, path, placed, rect, steam, stroke


def blender(dice: Random) -> str:
    fill = dice.choice(["#e58a5a", "#8fb35c", "#d8627a"])
    return (
        ground(140, 492)
        + rect((216, 108), (168, 38), "#5b646b", rx=14)
        + path("M198 146H402L380 372H220Z", "#dfeaee")
        + path("M208 236H392L380 372H220Z", fill)
        + "".join(
            circle(at, r, WHITE, opacity=0.5)
            for at, r in (((260, 270), 10), ((320, 300), 14), ((350, 260), 8))
        )
        + stroke("M404 176C456 180 450 300 394 308", "#b9cbd2", 17)
        + path(
            "M206 372H394L416 470C418 484 410 492 396 492H204C190 492 182 484 184 470Z", "#6a747b"
        )
        + path("M330 372H394L416 470C418 484 410 492 396 492H320Z", SHADE, opacity=0.25)
        + circle((300, 432), 30, "#4c555b")
        + stroke("M300 432L314 414", "#f0e3c8", 7)
        + rect((216, 166), (13, 180), WHITE, rx=6, opacity=0.6)
    )


def fryer(_: Random) -> str:
    return (
        ground(150, 492)
        + path(
            (
                "M166 220C166 150 216 116 300 116S434 150 434 220V450"
                "C434 476 420 490 394 490H206C180 490 166 476 166 450Z"
            ),
            "#4f5b60",
        )
        + path(
            (
                "M360 130C410 146 434 176 434 220V450C434 476 420 490 394 490H330"
                "C380 400 390 240 360 130Z"
            ),
            SHADE,
            opacity=0.3,
        )
        + rect((206, 158), (188, 64), "#2f383c", rx=18)
        + rect((226, 178), (66, 24), "#7fd6c4", rx=8)
        + circle((340, 190), 9, "#e9eef0")
        + circle((368, 190), 9, "#e9eef0")
        + rect((186, 262), (228, 188), "#5c696f", rx=22)
        + rect((266, 320), (68, 84), "#2f383c", rx=18)
        + rect((278, 330), (44, 62), "#7c898f", rx=12)
        + rect((186, 170), (10, 270), WHITE, rx=5, opacity=0.2)
    )


def cooker(_: Random) -> str:
    return (
        ground(175, 488)
        + path(
            (
                "M130 290C130 190 210 150 300 150S470 190 470 290V430"
                "C470 466 446 486 412 486H188C154 486 130 466 130 430Z"
            ),
            "#f4f1ec",
        )
        + path(
            (
                "M380 166C440 186 470 230 470 290V430C470 466 446 486 412 486H330"
                "C400 420 420 280 380 166Z"
            ),
            "#a89f94",
            opacity=0.28,
        )
        + path("M130 290C130 190 210 150 300 150S470 190 470 290Z", "#5d5653")
        + path("M130 290C130 190 210 150 300 150C230 176 190 220 186 290Z", WHITE, opacity=0.12)
        + rect((262, 136), (76, 28), "#403a38", rx=12)
        + rect((214, 330), (172, 110), "#34302f", rx=22)
        + rect((236, 348), (128, 40), "#8ed4d8", rx=9)
        + "".join(circle((x, 414), 9, "#d9b36a") for x in (256, 300, 344))
        + steam(300, y=120)
    )


def vacuum(_: Random) -> str:
    return (
        ground(190, 488)
        + stroke("M402 130L250 430", "#9fb0b8", 19)
        + placed(
            rect((-44, -110), (88, 220), "#e9eef0", rx=40)
            + rect((-44, -30), (88, 96), "#e0785a", rx=10)
            + rect((-30, -90), (12, 180), WHITE, rx=6),
            (360, 214),
            turn=27,
        )
        + stroke("M396 116C450 110 470 170 430 210", "#5d6a70", 22)
        + rect((138, 424), (220, 60), "#5d6a70", rx=26)
        + rect((150, 460), (196, 22), "#3f4a4f", rx=11)
        + circle((180, 446), 8, "#e0785a")
    )


def appliance(_: Random) -> str:
    return (
        ground(140, 492)
        + rect((176, 110), (248, 376), "#f3f4f2", rx=44)
        + path(
            (
                "M360 110H380C410 110 424 130 424 154V442C424 466 410 486 380 486H330"
                "C390 400 396 240 360 110Z"
            ),
            "#9aa5a8",
            opacity=0.25,
        )
        + circle((300, 236), 84, "#dfe6e7")
        + circle((300, 236), 68, "#c9d4d6")
        + "".join(
            placed(path("M0-10C20-40 10-60 0-64C-18-50-14-26 0-10Z", "#f3f6f6"), (300, 236), turn=t)
            for t in range(0, 360, 60)
        )
        + circle((300, 236), 13, "#6fb0a6")
        + rect((232, 366), (136, 48), "#3c4548", rx=16)
        + rect((250, 380), (48, 20), "#84dccb", rx=6)
        + circle((336, 390), 8, WHITE)
        + rect((214, 486), (40, 10), "#7b8588", rx=5)
        + rect((346, 486), (40, 10), "#7b8588", rx=5)
    )
