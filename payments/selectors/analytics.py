"""What the ledger adds up to, in groups that the caller names."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from payments.models import LedgerEntry
from restaurants.models import Restaurant

SIGNS = {
    "captured": ("taken", 1),
    "capture_failed": ("taken", -1),
    "refunded": ("refunded", 1),
    "refund_failed": ("refunded", -1),
    "disputed": ("disputed", 1),
    "dispute_won": ("disputed", -1),
    "fee": ("fees", 1),
}
"""Which sum a fact of the ledger belongs to, and with which sign; the others move no money."""


def movements_of(
    restaurant: Restaurant, *, since: datetime | None = None, until: datetime | None = None
) -> QuerySet[LedgerEntry]:
    """The entries that moved money, of those that happened in `[since, until)`. The caller has made
    sure that the asker may see them.
    """
    found = LedgerEntry.objects.filter(payment__restaurant=restaurant, kind__in=SIGNS)
    if since is not None:
        found = found.filter(occurred_at__gte=since)
    if until is not None:
        found = found.filter(occurred_at__lt=until)
    return found.order_by()
