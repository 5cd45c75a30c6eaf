"""The floor of one restaurant: every table with its state, and who has no table yet.

At most four queries whatever its size: the configuration (unless it is cached by its version), the
tables of a plan (if one is named), what takes tables, and who has none.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from bookings.floor import Stay, TableView, Visit, day_view, next_change_at, table_view
from bookings.lifecycle import OCCUPYING, Status
from bookings.loading import TableLabel, prepared_day, snapshot_of
from bookings.loading.reading import state_of
from bookings.models import Occupancy, Reservation
from reservehub.core.timezones import (
    business_day_bounds,
    first_instant_from,
    service_bounds,
    service_date_of,
)
from restaurants.models import Restaurant

Stays = Mapping[int, Sequence[Stay]]


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
    changes = [
        change
        for table_id in labels
        if (change := next_change_at(stays.get(table_id, ()), at=at, is_live=is_live))
    ]
    return Floor(
        restaurant_id=restaurant.pk,
        service_date=service_date,
        at=at,
        is_live=is_live,
        tables=tuple(
            table_view(stays.get(table_id, ()), at=at, is_live=is_live, table_id=table_id)
            for table_id in labels
        ),
        labels=labels,
        unassigned=unassigned_of(restaurant, service_date=service_date),
        next_change_at=min(changes, default=None),
    )


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


# --- What takes tables ----------------------------------------------------------------------------

_OF_VISITS = (
    "id",
    "reference",
    "status",
    "version",
    "guest_name",
    "party_size",
    "actual_party_size",
    "starts_at",
    "ends_at",
    "late_eta_at",
    "arrived_at",
    "seated_at",
    "completed_at",
    "is_vip",
    "special_occasion",
    "special_requests",
    "internal_notes",
    "dietary_restrictions",
    "is_table_locked",
    "source",
    "previous_visits",
)


def stays_of_day(
    restaurant: Restaurant,
    *,
    service_date: date,
    now: datetime,
    table_ids: Collection[int] | None = None,
) -> Stays:
    """What takes each table during a business day (rule 11), in order of time; expired holds are
    left out (rule 50). One query.

    :param table_ids: only these; their visits then know only these tables
    """
    bounds = business_day_bounds(service_date, restaurant.timezone, restaurant.business_day_cut)
    rows = (
        Occupancy.objects.filter(restaurant_id=restaurant.pk, period__overlap=bounds)
        .select_related("reservation", "hold", "block")
        .only(
            "table_id",
            "period",
            "kind",
            "expires_at",
            "hold__party_size",
            "block__reason",
            *(f"reservation__{name}" for name in _OF_VISITS),
        )
        .order_by("period", "table_id")
    )
    if table_ids is not None:
        rows = rows.filter(table_id__in=table_ids)
    return _stays(rows, bounds, now=now)


def _stays(rows: Iterable[Occupancy], bounds: tuple[datetime, datetime], *, now: datetime) -> Stays:
    counted = [row for row in rows if row.expires_at is None or row.expires_at > now]
    tables: dict[int, set[int]] = defaultdict(set)
    for row in counted:
        if row.reservation_id:
            tables[row.reservation_id].add(row.table_id)
    visits: dict[int, Visit] = {}
    found: dict[int, list[Stay]] = defaultdict(list)
    for row in counted:
        party = row.reservation
        if party is not None and party.pk not in visits:
            visits[party.pk] = visit_of(party, table_ids=tuple(sorted(tables[party.pk])))
        found[row.table_id].append(
            Stay(
                table_id=row.table_id,
                starts_at=row.period.lower or bounds[0],
                ends_at=row.period.upper or bounds[1],
                kind=_kind(row.kind),
                visit=visits[party.pk] if party else None,
                reason=row.block.reason if row.block else "",
                expires_at=row.expires_at,
                party_size=row.hold.party_size if row.hold else 0,
                block_id=row.block_id,
            )
        )
    return found


def _kind(kind: str) -> Literal["reservation", "hold", "block"]:
    if kind == "hold":
        return "hold"
    return "block" if kind == "block" else "reservation"


def unassigned_of(restaurant: Restaurant, *, service_date: date) -> tuple[Visit, ...]:
    """Parties of a service date that have no table, in order of time. One query."""
    parties = (
        Reservation.objects.filter(
            restaurant_id=restaurant.pk,
            service_date=service_date,
            status__in=[str(status) for status in OCCUPYING],
            occupancies=None,
        )
        .only(*_OF_VISITS)
        .order_by("starts_at", "id")
    )
    return tuple(visit_of(party) for party in parties)


def visit_of(reservation: Reservation, *, table_ids: tuple[int, ...] = ()) -> Visit:
    """A reservation as the floor sees it; reads no further rows."""
    return Visit(
        reservation_id=reservation.pk,
        reference=reservation.reference,
        status=Status(reservation.status),
        version=reservation.version,
        guest_name=reservation.guest_name,
        party_size=reservation.actual_party_size or reservation.party_size,
        starts_at=reservation.starts_at,
        ends_at=reservation.ends_at,
        eta_at=reservation.late_eta_at,
        arrived_at=reservation.arrived_at,
        seated_at=reservation.seated_at,
        completed_at=reservation.completed_at,
        is_vip=reservation.is_vip,
        flags=_flags(reservation),
        table_ids=table_ids,
    )


def _flags(reservation: Reservation) -> tuple[str, ...]:
    is_walk_in = reservation.source == "walk_in"
    occasion = reservation.special_occasion
    said = {
        "vip": reservation.is_vip,
        "allergy": bool(reservation.dietary_restrictions),
        "birthday": occasion == "birthday",
        "occasion": occasion not in ("none", "birthday"),
        "note": bool(reservation.special_requests or reservation.internal_notes),
        "walk_in": is_walk_in,
        "first_visit": reservation.previous_visits == 0 and not is_walk_in,
        "partly_seated": reservation.status == Status.PARTIALLY_SEATED,
        "locked": reservation.is_table_locked,
    }
    return tuple(flag for flag, is_so in said.items() if is_so)


# --- Whether anything changed ---------------------------------------------------------------------


def floor_mark(restaurant: Restaurant, service_date: date) -> tuple[object, ...]:
    """Equal as long as nobody changed anything that the floor of a day shows, by whatever way; one
    cheap query.
    """
    bounds = business_day_bounds(service_date, restaurant.timezone, restaurant.business_day_cut)
    state = state_of(restaurant.pk, [service_date], *bounds)
    return (restaurant.config_version, service_date, *state)
