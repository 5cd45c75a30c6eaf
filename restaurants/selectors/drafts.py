"""Floor plans as their editor sees them."""

from __future__ import annotations

from dataclasses import replace

from restaurants.drafts import Draft, DraftCombination, DraftTable, Problem, parse, problems_of
from restaurants.layout import Spot, auto_layout
from restaurants.models import Combination, FloorPlan, Restaurant, Table, TablePlacement
from restaurants.selectors.floor import placements_of, spot_of, to_place
from restaurants.selectors.settings import combinations_of, tables_of


def published_draft(plan: FloorPlan) -> Draft:
    """What is published, as a draft: with this an editor begins."""
    rows = list(placements_of(plan))
    tables = tuple(draft_table(row.table, spot_of(row)) for row in rows)
    keys = {row.table_id: f"t{row.table_id}" for row in rows}
    return Draft(
        width=plan.width,
        height=plan.height,
        tables=tables,
        combinations=tuple(
            _combination(one, keys)
            for one in combinations_of(plan.restaurant).filter(is_active=True)
            if all(member.table_id in keys for member in one.members.all())
        ),
    )


def draft_table(table: Table, spot: Spot) -> DraftTable:
    return DraftTable(
        key=f"t{table.pk}",
        id=table.pk,
        number=table.number,
        name=table.name,
        area=table.area_id,
        min_party=table.min_party,
        seats=table.seats,
        max_party=table.max_party,
        type=table.table_type,
        features=tuple(table.features),
        x=spot.x,
        y=spot.y,
        width=spot.width,
        height=spot.height,
        rotation=spot.rotation,
        shape=spot.shape,
    )


def _combination(row: Combination, keys: dict[int, str]) -> DraftCombination:
    return DraftCombination(
        id=row.pk,
        name=row.name,
        tables=tuple(keys[member.table_id] for member in row.members.all()),
        min_party=row.min_party,
        max_party=row.max_party,
        is_row=row.is_row,
    )


def draft_of(plan: FloorPlan) -> Draft:
    """The draft of a plan, or what is published where there is none.

    What has gone since it was saved is left out: tables that were archived or stand on another plan
    now, and combinations that were deleted.
    """
    if plan.draft is None:
        return published_draft(plan)
    draft = parse(plan.draft)
    may_stand = {table.pk for table in tables_for(plan)}
    areas = set(plan.restaurant.areas.values_list("pk", flat=True))
    tables = tuple(
        replace(one, area=one.area if isinstance(one.area, str) or one.area in areas else "")
        for one in draft.tables
        if one.id is None or one.id in may_stand
    )
    keys = {one.key for one in tables}
    known = set(plan.restaurant.combinations.values_list("pk", flat=True))
    return replace(
        draft,
        tables=tables,
        combinations=tuple(
            one
            for one in draft.combinations
            if keys.issuperset(one.tables) and (one.id is None or one.id in known)
        ),
    )


def tables_for(plan: FloorPlan) -> list[Table]:
    """Active tables that stand on this plan or on none."""
    elsewhere = TablePlacement.objects.filter(
        plan__restaurant=plan.restaurant_id, plan__is_active=True
    ).exclude(plan=plan)
    return list(tables_of(plan.restaurant).exclude(pk__in=elsewhere.values("table_id")))


def tables_without_place(restaurant: Restaurant) -> list[Table]:
    """Active tables that stand on no plan in use."""
    standing = TablePlacement.objects.filter(plan__restaurant=restaurant, plan__is_active=True)
    return list(tables_of(restaurant).exclude(pk__in=standing.values("table_id")))


def first_draft(restaurant: Restaurant) -> Draft:
    """For a new plan: all tables that stand nowhere yet, in tidy rows."""
    tables = tables_without_place(restaurant)
    layout = auto_layout(map(to_place, tables))
    return Draft(
        width=layout.width,
        height=max(layout.height, 800),
        tables=tuple(draft_table(table, layout.spots[table.pk]) for table in tables),
    )


def draft_problems(plan: FloorPlan, draft: Draft) -> list[Problem]:
    """What keeps a draft from being published, numbers of tables elsewhere included."""
    ids = [one.id for one in draft.tables if one.id is not None]
    others = plan.restaurant.tables.filter(is_active=True).exclude(pk__in=ids)
    # Removed ones may be succeeded by another of their number.
    others = others.exclude(pk__in=placements_of(plan).values("table_id"))
    taken = {number.casefold() for number in others.values_list("number", flat=True)}
    clashes = [
        Problem("number_taken", (one.key,), (one.number,))
        for one in draft.tables
        if one.number.casefold() in taken
    ]
    return [*problems_of(draft), *clashes]
