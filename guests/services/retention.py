"""What the clock forgets: guests who no longer come, health notes after the visit (rules 107, 108).

Batch by batch, each in a transaction of its own: interrupted, the next night goes on.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q

from guests.models import Guest
from guests.models.privacy import IDLE_MONTHS
from guests.privacy import keepers, paused
from guests.services.erasing import records_forget
from reservehub.core.actors import SYSTEM
from restaurants.models import Organisation

BATCH = 200
HEALTH_KEPT = timedelta(days=30)


def guests_forget_idle(*, now: datetime) -> int:
    """Make anonymous whoever has not come, booked, waited, agreed or written for as long as their
    organisation says. Returns how many guests.
    """
    forgotten = 0
    for organisation in Organisation.objects.select_related("privacy_settings").order_by("pk"):
        settings = getattr(organisation, "privacy_settings", None)
        since = months_before(now, settings.idle_months if settings else IDLE_MONTHS)
        after = 0
        while batch := _candidates(organisation, since, after=after):
            forgotten += _forget(batch, since, now)
            after = batch[-1]
        for keeper in keepers():
            _until_none_is_left(partial(keeper.erase_strays, organisation.pk, since, now, BATCH))
    return forgotten


def months_before(now: datetime, months: int) -> datetime:
    """The same day and time so many months ago; the last of the month where there is no such
    day."""
    number = now.year * 12 + now.month - 1 - months
    year, month = number // 12, number % 12 + 1
    return now.replace(year=year, month=month, day=min(now.day, monthrange(year, month)[1]))


def _candidates(organisation: Organisation, since: datetime, *, after: int) -> list[int]:
    day = since.date()
    known = Guest.objects.filter(
        Q(figures=None) | Q(figures__last_visit_on=None) | Q(figures__last_visit_on__lt=day),
        organisation=organisation,
        merged_into=None,
        anonymised_at=None,
        created_at__lt=since,
        pk__gt=after,
    )
    return list(known.order_by("pk").values_list("pk", flat=True)[:BATCH])


@transaction.atomic
def _forget(guest_ids: Sequence[int], since: datetime, now: datetime) -> int:
    """Look again with the rows locked: somebody may be booking at this moment."""
    rows = Guest.objects.select_for_update(no_key=True).filter(
        Q(pk__in=guest_ids) | Q(merged_into__in=guest_ids), anonymised_at=None
    )
    kept_of = {row.pk: row.merged_into_id or row.pk for row in rows.order_by("pk")}
    ids = list(kept_of)
    busy = {pk for keeper in keepers() for pk in keeper.active(ids, since)} | paused(ids, now)
    staying = {kept_of[pk] for pk in busy if pk in kept_of}
    idle = [pk for pk, kept in kept_of.items() if kept not in staying]
    if idle:
        records_forget(idle, actor=SYSTEM, now=now, reason="idle")
    return len({kept_of[pk] for pk in idle})


def health_purge_old(*, now: datetime) -> int:
    """Delete health notes 30 days after the visit, unless the guest keeps them (rule 107). Returns
    how many rows.
    """
    before = (now - HEALTH_KEPT).date()
    return sum(
        _until_none_is_left(partial(keeper.purge_old_health, before, BATCH)) for keeper in keepers()
    )


def _until_none_is_left(batch: Callable[[], int]) -> int:
    """Each batch is a transaction."""
    total = 0
    while True:
        with transaction.atomic():
            done = batch()
        total += done
        if not done:
            return total
