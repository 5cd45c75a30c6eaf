"""Comparisons with the provider's list, for those who may charge and refund."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet

from payments.models import Difference, Reconciliation
from restaurants.models import Restaurant
from restaurants.permissions import Capability
from restaurants.selectors import restaurants_visible_to

if TYPE_CHECKING:
    from accounts.models import User

SHOWN_FOR = timedelta(days=30)


def reconciliations_visible_to(user: User) -> QuerySet[Reconciliation]:
    """Comparisons of the restaurants where a person may charge and refund, the latest first; each
    with `open_differences`, those that people have to look at.
    """
    places = restaurants_visible_to(user, Capability.CHARGE_REFUND)
    return (
        Reconciliation.objects.filter(account__restaurant__in=places)
        .select_related("account__restaurant")
        .annotate(open_differences=Count("differences", filter=Q(differences__is_mended=False)))
        .order_by("-since", "-pk")
    )


def reconciliations_of(restaurant: Restaurant, *, now: datetime) -> QuerySet[Reconciliation]:
    """The comparisons of the last 30 days, the latest first, with their differences. The caller has
    made sure that the asker may see them.
    """
    return (
        Reconciliation.objects.filter(account__restaurant=restaurant, since__gte=now - SHOWN_FOR)
        .prefetch_related("differences__payment")
        .order_by("-since", "-pk")
    )


def differences_open(restaurant: Restaurant, *, now: datetime) -> QuerySet[Difference]:
    """What the two lists of the last 30 days do not agree on and nobody could take over."""
    return (
        Difference.objects.filter(
            reconciliation__account__restaurant=restaurant,
            reconciliation__since__gte=now - SHOWN_FOR,
            is_mended=False,
        )
        .select_related("payment", "reconciliation")
        .order_by("-reconciliation__since", "pk")
    )
