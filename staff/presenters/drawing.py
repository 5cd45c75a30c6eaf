"""How tables are drawn: outlines, chairs and words, in canvas units. Pure but for translation."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from restaurants.layout import Spot, box_of
from restaurants.selectors import Place, Room, Zone

CHAIR = (22, 9)
"""Along the edge, and away from it."""
CHAIR_GAP = 4
RING = 6
TIGHT, SMALL = 68, 84
PADDING = 48
"""Around what is drawn: chairs, rings, signs and the names of areas."""
SHOWN_FLAGS = ("allergy", "vip", "unpaid", "birthday", "occasion", "note", "eta")
"""In the order of importance; a table has room for three."""


@dataclass(frozen=True, kw_only=True)
class Chair:
    x: float
    y: float
    width: int
    height: int
    turn: str


@dataclass(frozen=True, kw_only=True)
class DrawnTable:
    """One table of the plan. `view` is the plain data of `bookings.presenters.floor`; the rest is
    in units of the table's own corner: `middle`, and `reach` from it to the right and upwards.
    """

    id: int
    number: str
    name: str
    seats_text: str
    x: int
    y: int
    width: int
    height: int
    rotation: int
    outline: str
    ring: str
    chairs: tuple[Chair, ...]
    middle: tuple[float, float]
    reach: tuple[float, float]
    view: Mapping[str, Any]
    flags: tuple[str, ...]
    label: str
    size: str
    """`tight` if it is too low for three lines of words, `small` if they must be smaller."""
    is_first: bool = False


@dataclass(frozen=True, kw_only=True)
class DrawnRoom:
    """A plan; `box` is what of its canvas is shown."""

    room: Room
    box: tuple[int, int, int, int]
    zones: tuple[Zone, ...]
    tables: tuple[DrawnTable, ...]


def drawn_room(
    room: Room, views: Mapping[int, Mapping[str, Any]], words: Mapping[str, str]
) -> DrawnRoom:
    """A plan with the state of its tables.

    :param views: plain data by table; tables without are not drawn
    :param words: the name of each state
    """
    places = [place for place in room.places if place.table.pk in views]
    tables = tuple(
        _table(place, views[place.table.pk], words, is_first=number == 0)
        for number, place in enumerate(places)
    )
    return DrawnRoom(room=room, box=_box(room, places), zones=room.zones, tables=tables)


def _box(room: Room, places: Sequence[Place]) -> tuple[int, int, int, int]:
    """All of it where there is a picture, else only where tables stand."""
    if room.background_url or not places:
        return 0, 0, room.width, room.height
    boxes = [box_of(place.spot) for place in places]
    left = min(b.left for b in boxes) - PADDING
    top = min(b.top for b in boxes) - PADDING - 6
    right = max(b.right for b in boxes) + PADDING
    bottom = max(b.bottom for b in boxes) + PADDING
    return round(left), round(top), round(right - left), round(bottom - top)


def table_words(
    name: str, seats_text: str, view: Mapping[str, Any], words: Mapping[str, str]
) -> str:
    """What a screen reader says of a table: what is to be seen on it, in that order (WCAG 2.5.3),
    and the state. `frontend/js/staff/plan.js` says the same when it changes.
    """
    word = words[view["status"]]
    shown = [view["line"], view["time"]]
    is_free = view["status"] == "available"
    parts = [name, seats_text, *shown, word] if is_free else [name, *shown, word, seats_text]
    return ", ".join(part for part in parts if part)


def _table(
    place: Place, view: Mapping[str, Any], words: Mapping[str, str], *, is_first: bool
) -> DrawnTable:
    table, spot = place.table, place.spot
    box = box_of(spot)
    name = _("Table %(number)s") % {"number": table.number}
    seats_text = ngettext("%(count)d seat", "%(count)d seats", table.seats) % {"count": table.seats}
    middle = (spot.width / 2, spot.height / 2)
    return DrawnTable(
        id=table.pk,
        number=table.number,
        name=name,
        seats_text=seats_text,
        x=spot.x,
        y=spot.y,
        width=spot.width,
        height=spot.height,
        rotation=spot.rotation,
        outline=outline(spot),
        ring=outline(spot, grow=RING),
        chairs=tuple(chairs_of(spot, table.seats)),
        middle=middle,
        reach=(round((box.right - box.left) / 2, 1), round((box.bottom - box.top) / 2, 1)),
        view=view,
        flags=flags_of(view["signs"]),
        size=_size(spot),
        label=table_words(name, seats_text, view, words),
        is_first=is_first,
    )


def _size(spot: Spot) -> str:
    least = min(spot.width, spot.height)
    return "tight" if least < TIGHT else "small" if least < SMALL else ""


def flags_of(signs: Iterable[str]) -> tuple[str, ...]:
    """The flags of a party that a table has room for."""
    found = set(signs)
    return tuple(flag for flag in SHOWN_FLAGS if flag in found)[:3]


def outline(spot: Spot, *, grow: int = 0) -> str:
    """The path of a table top with rounded corners, `grow` units larger on every side."""
    x = y = -grow
    width, height = spot.width + 2 * grow, spot.height + 2 * grow
    if spot.shape == "round":
        rx, ry = width / 2, height / 2
    else:
        corner = {"bar": 10, "booth": 22}.get(spot.shape, 14) + grow
        rx = ry = min(corner, width / 2, height / 2)
    across, down = width - 2 * rx, height - 2 * ry
    arc = f"a{_n(rx)} {_n(ry)} 0 0 1"
    return (
        f"M{_n(x + rx)} {_n(y)}h{_n(across)}{arc} {_n(rx)} {_n(ry)}v{_n(down)}"
        f"{arc} {_n(-rx)} {_n(ry)}h{_n(-across)}{arc} {_n(-rx)} {_n(-ry)}v{_n(-down)}"
        f"{arc} {_n(rx)} {_n(-ry)}z"
    )


def _n(number: float) -> str:
    return f"{number:.1f}".rstrip("0").rstrip(".")


def chairs_of(spot: Spot, seats: int) -> Iterable[Chair]:
    """Where people sit: around a round table, along a bar, else on the long sides first."""
    if spot.shape == "round":
        yield from _around(spot, seats)
        return
    if spot.shape == "bar":
        yield from _along(spot, seats, side=1)
        return
    if spot.shape == "booth":
        yield from _along(spot, seats, side=1)
        return
    ends = 2 if seats > 4 and seats % 2 == 0 and spot.width >= spot.height else 0
    upper = (seats - ends + 1) // 2
    yield from _along(spot, upper, side=-1)
    yield from _along(spot, seats - ends - upper, side=1)
    if ends:
        yield from _at_ends(spot)


def _along(spot: Spot, count: int, *, side: int) -> Iterable[Chair]:
    wide, deep = CHAIR
    wide = min(wide, int(spot.width / max(count, 1)) - 4)
    y = -CHAIR_GAP - deep if side < 0 else spot.height + CHAIR_GAP
    for number in range(count if wide >= 6 else 0):
        x = spot.width * (number + 0.5) / count - wide / 2
        yield Chair(x=round(x, 1), y=y, width=wide, height=deep, turn="")


def _at_ends(spot: Spot) -> Iterable[Chair]:
    wide, deep = CHAIR
    y = round(spot.height / 2 - wide / 2, 1)
    yield Chair(x=-CHAIR_GAP - deep, y=y, width=deep, height=wide, turn="")
    yield Chair(x=spot.width + CHAIR_GAP, y=y, width=deep, height=wide, turn="")


def _around(spot: Spot, count: int) -> Iterable[Chair]:
    wide, deep = CHAIR
    middle_x, middle_y = spot.width / 2, spot.height / 2
    for number in range(count):
        angle = 360 * number / count
        turn = f"rotate({_n(angle)} {_n(middle_x)} {_n(middle_y)})"
        # On an ellipse the chair stands where its ray meets the edge.
        ray = math.radians(angle)
        radius = (middle_x * middle_y) / math.hypot(
            middle_y * math.sin(ray), middle_x * math.cos(ray)
        )
        yield Chair(
            x=round(middle_x - wide / 2, 1),
            y=round(middle_y - radius - CHAIR_GAP - deep, 1),
            width=wide,
            height=deep,
            turn=turn,
        )
