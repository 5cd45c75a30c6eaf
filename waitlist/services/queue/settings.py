"""How a restaurant runs its queue."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from reservehub.core import audit
from reservehub.core.actors import Actor
from restaurants.models import Restaurant
from waitlist.models import QueueSettings
from waitlist.services.queue.records import queue_lock

FIELDS = ("is_remote_open", "most_remote", "most_minutes_away", "largest_remote_party")


@transaction.atomic
def queue_settings_save(
    *, restaurant: Restaurant, values: dict[str, Any], actor: Actor, now: datetime
) -> QueueSettings:
    """Write some of the settings; who is in the queue stays.

    :param values: of `FIELDS`, as the form has checked them
    """
    queue_lock(restaurant.pk)
    found, _is_new = QueueSettings.objects.get_or_create(restaurant=restaurant)
    before = {name: getattr(found, name) for name in FIELDS}
    after = {name: values.get(name, before[name]) for name in FIELDS}
    changed = [name for name in FIELDS if before[name] != after[name]]
    if changed:
        for name in changed:
            setattr(found, name, after[name])
        found.save()
        audit.record(
            actor=actor,
            action="queue.settings_changed",
            obj=found,
            now=now,
            restaurant_id=restaurant.pk,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
    return found
