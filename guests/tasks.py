"""Work by the clock on the guest book."""

from __future__ import annotations

from celery import shared_task

from guests.models import Tag
from guests.services.tags import tags_apply_to_all
from reservehub.core import clock


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
