"""Floor plans as they are drawn: always one, also where nobody has made any."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from reservehub.core.errors import NotFound
from restaurants.layout import MARGIN, WIDTH, Spot, ToPlace, auto_layout, box_of, natural_key
from restaurants.models import FloorPlan, Restaurant, Table, TablePlacement
from restaurants.selectors.settings import tables_of


def floor_plans_of(restaurant: Restaurant, *, with_archived: bool = False) -> QuerySet[FloorPlan]:
    """Plans in their order; archived ones only on request."""
    plans = restaurant.floor_plans.all()
    return plans if with_archived else plans.filter(is_active=True)


def floor_plan_of(restaurant: Restaurant, plan_id: int) -> FloorPlan:
    """:raises NotFound: also for plans of other restaurants"""
    plan = restaurant.floor_plans.select_related("restaurant").filter(pk=plan_id).first()
    if plan is None:
        raise NotFound
    return plan


def placements_of(plan: FloorPlan) -> QuerySet[TablePlacement]:
    """What stands on a plan, tables and areas included; archived tables stand nowhere."""
    return plan.placements.filter(table__is_active=True).select_related("table__area")


@dataclass(frozen=True, kw_only=True)
class Place:
    """A table and where it stands."""

    table: Table
    spot: Spot


@dataclass(frozen=True, kw_only=True)
class Zone:
    """The part of a plan where the tables of an area stand, for its name."""

    name: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class Room:
    """A plan ready to be drawn; `plan` is None for one that was laid out by itself."""

    plan: FloorPlan | None
    name: str
    width: int
    height: int
    background_url: str
    places: tuple[Place, ...]

    @property
    def plan_id(self) -> int | None:
        return None if self.plan is None else self.plan.pk

    @property
    def zones(self) -> tuple[Zone, ...]:
        """Where the tables of each area stand."""
        return zones_of(self.places)


def rooms_of(restaurant: Restaurant) -> list[Room]:
    """All active tables of a restaurant, plan by plan, in at most three queries.

    Tables that stand nowhere are laid out below the first plan, so that none is ever out of sight.
    """
    tables = list(tables_of(restaurant))
    by_id = {table.pk: table for table in tables}
    standing = TablePlacement.objects.filter(table__in=by_id)
    plans = list(floor_plans_of(restaurant).prefetch_related(Prefetch("placements", standing)))
    placed: dict[int, list[Place]] = {plan.pk: [] for plan in plans}
    for plan in plans:
        for row in plan.placements.all():
            placed[plan.pk].append(Place(table=by_id.pop(row.table_id), spot=spot_of(row)))
    left = list(by_id.values())
    if not plans:
        return [_laid_out(left)]
    rooms = [_room(plan, placed[plan.pk]) for plan in plans]
    if left:
        rooms[0] = _with_extra(rooms[0], left)
    return rooms


def _room(plan: FloorPlan, places: Iterable[Place]) -> Room:
    return Room(
        plan=plan,
        name=plan.name,
        width=plan.width,
        height=plan.height,
        background_url=plan.background.url if plan.background else "",
        places=_in_order(places),
    )


def _laid_out(tables: Sequence[Table]) -> Room:
    layout = auto_layout(map(to_place, tables))
    return Room(
        plan=None,
        name=_("Floor"),
        width=layout.width,
        height=layout.height,
        background_url="",
        places=_in_order(Place(table=t, spot=layout.spots[t.pk]) for t in tables),
    )


def _with_extra(room: Room, tables: Sequence[Table]) -> Room:
    layout = auto_layout(
        map(to_place, tables), width=max(room.width, WIDTH // 2), top=room.height - MARGIN
    )
    extra = [Place(table=t, spot=layout.spots[t.pk]) for t in tables]
    return Room(
        plan=room.plan,
        name=room.name,
        width=max(room.width, layout.width),
        height=max(room.height, layout.height),
        background_url=room.background_url,
        places=_in_order([*room.places, *extra]),
    )


def _in_order(places: Iterable[Place]) -> tuple[Place, ...]:
    """As a list would name them: area by area, T2 before T10."""
    return tuple(sorted(places, key=lambda p: (p.table.area.position, natural_key(p.table.number))))


def to_place(table: Table) -> ToPlace:
    """A table as `auto_layout` wants it."""
    return ToPlace(
        key=table.pk,
        number=table.number,
        area=table.area.name,
        area_position=table.area.position,
        seats=table.seats,
        table_type=table.table_type,
    )


def spot_of(row: TablePlacement) -> Spot:
    return Spot(
        x=row.x,
        y=row.y,
        width=row.width,
        height=row.height,
        rotation=row.rotation,
        shape=row.shape,
    )


def zones_of(places: Sequence[Place]) -> tuple[Zone, ...]:
    """The rectangle around the tables of each area."""
    boxes: dict[str, list[Spot]] = {}
    for place in places:
        boxes.setdefault(place.table.area.name, []).append(place.spot)
    return tuple(_zone(name, spots) for name, spots in boxes.items())


def _zone(name: str, spots: Sequence[Spot]) -> Zone:
    found = [box_of(spot) for spot in spots]
    left, top = min(b.left for b in found), min(b.top for b in found)
    right, bottom = max(b.right for b in found), max(b.bottom for b in found)
    return Zone(
        name=name,
        x=round(left),
        y=round(top),
        width=round(right - left),
        height=round(bottom - top),
    )
