"""The table after a party: it is reset for a while, or until somebody says that it is ready (rule
62).
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bookings import realtime
from bookings.events import TableCleaned
from bookings.services.room import cleaning_end
from reservehub.core import audit, events
from reservehub.core.actors import Actor
from reservehub.core.errors import NotFound
from restaurants.models import Table


@transaction.atomic
def table_clean(*, table_id: int, restaurant_id: int, actor: Actor, now: datetime) -> bool:
    """The table is ready for the next party: the rest of its reset time is free.

    Saying it twice changes nothing; False if nobody had to clean it.

    :raises NotFound: if this restaurant has no such table
    """
    table = Table.objects.filter(pk=table_id, restaurant_id=restaurant_id).first()
    if table is None:
        raise NotFound
    if not cleaning_end([table_id], now=now):
        return False
    audit.record(
        actor=actor, action="table.cleaned", obj=table, now=now, restaurant_id=restaurant_id
    )
    events.publish(TableCleaned(restaurant_id=restaurant_id, table_id=table_id, occurred_at=now))
    realtime.push_blocked(restaurant_id, [table_id], is_blocked=False)
    return True
