"""Publishing a floor plan: tables, combinations and places change together or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from reservehub.core import events
from reservehub.core.actors import Actor
from reservehub.core.errors import FieldError, ValidationFailed
from restaurants import impact
from restaurants.drafts import (
    Change,
    Draft,
    DraftCombination,
    DraftTable,
    Problem,
    changes_between,
    warnings_of,
)
from restaurants.errors import TableHasFutureBookings
from restaurants.events import RestaurantConfigChanged
from restaurants.layout import Spot
from restaurants.models import (
    Area,
    Combination,
    CombinationMember,
    FloorPlan,
    Restaurant,
    Table,
    TablePlacement,
)
from restaurants.realtime import push_config
from restaurants.selectors import (
    draft_of,
    draft_problems,
    placements_of,
    published_draft,
    spot_of,
    tables_for,
)
from restaurants.services.config import config_save_all
from restaurants.services.floor import plan_lock, plan_record, plan_store


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What publishing would do.

    :param problems: put these right first
    :param in_the_way: bookings at tables that are to be removed; move them first (rule 40)
    :param stranded: bookings that the new capacities would no longer allow (requirement B8)
    """

    changes: Sequence[Change] = ()
    problems: Sequence[Problem] = ()
    warnings: Sequence[Problem] = ()
    in_the_way: Sequence[dict[str, Any]] = ()
    stranded: Sequence[dict[str, Any]] = field(default=())

    @property
    def may_be_published(self) -> bool:
        return not self.problems and not self.in_the_way


@transaction.atomic
def plan_preview(*, plan_id: int, actor: Actor, now: datetime) -> Preview:
    """Publish in a savepoint, look, and take it back."""
    plan = plan_lock(plan_id)
    draft = draft_of(plan)
    changes = changes_between(published_draft(plan), draft)
    problems = draft_problems(plan, draft)
    warnings = warnings_of(draft)
    if problems:
        return Preview(changes=changes, problems=problems, warnings=warnings)
    try:
        stranded = impact.preview(
            restaurant_id=plan.restaurant_id,
            apply=lambda: _write(plan, draft, actor=actor, now=now),
            now=now,
        )
    except TableHasFutureBookings as refused:
        found = refused.extra["stranded"]
        return Preview(changes=changes, warnings=warnings, in_the_way=found)
    return Preview(changes=changes, warnings=warnings, stranded=[one.as_dict() for one in stranded])


@transaction.atomic
def plan_publish(*, plan_id: int, version: int, actor: Actor, now: datetime) -> FloorPlan:
    """Make the draft what everybody sees.

    :raises VersionConflict: if somebody changed it in the meantime
    :raises ValidationFailed: with everything that has to be put right first
    :raises TableHasFutureBookings: if a removed table has bookings ahead
    """
    plan = plan_lock(plan_id, version=version)
    if plan.draft is None:
        return plan
    draft = draft_of(plan)
    problems = draft_problems(plan, draft)
    if problems:
        raise ValidationFailed(
            errors=[FieldError("/draft", one.code, problem_words(one)) for one in problems]
        )
    before = published_draft(plan)
    _write(plan, draft, actor=actor, now=now)
    plan.width, plan.height = draft.width, draft.height
    plan.draft = plan.draft_saved_at = None
    plan_store(plan, "width", "height", "draft", "draft_saved_at")
    _announce(plan, before, published_draft(plan), actor=actor, now=now)
    return plan


def problem_words(problem: Problem) -> str:
    """A problem or a warning as a sentence with its remedy."""
    sentences = {
        "number_missing": _("A table has no number. Give it one."),
        "number_twice": _("Two tables have the number %(name)s. Change one of them."),
        "number_taken": _("A table on another plan has the number %(name)s. Choose another one."),
        "area_missing": _("Table %(name)s is in no area. Choose one."),
        "capacity": _("Table %(name)s: the smallest party, the seats and the largest must grow."),
        "outside": _("Table %(name)s reaches over the edge. Move it, or make the plan larger."),
        "combination_small": _("“%(name)s” needs at least two tables."),
        "combination_area": _("The tables of “%(name)s” are in different areas."),
        "combination_capacity": _(
            "“%(name)s”: the parties do not fit its tables. Correct the smallest and the largest."
        ),
        "combination_name": _("“%(name)s” needs a name that no other combination has."),
        "combination_twice": _("“%(name)s” combines the same tables as another. Remove one."),
        "overlap": _("Tables %(name)s stand in each other."),
    }
    return sentences[problem.code] % {"name": " + ".join(problem.names)}


