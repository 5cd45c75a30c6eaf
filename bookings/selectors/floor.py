"""The floor of one restaurant: every table with its state, and who has no table yet.

At most four queries whatever its size: the configuration (unless it is cached by its version), the
tables of a plan (if one is named), what takes tables, and who has none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from bookings.floor import TableView, Visit, day_view, next_change_at, table_view
from bookings.loading import TableLabel, prepared_day, snapshot_of
from bookings.loading.reading import state_of
from bookings.selectors.stays import Stays, stays_of_day, unassigned_of
from reservehub.core.timezones import (
    business_day_bounds,
    first_instant_from,
    service_bounds,
    service_date_of,
)
from restaurants.models import Restaurant

__all__ = [
    "Floor",
    "Stays",
    "day_floor_of",
    "floor_again",
    "floor_mark",
    "floor_of",
    "instant_on",
    "opening_bounds",
    "service_date_at",
    "stays_of_day",
    "unassigned_of",
]


@dataclass(frozen=True, kw_only=True)
class Floor:
    """All tables at one moment (`at`), or over a whole day (`is_day`). `next_change_at` is when
    some table changes by itself; None if none does.
    """

    restaurant_id: int
    service_date: date
    at: datetime
    is_live: bool
    is_day: bool = False
    tables: tuple[TableView, ...]
    labels: Mapping[int, TableLabel]
    unassigned: tuple[Visit, ...] = ()
    next_change_at: datetime | None = None

    @property
    def counts(self) -> Mapping[str, int]:
        """How many tables are in each state."""
        return Counter(view.state.value for view in self.tables)


def service_date_at(restaurant: Restaurant, at: datetime) -> date:
    """The business day of an instant (rule 11)."""
    return service_date_of(at, restaurant.timezone, restaurant.business_day_cut)


def instant_on(restaurant: Restaurant, service_date: date, wall: time) -> datetime:
    """A wall time of a service date: 00:30 of Friday's service is on Saturday (rule 7)."""
    day = service_date + timedelta(days=wall < restaurant.business_day_cut)
    return first_instant_from(datetime.combine(day, wall), restaurant.timezone)


def opening_bounds(restaurant: Restaurant, service_date: date) -> tuple[datetime, datetime]:
    """From the first seating to the last closing of a service date; the whole business day where
    it is closed.
    """
    periods = prepared_day(restaurant, service_date).config.periods
    spans = [
        service_bounds(service_date, one.first_seating, one.closes, restaurant.timezone)
        for one in periods
    ]
    if not spans:
        return business_day_bounds(service_date, restaurant.timezone, restaurant.business_day_cut)
    return min(first for first, _ in spans), max(last for _, last in spans)


def floor_of(
    restaurant: Restaurant,
    *,
    service_date: date,
    at: datetime,
    now: datetime,
    is_live: bool,
    plan_id: int | None = None,
) -> Floor:
    """The floor of a service date at a moment.

    :param at: the moment looked at; `now` if it is the live floor
    :param now: decides which holds still count
    :param plan_id: only the tables on this plan
    """
    labels = _labels(restaurant, plan_id)
    stays = stays_of_day(restaurant, service_date=service_date, now=now)
    views, change = _views(stays, labels, at=at, is_live=is_live)
    return Floor(
        restaurant_id=restaurant.pk,
        service_date=service_date,
        at=at,
        is_live=is_live,
        tables=tuple(views),
        labels=labels,
        unassigned=unassigned_of(restaurant, service_date=service_date),
        next_change_at=change,
    )


def floor_again(
    restaurant: Restaurant, floor: Floor, *, now: datetime, table_ids: Collection[int]
) -> Floor:
    """The live floor of the same day once more, of which only these tables, and who has none, can
    have changed since. Two queries.
    """
    known = [table_id for table_id in table_ids if table_id in floor.labels]
    stays = stays_of_day(restaurant, service_date=floor.service_date, now=now, table_ids=known)
    views, change = _views(stays, known, at=now, is_live=True)
    fresh = {view.table_id: view for view in views}
    changes = [at for at in (change, floor.next_change_at) if at is not None]
    return replace(
        floor,
        at=now,
        tables=tuple(fresh.get(view.table_id, view) for view in floor.tables),
        unassigned=unassigned_of(restaurant, service_date=floor.service_date),
        next_change_at=min(changes, default=None),
    )


def _views(
    stays: Stays, table_ids: Iterable[int], *, at: datetime, is_live: bool
) -> tuple[list[TableView], datetime | None]:
    """The state of tables, and when the first of them changes by itself."""
    views: list[TableView] = []
    first: datetime | None = None
    for table_id in table_ids:
        own = stays.get(table_id, ())
        view = table_view(own, at=at, is_live=is_live, table_id=table_id)
        views.append(view)
        first = next_change_at(own, at=at, is_live=is_live, view=view, before=first) or first
    return views, first


def day_floor_of(
    restaurant: Restaurant, *, service_date: date, now: datetime, plan_id: int | None = None
) -> Floor:
    """The same for a whole service date: each table in the state it has longest."""
    labels = _labels(restaurant, plan_id)
    stays = stays_of_day(restaurant, service_date=service_date, now=now)
    opens_at, closes_at = opening_bounds(restaurant, service_date)
    return Floor(
        restaurant_id=restaurant.pk,
        service_date=service_date,
        at=opens_at,
        is_live=False,
        is_day=True,
        tables=tuple(
            day_view(
                stays.get(table_id, ()), opens_at=opens_at, closes_at=closes_at, table_id=table_id
            )
            for table_id in labels
        ),
        labels=labels,
        unassigned=unassigned_of(restaurant, service_date=service_date),
    )


def _labels(restaurant: Restaurant, plan_id: int | None) -> Mapping[int, TableLabel]:
    """The active tables, in the order of their ids."""
    labels = snapshot_of(restaurant).labels
    if plan_id is None:
        return labels
    on_plan = set(restaurant.tables.filter(placement__plan_id=plan_id).values_list("pk", flat=True))
    return {pk: label for pk, label in labels.items() if pk in on_plan}


# --- Whether anything changed ---------------------------------------------------------------------


def floor_mark(restaurant: Restaurant, service_date: date) -> tuple[object, ...]:
    """Equal as long as nobody changed anything that the floor of a day shows, by whatever way; one
    cheap query.
    """
    bounds = business_day_bounds(service_date, restaurant.timezone, restaurant.business_day_cut)
    state = state_of(restaurant.pk, [service_date], *bounds)
    return (restaurant.config_version, service_date, *state)
