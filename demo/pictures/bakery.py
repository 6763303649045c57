"""Bread and sweets, milk and cheese."""

from random import Random

from demo.pictures.canvas import (
    WHITE,
    circle,
    ellipse,
    ground,
    leaf,
    path,
    placed,
    plate,
    rect,
    shine,
    stroke,
)


def bread(dice: Random) -> str:
    crust, crumb = dice.choice([("#c98746", "#f6dfb3"), ("#b9773a", "#f3d8a8")])
    return (
        ground(205, 470)
        + path(
            (
                "M110 250C96 180 170 150 236 172C280 150 360 150 392 172"
                "C470 150 512 196 486 256V440C486 456 476 464 460 464H136"
                "C120 464 110 456 110 440Z"
            ),
            crust,
        )
        + path(
            (
                "M110 250C96 180 170 150 230 172C300 160 322 210 306 256V464H136"
                "C120 464 110 456 110 440Z"
            ),
            "#e0a661",
        )
        + path("M130 246C122 196 176 174 224 192C276 182 300 212 286 254V444H130Z", crumb)
        + "".join(
            ellipse(at, (7, 5), "#e5c48d")
            for at in ((170, 260), (220, 240), (240, 320), (176, 360), (220, 410))
        )
        + stroke(
            "M350 200C370 220 370 240 362 256M412 196C432 216 432 240 424 256",
            "#e3b173",
            10,
            opacity=0.8,
        )
    )


def roll(_: Random) -> str:
    one = (
        path("M-130 50C-140-30-80-84 0-84S140-30 130 50C90 80-90 80-130 50Z", "#d9954c")
        + path("M-104 20C-104-30-60-62 0-64C-50-40-80-10-84 30Z", "#f2c583", opacity=0.8)
        + stroke("M-50-66C-20-30-20 20-50 62M40-72C10-30 10 20 44 64", "#b8742f", 7)
        + "".join(
            rect((x, y), (10, 10), WHITE, rx=3)
            for x, y in ((-10, -60), (14, -40), (-30, -34), (30, -62))
        )
    )
    return (
        ground(205, 476)
        + placed(one, (312, 252), scale=0.86, turn=-5)
        + placed(one, (202, 378), scale=0.92)
        + placed(one, (404, 384), scale=0.86, turn=4)
    )


def croissant(_: Random) -> str:
    one = (
        path(
            (
                "M-170 70C-190 20-150-20-110-30C-80-96 80-96 110-30C150-20 190 20 170 70"
                "C150 96 116 70 96 40C50 20-50 20-96 40C-116 70-150 96-170 70Z"
            ),
            "#d9954a",
        )
        + path("M-110-30C-80-96 80-96 110-30C60-60-60-60-110-30Z", "#f0bd78")
        + stroke(
            (
                "M-110-30C-92 0-92 20-96 40M-44-72C-26-40-26 0-34 26M44-72"
                "C26-40 26 0 34 26M110-30C92 0 92 20 96 40"
            ),
            "#a8662a",
            8,
        )
    )
    return (
        ground(200, 476)
        + placed(one, (306, 256), scale=0.9, turn=-6)
        + placed(one, (300, 392), scale=1.02, turn=4)
    )


def sweets(dice: Random) -> str:
    honey, dark = dice.choice([("#c8813b", "#9a5a22"), ("#cf8d46", "#a0622a")])
    flower = (
        "".join(placed(circle((0, -52), 36, honey), (0, 0), turn=t) for t in range(0, 360, 45))
        + circle((0, 0), 56, honey)
        + circle((0, 0), 34, dark, opacity=0.55)
        + "".join(
            placed(ellipse((0, -52), (4, 13), "#f3d9a4"), (0, 0), turn=t) for t in range(0, 360, 45)
        )
        + circle((0, 0), 11, "#f7e7bf")
    )
    return (
        plate(430, 215)
        + placed(flower, (300, 262), scale=0.98)
        + placed(flower, (196, 372), scale=0.84, turn=20)
        + placed(flower, (406, 374), scale=0.84, turn=10)
    )


def cake(_: Random) -> str:
    return (
        plate(440, 200)
        + path("M150 270L420 214C452 230 468 262 468 292V388L150 424Z", "#f8e3ac")
        + path("M150 270L420 214C452 230 468 262 468 292L150 324Z", "#b46f38")
        + path("M150 270L420 214C444 226 460 246 466 268L150 300Z", "#d18d4d")
        + rect((150, 396), (2, 28), "#caa15e")
        + stroke("M158 418L460 382", "#d9b877", 15)
        + shine((340, 244), (60, 9), turn=-11)
        + leaf((300, 236), turn=-30, scale=0.8)
        + circle((296, 226), 22, "#dd4b52")
        + circle((330, 214), 18, "#dd4b52")
    )


def cheese(_: Random) -> str:
    return (
        ground(200, 474)
        + path("M110 330L430 210C474 240 492 290 492 330V452H110Z", "#f2c24a")
        + path("M110 330L430 210C474 240 492 290 492 330Z", "#fadb7c")
        + "".join(
            circle(at, r, "#d9a32f")
            for at, r in (((190, 392), 24), ((286, 372), 17), ((350, 418), 28), ((440, 380), 19))
        )
        + ellipse((380, 286), (28, 14), "#e9bf55")
        + ellipse((286, 304), (17, 8), "#e9bf55")
    )


def milk(_: Random) -> str:
    bottle = (
        rect((-54, -196), (108, 38), "#6fa3c8", rx=12)
        + path(
            (
                "M-46-160H46V-110C46-80 92-66 92-10V160C92 180 80 190 62 190H-62"
                "C-80 190-92 180-92 160V-10C-92-66-46-80-46-110Z"
            ),
            "#eaf2f5",
        )
        + path(
            (
                "M-84-10C-84-50-50-66-42-96H42C50-66 84-50 84-10V156C84 174 76 182 60 182"
                "H-60C-76 182-84 174-84 156Z"
            ),
            WHITE,
        )
        + rect((-92, 10), (184, 104), "#8fbcd9")
        + circle((0, 62), 34, WHITE)
        + path("M0 34C18 58 24 66 24 74A24 24 0 0 1-24 74C-24 66-18 58 0 34Z", "#8fbcd9")
        + rect((-74, -20), (15, 190), WHITE, rx=7, opacity=0.55)
    )
    cup = (
        path("M-60-70H60L46 84C44 94 36 98 26 98H-26C-36 98-44 94-46 84Z", "#f6efe2")
        + ellipse((0, -70), (60, 17), WHITE)
        + path("M-54-20H54L50 30H-50Z", "#e7a9a1")
    )
    return ground(180, 486) + placed(bottle, (250, 296)) + placed(cup, (412, 388))
