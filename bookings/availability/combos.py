"""Declared combinations of tables (rules 28, 29)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bookings.availability.model import ComboSpec, TableSpec


def expand_row(
    row: Sequence[TableSpec],
    *,
    first_id: int,
    max_party_by_length: Mapping[int, int] | None = None,
    max_tables: int | None = None,
    priority: int = 0,
) -> tuple[ComboSpec, ...]:
    """All contiguous subsets of two or more tables of a declared row (rule 29).

    Capacity is the sum of the members' standard seats unless ``max_party_by_length`` (number of
    tables to covers) says otherwise; the least party is one more than the largest member takes, so
    that a combination is never used where one of its tables would do. Ids count up from
    ``first_id``, in order of length and position.
    """
    longest = min(len(row), max_tables or len(row))
    found: list[ComboSpec] = []
    for length in range(2, longest + 1):
        for start in range(len(row) - length + 1):
            members = row[start : start + length]
            capacity = sum(table.seats for table in members)
            if max_party_by_length and length in max_party_by_length:
                capacity = max_party_by_length[length]
            found.append(
                ComboSpec(
                    id=first_id + len(found),
                    table_ids=tuple(table.id for table in members),
                    min_party=min(capacity, max(table.max_party for table in members) + 1),
                    max_party=capacity,
                    area_id=members[0].area_id,
                    priority=priority,
                )
            )
    return tuple(found)
