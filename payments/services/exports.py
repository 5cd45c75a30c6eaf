"""Noting that figures left the house as a file."""

from __future__ import annotations

from datetime import date, datetime

from reservehub.core import audit
from reservehub.core.actors import Actor
from restaurants.models import Restaurant


def payments_exported(
    *, restaurant: Restaurant, since: date, until: date, rows: int, actor: Actor, now: datetime
) -> None:
    """Note in the audit which days of payments were taken away, and by whom."""
    audit.record(
        actor=actor,
        action="payments.exported",
        obj=restaurant,
        now=now,
        restaurant_id=restaurant.pk,
        after={"since": since.isoformat(), "until": until.isoformat(), "rows": rows},
    )
