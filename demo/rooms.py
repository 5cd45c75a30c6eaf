"""The four named restaurants as they are drawn: where each table stands, and the room around it.

Numbers are canvas units. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from restaurants.layout import Spot

Box = tuple[int, int, int, int]
"""Left, top, width, height."""


@dataclass(frozen=True, kw_only=True)
class Scenery:
    """What stands still, to be drawn behind the tables.

    :param floors: boxes with the material of their floor: wood, stone, deck, water or carpet
    :param walls: lines of corners, drawn as solid walls
    :param railings: the same, open
    :param windows: from corner to corner, on a wall
    :param doors: hinge, then the corner it closes to
    :param furniture: counters, kitchens, stages: boxes of what cannot be sat at
    :param plants: middle and radius
    """

    floors: tuple[tuple[str, Box], ...] = ()
    walls: tuple[tuple[tuple[int, int], ...], ...] = ()
    railings: tuple[tuple[tuple[int, int], ...], ...] = ()
    windows: tuple[Box, ...] = ()
    doors: tuple[Box, ...] = ()
    furniture: tuple[Box, ...] = ()
    plants: tuple[tuple[int, int, int], ...] = ()


@dataclass(frozen=True, kw_only=True)
class DrawnRoom:
    """One plan; `spots` by the number of the table."""

    name: str
    width: int
    height: int
    spots: Mapping[str, Spot]
    scenery: Scenery


def _at(
    x: int, y: int, width: int, height: int = 0, *, shape: str = "square", turn: int = 0
) -> Spot:
    return Spot(x=x, y=y, width=width, height=height or width, shape=shape, rotation=turn)


def _line(
    numbers: str, x: int, y: int, *, step: tuple[int, int], size: tuple[int, int], shape: str
) -> dict[str, Spot]:
    """Tables one after the other, at equal distances."""
    return {
        number: _at(x + index * step[0], y + index * step[1], *size, shape=shape)
        for index, number in enumerate(numbers.split())
    }


BELLA_VISTA = DrawnRoom(
    name="Ground floor",
    width=1400,
    height=900,
    spots={
        **_line("1 2 3 4", 90, 90, step=(140, 0), size=(70, 70), shape="round"),
        "5": _at(680, 90, 70),
        "6": _at(820, 90, 70),
        **_line("7 8", 90, 250, step=(110, 0), size=(90, 90), shape="square"),
        **_line("9 10 11", 370, 250, step=(110, 0), size=(90, 90), shape="square"),
        "15": _at(750, 250, 150, 90, shape="rectangle"),
        "12": _at(230, 430, 110, 90, shape="booth"),
        **_line("13 14", 400, 430, step=(130, 0), size=(110, 90), shape="booth"),
        "20": _at(1070, 440, 240, 100, shape="rectangle"),
        **_line("B1 B2 B3 B4", 1180, 70, step=(0, 70), size=(60, 60), shape="bar"),
        "B5": _at(1020, 90, 90, shape="round"),
        "B6": _at(1030, 270, 60, shape="bar"),
        **_line("T1 T2 T3 T4", 90, 690, step=(130, 0), size=(70, 70), shape="round"),
        **_line("T5 T6", 650, 680, step=(110, 0), size=(90, 90), shape="square"),
        "T7": _at(950, 680, 90),
    },
    scenery=Scenery(
        floors=(
            ("wood", (40, 40, 920, 530)),
            ("stone", (960, 40, 400, 340)),
            ("carpet", (1000, 400, 360, 170)),
            ("deck", (40, 610, 1320, 210)),
            ("water", (0, 840, 1400, 60)),
        ),
        walls=(
            ((40, 330), (40, 40), (1360, 40), (1360, 570), (1000, 570)),
            ((40, 430), (40, 570), (890, 570)),
            ((960, 40), (960, 100)),
            ((960, 300), (960, 380), (1360, 380)),
            ((1000, 400), (1000, 450)),
            ((1000, 550), (1000, 570)),
            ((960, 380), (1000, 380), (1000, 400)),
        ),
        railings=(((40, 610), (40, 820), (1360, 820), (1360, 610)),),
        windows=((70, 40, 180, 40), (210, 40, 320, 40), (350, 40, 460, 40), (490, 40, 600, 40)),
        doors=((40, 330, 40, 430), (890, 570, 1000, 570)),
        furniture=((1260, 60, 50, 300), (690, 430, 170, 120)),
        plants=((75, 535, 22), (925, 70, 20), (1120, 715, 24), (1210, 770, 24), (1300, 690, 26)),
    ),
)

NIGHT_OWL_BAR = DrawnRoom(
    name="Bar",
    width=1200,
    height=760,
    spots={
        "1": _at(100, 110, 70, shape="round"),
        "2": _at(260, 110, 70, shape="round"),
        "3": _at(420, 110, 70, shape="round"),
        **_line("4 5 6 7", 90, 560, step=(170, 0), size=(130, 90), shape="booth"),
        **_line("8 9", 240, 320, step=(120, 0), size=(90, 90), shape="round"),
        "10": _at(860, 560, 220, 100, shape="booth"),
        **_line("C1 C2 C3 C4 C5 C6", 620, 200, step=(80, 0), size=(60, 60), shape="bar"),
    },
    scenery=Scenery(
        floors=(("wood", (40, 40, 1120, 680)), ("carpet", (60, 530, 1080, 170))),
        walls=(
            ((40, 300), (40, 40), (1160, 40), (1160, 720), (40, 720), (40, 400)),
            ((800, 530), (800, 720)),
        ),
        windows=((90, 40, 260, 40), (330, 40, 500, 40)),
        doors=((40, 300, 40, 400),),
        furniture=((600, 120, 500, 60), (600, 50, 500, 26), (980, 330, 120, 90)),
        plants=((70, 70, 20), (560, 70, 20), (830, 690, 18)),
    ),
)
NIGHT_OWL_COURTYARD = DrawnRoom(
    name="Courtyard",
    width=800,
    height=500,
    spots=_line("H1 H2 H3", 190, 210, step=(130, 0), size=(90, 90), shape="square"),
    scenery=Scenery(
        floors=(("stone", (40, 40, 720, 420)),),
        walls=(((40, 40), (760, 40), (760, 460), (40, 460), (40, 300)), ((40, 200), (40, 40))),
        doors=((40, 200, 40, 300),),
        plants=((90, 90, 28), (710, 90, 34), (90, 410, 24), (710, 410, 28), (640, 400, 18)),
    ),
)

DYM = DrawnRoom(
    name="Первый этаж",
    width=1300,
    height=840,
    spots={
        **_line("1 2 3 4", 90, 90, step=(140, 0), size=(70, 70), shape="round"),
        **_line("5 6", 90, 260, step=(110, 0), size=(90, 90), shape="square"),
        "7": _at(370, 260, 90),
        "8": _at(520, 260, 90),
        "9": _at(90, 450, 150, 90, shape="booth"),
        "10": _at(330, 450, 150, 90, shape="booth"),
        "К1": _at(800, 120, 150, 90, shape="rectangle"),
        "К2": _at(1050, 120, 150, 90, shape="rectangle"),
        "К3": _at(870, 400, 260, 100, shape="rectangle"),
        **_line("Т1 Т2 Т3", 160, 680, step=(130, 0), size=(90, 90), shape="square"),
    },
    scenery=Scenery(
        floors=(
            ("wood", (40, 40, 680, 540)),
            ("carpet", (740, 40, 250, 250)),
            ("carpet", (1010, 40, 250, 250)),
            ("carpet", (740, 310, 520, 270)),
            ("deck", (40, 640, 680, 160)),
        ),
        walls=(
            ((40, 40), (1260, 40), (1260, 580), (720, 580)),
            ((40, 40), (40, 580), (560, 580)),
            ((720, 40), (720, 230)),
            ((720, 290), (720, 400)),
            ((720, 500), (720, 580)),
            ((740, 290), (830, 290)),
            ((920, 290), (1080, 290)),
            ((1170, 290), (1260, 290)),
            ((1000, 40), (1000, 290)),
        ),
        railings=(((40, 620), (40, 800), (720, 800), (720, 620)),),
        windows=((90, 40, 220, 40), (320, 40, 450, 40)),
        doors=((560, 580, 720, 580), (720, 400, 720, 500)),
        furniture=((620, 70, 70, 140), (540, 430, 130, 110)),
        plants=((680, 610, 18), (620, 710, 26), (1230, 550, 20), (70, 550, 18)),
    ),
)

TABLE_MESA = DrawnRoom(
    name="Main floor",
    width=1300,
    height=840,
    spots={
        **_line("11 12 13", 90, 80, step=(140, 0), size=(70, 70), shape="square"),
        **_line("14 15", 510, 80, step=(90, 0), size=(70, 70), shape="square"),
        **_line("21 22 23 24", 80, 440, step=(160, 0), size=(120, 90), shape="booth"),
        **_line("31 32 33 34", 90, 240, step=(110, 0), size=(90, 90), shape="square"),
        "41": _at(600, 240, 150, 90, shape="rectangle"),
        **_line("C1 C2 C3 C4 C5", 1000, 90, step=(0, 90), size=(60, 60), shape="bar"),
        **_line("S1 S2 S3", 160, 690, step=(180, 0), size=(70, 70), shape="round"),
    },
    scenery=Scenery(
        floors=(
            ("wood", (40, 40, 800, 530)),
            ("stone", (840, 40, 420, 530)),
            ("stone", (0, 620, 1300, 220)),
        ),
        walls=(((860, 570), (40, 570), (40, 40), (1260, 40), (1260, 570), (1000, 570)),),
        railings=(((120, 800), (120, 650), (640, 650), (640, 800)),),
        windows=((120, 570, 380, 570), (460, 570, 720, 570)),
        doors=((860, 570, 1000, 570),),
        furniture=((1090, 70, 60, 460), (1200, 70, 40, 460)),
        plants=((80, 690, 26), (700, 700, 28), (820, 70, 20), (815, 545, 18)),
    ),
)

DRAWN: Mapping[str, tuple[DrawnRoom, ...]] = {
    "bella-vista": (BELLA_VISTA,),
    "night-owl": (NIGHT_OWL_BAR, NIGHT_OWL_COURTYARD),
    "kalyannaya-dym": (DYM,),
    "table-mesa": (TABLE_MESA,),
}
"""By slug. The other houses are laid out by themselves."""
