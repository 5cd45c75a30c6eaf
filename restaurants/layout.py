"""Where tables stand when nobody has drawn them yet. Pure.

Lengths are canvas units (see `restaurants.models.floor`); everything lies on a grid of 10.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

GRID = 10
MARGIN = 40
GAP = 40
"""Between tables: room for the chairs of both."""

HEADING = 40
"""Above the tables of an area: room for its name."""

WIDTH = 1200
LOWEST = 400
HIGHEST = 4000


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A table's place: upper left corner before turning, size, degrees clockwise, shape."""

    x: int
    y: int
    width: int
    height: int
    rotation: int = 0
    shape: str = "square"


@dataclass(frozen=True, kw_only=True)
class ToPlace:
    """A table that needs a place. `key` is anything that tells tables apart."""

    key: int
    number: str
    area: str
    area_position: int
    seats: int
    table_type: str = "standard"


@dataclass(frozen=True)
class Layout:
    """Size of the canvas, and the place of each table by its key."""

    width: int
    height: int
    spots: dict[int, Spot]


def snap(length: float, *, grid: int = GRID) -> int:
    """To the nearest line of the grid, halves upwards."""
    return int((length + grid / 2) // grid) * grid


def natural_key(text: str) -> tuple[tuple[int, int, str], ...]:
    """For sorting as people do: T2 before T10."""
    return tuple(
        (0, int(part), "") if part.isdecimal() else (1, 0, part.casefold())
        for part in re.findall(r"\d+|\D+", text)
    )


def size_of(seats: int, table_type: str = "standard") -> tuple[str, int, int]:
    """Shape, width and height of an ordinary table for so many."""
    if table_type == "bar":
        return "bar", max(60, min(8, seats) * 30), 60
    if table_type == "booth":
        return "booth", 80 if seats <= 2 else min(300, 110 + 20 * max(0, (seats - 3) // 2)), 90
    if seats <= 2:
        return ("round" if table_type in {"outdoor", "high_top"} else "square"), 70, 70
    if seats <= 4:
        return ("round" if table_type == "high_top" else "square"), 90, 90
    return "rectangle", min(400, 60 + 40 * ((seats - 1) // 2)), 90


def auto_layout(tables: Iterable[ToPlace], *, width: int = WIDTH, top: int = 0) -> Layout:
    """Tidy rows, area by area, in the order of the numbers; no two tables touch.

    :param top: where to begin, below what is drawn already
    """
    ordered = sorted(tables, key=lambda t: (t.area_position, t.area, natural_key(t.number), t.key))
    spots: dict[int, Spot] = {}
    y = top + MARGIN
    for _area, group in groupby(ordered, key=lambda t: (t.area_position, t.area)):
        y = _rows(list(group), spots, width=width, y=y + HEADING)
    bottom = min(HIGHEST, max(LOWEST, y - GAP + MARGIN))
    return Layout(width=width, height=bottom, spots=spots)


def _rows(group: Sequence[ToPlace], spots: dict[int, Spot], *, width: int, y: int) -> int:
    """Place one area from `y` on; returns where the next one may begin."""
    x, tallest = MARGIN, 0
    for table in group:
        shape, wide, tall = size_of(table.seats, table.table_type)
        if x > MARGIN and x + wide > width - MARGIN:
            x, y, tallest = MARGIN, y + tallest + GAP, 0
        spots[table.key] = Spot(x=x, y=min(y, HIGHEST - tall), width=wide, height=tall, shape=shape)
        x, tallest = x + wide + GAP, max(tallest, tall)
    return y + tallest + GAP


@dataclass(frozen=True)
class Box:
    """A rectangle along the axes."""

    left: float
    top: float
    right: float
    bottom: float


def box_of(spot: Spot) -> Box:
    """The rectangle that a turned table needs."""
    middle_x, middle_y = spot.x + spot.width / 2, spot.y + spot.height / 2
    wide, tall = _turned(spot)
    return Box(middle_x - wide / 2, middle_y - tall / 2, middle_x + wide / 2, middle_y + tall / 2)


def _turned(spot: Spot) -> tuple[float, float]:
    if spot.rotation % 180 == 0:
        return spot.width, spot.height
    if spot.rotation % 180 == 90:
        return spot.height, spot.width
    if spot.shape == "round" and spot.width == spot.height:
        return spot.width, spot.height
    angle = math.radians(spot.rotation)
    cos, sin = abs(math.cos(angle)), abs(math.sin(angle))
    return spot.width * cos + spot.height * sin, spot.width * sin + spot.height * cos
