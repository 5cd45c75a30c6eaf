"""How a restaurant runs its waitlist."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from reservehub.core import audit
from reservehub.core.actors import Actor
from restaurants.models import Restaurant
from waitlist.models import WaitlistSettings
from waitlist.services.records import waitlist_lock

FIELDS = (
    *("is_enabled", "is_broadcast", "most_per_guest", "vip_priority"),
    *("night_from", "night_until"),
)


@transaction.atomic
def settings_save(
    *, restaurant: Restaurant, values: dict[str, Any], actor: Actor, now: datetime
) -> WaitlistSettings:
    """Write some of the settings; offers that are open stay as they were made.

    :param values: of `FIELDS`, as the form has checked them
    """
    waitlist_lock(restaurant.pk)
    found, _is_new = WaitlistSettings.objects.get_or_create(restaurant=restaurant)
    before = {name: str(getattr(found, name)) for name in FIELDS}
    for name in FIELDS:
        setattr(found, name, values.get(name, getattr(found, name)))
    after = {name: str(getattr(found, name)) for name in FIELDS}
    if before != after:
        found.save()
        audit.record(
            actor=actor,
            action="waitlist.settings_changed",
            obj=found,
            now=now,
            restaurant_id=restaurant.pk,
            before={name: before[name] for name in FIELDS if before[name] != after[name]},
            after={name: after[name] for name in FIELDS if before[name] != after[name]},
        )
    return found
