"""Comparisons with the provider's list. The caller has made sure that the asker may see them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from payments.models import Difference, Reconciliation
from restaurants.models import Restaurant

SHOWN_FOR = timedelta(days=30)


def reconciliations_of(restaurant: Restaurant, *, now: datetime) -> QuerySet[Reconciliation]:
    """The comparisons of the last 30 days, the latest first, with their differences."""
    return (
        Reconciliation.objects.filter(account__restaurant=restaurant, since__gte=now - SHOWN_FOR)
        .prefetch_related("differences__payment")
        .order_by("-since", "-pk")
    )


def differences_of(restaurant: Restaurant) -> QuerySet[Difference]:
    """What the two lists did not agree on."""
    rows = Difference.objects.filter(reconciliation__account__restaurant=restaurant)
    return rows.select_related("payment", "reconciliation")


def differences_open(restaurant: Restaurant, *, now: datetime) -> QuerySet[Difference]:
    """What the two lists of the last 30 days do not agree on, and what neither could be taken over
    nor has been looked at.
    """
    found = differences_of(restaurant).filter(
        reconciliation__since__gte=now - SHOWN_FOR, is_mended=False, looked_at=None
    )
    return found.order_by("-reconciliation__since", "pk")
