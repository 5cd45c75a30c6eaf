"""Tables and combinations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model

from reservehub.core.actors import Actor
from reservehub.core.errors import NotFound
from restaurants.models import Combination, CombinationMember, Restaurant, Table
from restaurants.services.config import config_save, config_save_all


def table_create(
    *, restaurant: Restaurant, fields: Mapping[str, Any], actor: Actor, now: datetime
) -> Table:
    """A new table, free at once. `seats` alone is enough: the largest party is as large.

    :raises ValidationFailed: with a pointer to the field
    """
    values = {"max_party": fields.get("seats"), **fields}
    table = Table(restaurant=restaurant, **values)
    config_save(instance=table, actor=actor, now=now)
    return table


def table_archive(*, table_id: int, actor: Actor, now: datetime) -> Table:
    """Take a table out of use; its history stays (rule 40). Repeating it changes nothing.

    :raises TableHasFutureBookings: with the bookings to move first
    """
    return _set_active(table_id, is_active=False, actor=actor, now=now)


def table_unarchive(*, table_id: int, actor: Actor, now: datetime) -> Table:
    """Put an archived table back into use."""
    return _set_active(table_id, is_active=True, actor=actor, now=now)


@transaction.atomic
def _set_active(table_id: int, *, is_active: bool, actor: Actor, now: datetime) -> Table:
    table = Table.objects.filter(pk=table_id).first()
    if table is None:
        raise NotFound
    table.is_active = is_active
    config_save(instance=table, actor=actor, now=now)
    return table


@transaction.atomic
def combination_save(
    *, combination: Combination, tables: Sequence[Table], actor: Actor, now: datetime
) -> Combination:
    """Create or change a combination with exactly these tables, in the order in which they stand.

    :raises ValidationFailed: fewer than two tables, several areas, an impossible capacity (rules
        28, 29)
    """
    known: dict[int, CombinationMember] = {}
    if combination.pk:
        known = {member.table_id: member for member in combination.members.all()}
    members: list[Model] = []
    for position, table in enumerate(tables):
        member = known.pop(table.pk, None) or CombinationMember(
            combination=combination, table=table
        )
        member.position = position
        members.append(member)
    config_save_all(
        instances=[combination, *members],
        deletions=list(known.values()),
        actor=actor,
        now=now,
    )
    return combination
