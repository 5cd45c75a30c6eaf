"""Tables that staff keep free of guests (rule 15)."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import QuerySet

from bookings.models import Occupancy, TableBlock
from reservehub.core.timezones import business_day_bounds
from restaurants.models import Restaurant


def blocks_of(
    restaurant: Restaurant, *, service_date: date | None, now: datetime
) -> QuerySet[TableBlock]:
    """The blocks that touch a business day, or (None) all that are not over, with their rows."""
    rows = Occupancy.objects.filter(restaurant=restaurant, block__isnull=False)
    if service_date is None:
        rows = rows.filter(period__endswith__gt=now)
    else:
        bounds = business_day_bounds(service_date, restaurant.timezone, restaurant.business_day_cut)
        rows = rows.filter(period__overlap=bounds)
    blocks = TableBlock.objects.filter(restaurant=restaurant, pk__in=rows.values("block_id"))
    return blocks.prefetch_related("occupancies")