@transaction.atomic
def placements_set(
    *,
    plan_id: int,
    version: int | None = None,
    spots: dict[int, Spot],
    actor: Actor,
    now: datetime,
) -> FloorPlan:
    """Say directly where tables stand, by their keys; all others leave the plan. A draft is kept.

    :raises VersionConflict: if a version is named and it is another one by now
    :raises ValidationFailed: `/tables`, for tables that are archived or stand on another plan
    """
    plan = plan_lock(plan_id, version=version)
    mine = {table.pk: table for table in tables_for(plan)}
    unknown = [key for key in spots if key not in mine]
    if unknown:
        detail = _("Choose active tables of this restaurant that stand on no other plan.")
        raise ValidationFailed(errors=[FieldError("/tables", "unknown", detail)])
    before = published_draft(plan)
    _place(plan, [(mine[key], spot) for key, spot in spots.items()])
    plan_store(plan)
    _announce(plan, before, published_draft(plan), actor=actor, now=now)
    return plan


def _announce(plan: FloorPlan, before: Draft, after: Draft, *, actor: Actor, now: datetime) -> None:
    changes = [f"{one.kind} {one.name}".strip() for one in changes_between(before, after)]
    plan_record(
        plan,
        "restaurants.floorplan.published",
        actor=actor,
        now=now,
        before={"tables": len(before.tables)},
        after={"tables": len(after.tables), "changes": changes[:200]},
    )
    events.publish(
        RestaurantConfigChanged(
            restaurant_id=plan.restaurant_id,
            what="floorplan",
            object_id=plan.pk,
            change="changed",
            occurred_at=now,
        )
    )
    push_config(plan.restaurant_id, what="floorplan", change="changed")


def _write(plan: FloorPlan, draft: Draft, *, actor: Actor, now: datetime) -> None:
    """Tables, areas, combinations through the services of settings; then the places."""
    restaurant = plan.restaurant
    areas = _areas(restaurant, draft)
    removed = _removed(plan, draft)
    tables = _tables(restaurant, draft, areas, removed)
    combined, gone = _combinations(plan, draft, tables)
    fresh_areas = [area for area in areas.values() if area.pk is None]
    staying = {table.pk for table in tables.values()}
    leaving = [table for table in removed if table.pk not in staying]
    for table in leaving:
        table.is_active = False
    ordered = _in_saving_order(list(tables.values()))
    config_save_all(
        instances=[*fresh_areas, *leaving, *ordered, *combined],
        deletions=gone,
        actor=actor,
        now=now,
    )
    _place(plan, [(tables[one.key], one.spot) for one in draft.tables])


def _areas(restaurant: Restaurant, draft: Draft) -> dict[int | str, Area]:
    """Areas by what the draft calls them: a key, or a name."""
    stored = list(restaurant.areas.all())
    found: dict[int | str, Area] = {area.pk: area for area in stored}
    names = {area.name.casefold(): area for area in stored}
    for one in draft.tables:
        if isinstance(one.area, str) and one.area not in found:
            area = names.get(one.area.casefold()) or Area(
                restaurant=restaurant,
                name=one.area,
                is_outdoor=one.type == "outdoor",
                position=1 + max((a.position for a in names.values()), default=-1),
            )
            names[one.area.casefold()] = found[one.area] = area
    return found


def _removed(plan: FloorPlan, draft: Draft) -> list[Table]:
    kept = {one.id for one in draft.tables}
    return [row.table for row in placements_of(plan) if row.table_id not in kept]


