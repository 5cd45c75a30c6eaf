"""The Floor page: the plan at a moment, the numbers beside it, and the legend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from bookings.floor import COLOURS, TableState
from bookings.presenters.floor import table_data, visit_data
from bookings.selectors.floor import Floor, day_floor_of, floor_of
from bookings.selectors.totals import Totals, totals_of
from restaurants.models import Restaurant
from restaurants.selectors import Room, rooms_of
from staff.presenters.drawing import DrawnRoom, drawn_room
from staff.presenters.moment import Mode, Moment, Scrubber, query_of, scrubber_of

_T = TableState

STATE_WORDS: Mapping[TableState, Promise] = {
    _T.AVAILABLE: pgettext_lazy("state of a table", "free"),
    _T.SOON: pgettext_lazy("state of a table", "booked soon"),
    _T.HELD: pgettext_lazy("state of a table", "on hold"),
    _T.PENDING: pgettext_lazy("state of a table", "request"),
    _T.CONFIRMED: pgettext_lazy("state of a table", "reserved"),
    _T.LATE: pgettext_lazy("state of a table", "late"),
    _T.ARRIVED: pgettext_lazy("state of a table", "arrived"),
    _T.SEATED: pgettext_lazy("state of a table", "seated"),
    _T.FINISHING: pgettext_lazy("state of a table", "finishing"),
    _T.OVERTIME: pgettext_lazy("state of a table", "over time"),
    _T.CLEANING: pgettext_lazy("state of a table", "cleaning"),
    _T.BLOCKED: pgettext_lazy("state of a table", "blocked"),
    _T.CONFLICT: pgettext_lazy("state of a table", "conflict"),
}


@dataclass(frozen=True, kw_only=True)
class LegendEntry:
    state: str
    colour: str
    word: str | Promise


LEGEND = tuple(
    LegendEntry(state=state.value, colour=COLOURS[state].value, word=STATE_WORDS[state])
    for state in _T
)


@dataclass(frozen=True, kw_only=True)
class PlanTab:
    name: str
    query: str
    is_current: bool
    wanted: int
    """Tables on it that need a hand: late, over time, in conflict, or a request."""


@dataclass(frozen=True, kw_only=True)
class FloorPage:
    """All that the page shows; `query` is its address without the path."""

    moment: Moment
    scrubber: Scrubber
    query: str
    room: DrawnRoom
    tabs: tuple[PlanTab, ...]
    totals: Totals
    free: int
    unassigned: tuple[dict[str, Any], ...]
    legend: tuple[LegendEntry, ...] = LEGEND


_WANTED = {_T.PENDING, _T.LATE, _T.OVERTIME, _T.CONFLICT}


def floor_at(restaurant: Restaurant, moment: Moment) -> Floor:
    """The floor of the moment, whichever way it is looked at."""
    if moment.is_day:
        return day_floor_of(restaurant, service_date=moment.service_date, now=moment.now)
    return floor_of(
        restaurant,
        service_date=moment.service_date,
        at=moment.at,
        now=moment.now,
        is_live=moment.is_live,
    )


def floor_page(restaurant: Restaurant, moment: Moment, *, sees_contact: bool) -> FloorPage:
    """The page at a moment; about eight queries whatever its size."""
    floor = floor_at(restaurant, moment)
    rooms = rooms_of(restaurant)
    room = next((one for one in rooms if one.plan_id == moment.plan_id), rooms[0])
    views = {
        view.table_id: table_data(view, restaurant, at=floor.at, sees_contact=sees_contact)
        for view in floor.tables
    }
    return FloorPage(
        moment=moment,
        scrubber=scrubber_of(restaurant, moment),
        query=query_of(moment),
        room=drawn_room(room, views, words()),
        tabs=_tabs(rooms, room, floor, moment),
        totals=totals_of(restaurant, moment.service_date),
        free=floor.counts.get(_T.AVAILABLE.value, 0) + floor.counts.get(_T.SOON.value, 0),
        unassigned=tuple(
            visit_data(visit, restaurant, sees_contact=sees_contact) for visit in floor.unassigned
        ),
    )


def words() -> dict[str, str]:
    """The name of each state in the active language."""
    return {state.value: str(word) for state, word in STATE_WORDS.items()}


def _tabs(rooms: list[Room], current: Room, floor: Floor, moment: Moment) -> tuple[PlanTab, ...]:
    wanted = {view.table_id for view in floor.tables if view.state in _WANTED}
    time = {"time": moment.time_text} if moment.mode is Mode.AT else {}
    return tuple(
        PlanTab(
            name=room.name,
            query=query_of(moment, plan=str(room.plan_id or ""), **time),
            is_current=room is current,
            wanted=len(wanted & {place.table.pk for place in room.places}),
        )
        for room in rooms
    )
