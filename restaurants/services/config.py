"""Saving and deleting settings: validated, audited, published.

Lock rule: the restaurant row is locked first (FOR NO KEY UPDATE), so that the rules over all rows
of a restaurant are
checked by one writer at a time. Bookings never wait for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model, ProtectedError
from django.utils.translation import gettext_lazy as _

from reservehub.core import audit, events
from reservehub.core.actors import Actor
from restaurants import impact
from restaurants.errors import StillInUse, TableHasFutureBookings
from restaurants.events import RestaurantConfigChanged, RestaurantTimezoneChanged
from restaurants.models import Restaurant, Table
from restaurants.realtime import push_config
from restaurants.services.checks import CHECKS
from restaurants.services.rows import (
    adopt_parents,
    refused,
    restaurant_id_of,
    stored_values,
    validate,
)

FIXED = ("restaurant_id", "combination_id", "organisation_id")
"""Columns that never change: settings do not move between restaurants."""


def config_save(*, instance: Model, actor: Actor, now: datetime) -> None:
    """Create or change one setting (a restaurant, its policy, a period, a table …).

    :raises ValidationFailed: with a pointer to the field and a remedy
    :raises TableHasFutureBookings: if a table is switched off under its bookings (rule 40)
    """
    config_save_all(instances=[instance], actor=actor, now=now)


def config_delete(*, instance: Model, actor: Actor, now: datetime) -> None:
    """Delete one setting.

    :raises StillInUse: if bookings or tables refer to it
    :raises ValidationFailed: if the rest would no longer hold together, as without a default turn
        time
    """
    config_save_all(instances=[], deletions=[instance], actor=actor, now=now)


@transaction.atomic
def config_save_all(
    *, instances: Sequence[Model], deletions: Sequence[Model] = (), actor: Actor, now: datetime
) -> None:
    """Save and delete several settings of one restaurant at once; the rules hold for the result.

    New rows may refer to others earlier in the list that have no key yet.

    :raises ValidationFailed, StillInUse, TableHasFutureBookings: as above, and nothing is changed
    """
    _lock([*instances, *deletions])
    _refuse_tables_in_use([*instances], deletions, now)
    for row in deletions:
        _delete(row, actor, now)
    for row in instances:
        _save(row, actor, now)
    _check_together([*instances, *deletions])


def config_preview(
    *,
    restaurant_id: int,
    instances: Sequence[Model],
    deletions: Sequence[Model] = (),
    actor: Actor,
    now: datetime,
) -> list[impact.Stranded]:
    """The future bookings that these changes would strand; nothing is kept (requirement B8).

    :raises ValidationFailed, StillInUse, TableHasFutureBookings: as the saving would
    """
    new = [row for row in instances if row._state.adding]  # noqa: SLF001 - public in all but name
    keys = [row.pk for row in deletions]
    try:
        return impact.preview(
            restaurant_id=restaurant_id,
            apply=lambda: config_save_all(
                instances=instances, deletions=deletions, actor=actor, now=now
            ),
            now=now,
        )
    finally:
        for row in new:
            row._state.adding = True  # noqa: SLF001
            if row._meta.auto_field is not None:
                row.pk = None
        for row, key in zip(deletions, keys, strict=True):
            row.pk = key


def _lock(rows: Iterable[Model]) -> None:
    ids = {found for row in rows if (found := restaurant_id_of(row)) is not None}
    locked = Restaurant.objects.select_for_update(no_key=True).filter(pk__in=sorted(ids))
    list(locked.order_by("pk").values_list("pk"))


def _refuse_tables_in_use(
    instances: Sequence[Model], deletions: Sequence[Model], now: datetime
) -> None:
    tables = [row for row in instances if isinstance(row, Table) and row.pk and not row.is_active]
    closing = Table.objects.filter(pk__in=[t.pk for t in tables], is_active=True)
    leaving = set(closing.values_list("pk", flat=True)) if tables else set()
    leaving |= {row.pk for row in deletions if isinstance(row, Table)}
    if leaving:
        # Bookings share the rows of their tables: those under way are waited for and then seen,
        # later ones wait for us and find the table gone.
        list(Table.objects.select_for_update().filter(pk__in=leaving).order_by("pk"))
        booked = impact.bookings_on_tables(table_ids=sorted(leaving), now=now)
        if booked:
            raise TableHasFutureBookings(stranded=[one.as_dict() for one in booked])


def _save(row: Model, actor: Actor, now: datetime) -> None:
    adopt_parents(row)
    is_new = row._state.adding  # noqa: SLF001
    stored = None if is_new else type(row)._base_manager.filter(pk=row.pk).first()  # noqa: SLF001
    before = None if stored is None else stored_values(stored)
    if before is not None:
        _refuse_moves(row, before)
    validate(row)
    after = stored_values(row)
    changed = [name for name in after if before is None or before[name] != after[name]]
    if before is not None and not changed:
        return
    row.save()
    _record(
        row,
        "created" if before is None else "changed",
        before=None if before is None else {name: before[name] for name in changed},
        after={name: after[name] for name in changed},
        actor=actor,
        now=now,
    )
    if isinstance(row, Restaurant):
        row.refresh_from_db(fields=["config_version"])
        if before is not None and "timezone" in changed:
            events.publish(
                RestaurantTimezoneChanged(
                    restaurant_id=row.pk,
                    old=before["timezone"],
                    new=row.timezone,
                    occurred_at=now,
                )
            )


def _refuse_moves(row: Model, before: dict[str, Any]) -> None:
    for name in FIXED:
        if name in before and before[name] != getattr(row, name):
            raise refused(
                name.removesuffix("_id"),
                "fixed",
                _("This cannot be moved elsewhere; create a new one there instead."),
            )


def _delete(row: Model, actor: Actor, now: datetime) -> None:
    _record(row, "deleted", before=stored_values(row), after=None, actor=actor, now=now)
    try:
        row.delete()
    except ProtectedError as error:
        raise StillInUse from error


def _record(
    row: Model,
    change: str,
    *,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    actor: Actor,
    now: datetime,
) -> None:
    restaurant_id = restaurant_id_of(row)
    what = str(row._meta.model_name)
    audit.record(
        actor=actor,
        action=f"restaurants.{what}.{change}",
        obj=row,
        now=now,
        restaurant_id=restaurant_id,
        before=before,
        after=after,
    )
    if restaurant_id is not None:
        events.publish(
            RestaurantConfigChanged(
                restaurant_id=restaurant_id,
                what=what,
                object_id=row.pk,
                change=change,
                occurred_at=now,
            )
        )
        push_config(restaurant_id, what=what, change=change)


def _check_together(rows: Sequence[Model]) -> None:
    wanted = {
        (check, restaurant_id)
        for row in rows
        for check in CHECKS.get(type(row), ())
        if (restaurant_id := restaurant_id_of(row)) is not None
    }
    for check, restaurant_id in sorted(wanted, key=lambda one: (one[0].__name__, one[1])):
        check(restaurant_id)
