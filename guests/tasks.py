"""Work by the clock on the guest book."""

from __future__ import annotations

from celery import shared_task

from guests.models import Tag
from guests.services.duplicates import merge_candidates_find
from guests.services.importing import import_run, imports_tidy
from guests.services.retention import guests_forget_idle, health_purge_old
from guests.services.tags import tags_apply_to_all
from reservehub.core import clock
from restaurants.models import Organisation


@shared_task(name="guests.apply_tags", ignore_result=True)
def apply_tags() -> int:
    """Let the rules of tags look at everybody again, as days pass without bookings. Each
    organisation is one transaction. Returns how many tags were given or taken.
    """
    now = clock.now()
    houses = Tag.objects.filter(rule__isnull=False).order_by("organisation").distinct()
    changed = 0
    for organisation_id in houses.values_list("organisation", flat=True).distinct():
        applied = tags_apply_to_all(organisation_id=organisation_id, now=now)
        changed += applied.given + applied.taken
    return changed


@shared_task(name="guests.forget_idle", ignore_result=True)
def forget_idle() -> int:
    """Make guests anonymous who have not come for as long as their organisation says (rule 108).
    Returns how many.
    """
    return guests_forget_idle(now=clock.now())


@shared_task(name="guests.purge_health", ignore_result=True)
def purge_health() -> int:
    """Delete health notes 30 days after the visit unless the guest keeps them (rule 107). Returns
    how many rows.
    """
    return health_purge_old(now=clock.now())


@shared_task(name="guests.find_duplicates", ignore_result=True)
def find_duplicates() -> int:
    """Look for records that may be one person (rule 99). Each organisation is one transaction.
    Returns how many pairs there are.
    """
    now = clock.now()
    houses = Organisation.objects.order_by("pk").values_list("pk", flat=True)
    return sum(merge_candidates_find(organisation_id=pk, now=now) for pk in houses)


@shared_task(name="guests.run_import", ignore_result=True)
def run_import(import_id: int) -> bool:
    """Import the guests of a file that was checked; whether this call did it."""
    return import_run(import_id=import_id, now=clock.now())


@shared_task(name="guests.tidy_imports", ignore_result=True)
def tidy_imports() -> int:
    """Forget files that nobody imported, and do what no worker has taken. Returns how many were
    forgotten.
    """
    return imports_tidy(now=clock.now())