def _tables(
    restaurant: Restaurant,
    draft: Draft,
    areas: dict[int | str, Area],
    removed: Iterable[Table],
) -> dict[str, Table]:
    """Rows by the keys of the draft. A new table with the number of a removed or archived one is
    that one again: its history goes on, and numbers stay unique."""
    ids = [one.id for one in draft.tables if one.id is not None]
    stored = {table.pk: table for table in restaurant.tables.filter(pk__in=ids)}
    idle = {table.number: table for table in restaurant.tables.filter(is_active=False)}
    idle |= {table.number: table for table in removed}
    found: dict[str, Table] = {}
    for one in draft.tables:
        known = stored.get(one.id) if one.id is not None else idle.get(one.number)
        found[one.key] = _filled(known or Table(restaurant=restaurant), one, areas[one.area])
    return found


def _filled(table: Table, one: DraftTable, area: Area) -> Table:
    table.is_active = True
    table.area = area
    table.number, table.name = one.number, one.name
    table.min_party, table.seats, table.max_party = one.min_party, one.seats, one.max_party
    table.table_type, table.features = one.type, list(one.features)
    return table


def _in_saving_order(tables: list[Table]) -> list[Table]:
    """So that no number is given before the table that had it has got another.

    Tables that swap numbers are parked under a number nobody has.
    """
    stored = Table.objects.filter(pk__in=[t.pk for t in tables if t.pk is not None])
    holder = {number: pk for pk, number in stored.values_list("pk", "number")}
    pending, ordered = list(tables), []
    while pending:
        ready = [t for t in pending if holder.get(t.number) in (None, t.pk)]
        if not ready:
            parked = pending[0]
            Table.objects.filter(pk=parked.pk).update(number=f"~{parked.pk}")
            ready = []
            holder = {number: pk for number, pk in holder.items() if pk != parked.pk}
            continue
        for table in ready:
            holder = {number: pk for number, pk in holder.items() if pk != table.pk}
            pending.remove(table)
            ordered.append(table)
    return ordered


def _combinations(
    plan: FloorPlan, draft: Draft, tables: dict[str, Table]
) -> tuple[list[Model], list[Model]]:
    """Rows to save and rows to delete."""
    shown = {one.id for one in published_draft(plan).combinations if one.id is not None}
    kept = {one.id for one in draft.combinations if one.id is not None}
    stored = {
        row.pk: row
        for row in plan.restaurant.combinations.filter(pk__in=shown | kept).prefetch_related(
            "members"
        )
    }
    rows: list[Model] = []
    gone: list[Model] = [stored[key] for key in sorted(shown - kept)]
    for one in draft.combinations:
        known = stored.get(one.id) if one.id is not None else None
        saved, dropped = _combination(known, one, plan.restaurant, tables)
        rows += saved
        gone += dropped
    return rows, gone


def _combination(
    known: Combination | None,
    one: DraftCombination,
    restaurant: Restaurant,
    tables: dict[str, Table],
) -> tuple[list[Model], list[Model]]:
    row = known or Combination(restaurant=restaurant)
    row.name, row.is_row = one.name, one.is_row
    row.min_party, row.max_party = one.min_party, one.max_party
    members = {} if known is None else {m.table_id: m for m in known.members.all()}
    saved: list[Model] = [row]
    for position, key in enumerate(one.tables):
        table = tables[key]
        member = members.pop(table.pk, None) if table.pk is not None else None
        member = member or CombinationMember(combination=row, table=table)
        member.position = position
        saved.append(member)
    return saved, list(members.values())


def _place(plan: FloorPlan, places: Sequence[tuple[Table, Spot]]) -> None:
    """Exactly these stand on the plan. Only what moved is written."""
    wanted = {table.pk: spot for table, spot in places}
    there = {
        row.table_id: row
        for row in TablePlacement.objects.filter(table__in=wanted).select_related("plan")
    }
    plan.placements.exclude(table__in=wanted).delete()
    fresh: list[TablePlacement] = []
    for table, spot in places:
        row = there.get(table.pk)
        if row is not None and row.plan_id == plan.pk and spot_of(row) == spot:
            continue
        row = row or TablePlacement(table=table)
        row.plan, row.shape, row.rotation = plan, spot.shape, spot.rotation
        row.x, row.y, row.width, row.height = spot.x, spot.y, spot.width, spot.height
        fresh.append(row)
    TablePlacement.objects.bulk_create([row for row in fresh if row.pk is None])
    TablePlacement.objects.bulk_update(
        [row for row in fresh if row.pk is not None],
        ["plan", "x", "y", "width", "height", "rotation", "shape"],
    )
