"""How PostgreSQL answers the queries of every request, with years of history in the tables."""

from __future__ import annotations

import json
from typing import Any

from bench.world import World
from bookings.loading import prepared_day, reading
from bookings.services import people
from reservehub.core.planned import planned


def show(world: World) -> None:
    """Print plan, rows read and time of each hot query; say where an index is missing."""
    prepared = prepared_day(world.busy, world.day)
    queries: list[tuple[str, str, list[Any]]] = [
        (
            "has an evening changed",
            reading.STATE,
            [world.busy.pk, [world.day], prepared.origin, prepared.until],
        ),
        (
            "occupancy of an evening",
            reading.OCCUPANCIES,
            [world.busy.pk, prepared.origin, prepared.until],
        ),
        (
            "reservations of a day",
            reading.RESERVATIONS,
            [world.busy.pk, [world.day]],
        ),
        (
            "other bookings of a guest",
            people.OTHERS,
            [
                *(world.busy.pk, prepared.until),
                *(prepared.origin, 1, None),
            ],
        ),
    ]
    for table in ("bookings_occupancy", "bookings_reservation"):
        ((rows,),) = planned(f"SELECT count(*) FROM {table}")  # noqa: S608 - our own names
        print(f"{table}: {rows:,} rows")
    for name, query, values in queries:
        ((found,),) = planned(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query}", values)
        plan = (json.loads(found) if isinstance(found, str) else found)[0]
        steps = list(_steps(plan["Plan"]))
        print(f"{name}: {plan['Execution Time']:.2f} ms")
        for step in steps:
            print(f"    {step}")
        if any("Seq Scan on bookings_hold" not in s and "Seq Scan" in s for s in steps):
            print("    NO INDEX IS USED")


def _steps(node: dict[str, Any], depth: int = 0) -> list[str]:
    where = node.get("Index Name") or node.get("Relation Name") or ""
    on = f" on {where}" if where else ""
    blocks = node.get("Shared Hit Blocks", 0) + node.get("Shared Read Blocks", 0)
    rows = node["Actual Rows"]
    own = f"{'  ' * depth}{node['Node Type']}{on}: {rows:g} rows, {blocks} blocks"
    return [own, *(s for child in node.get("Plans", ()) for s in _steps(child, depth + 1))]
