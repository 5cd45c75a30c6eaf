"""The alerts of one restaurant: two queries, whatever its size."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bookings.alerts import Alert, Watch, alerts
from bookings.loading import snapshot_of
from bookings.selectors.floor import stays_of_day, unassigned_of
from restaurants.models import Restaurant


def alerts_of(restaurant: Restaurant, *, service_date: date, now: datetime) -> list[Alert]:
    """What staff should notice on a service date, most urgent first; in the language that is
    active.

    The restaurant comes with its policy (`select_related("policy")`), else that is one more query.
    """
    zone = ZoneInfo(restaurant.timezone)
    labels = snapshot_of(restaurant).labels
    return alerts(
        stays_of_day(restaurant, service_date=service_date, now=now),
        unassigned_of(restaurant, service_date=service_date),
        Watch(
            now=now,
            grace=timedelta(minutes=restaurant.policy.grace_minutes),
            numbers={pk: label.number for pk, label in labels.items()},
            clock=lambda at: f"{at.astimezone(zone):%H:%M}",
        ),
    )
